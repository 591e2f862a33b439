"""A socket that sends as fast as it is read, and one that sends on time: how many prints a second, and how late they are labelled."""
import json
import subprocess
import sys

from product import Folder, Missing, ROOT, binary
from verdict import Verdict

EVENTS_PER_SECOND = 400_000
LATENCY_P999_MICROSECONDS = 1200
RATE = 10_000


def run(ingest_seconds, latency_seconds):
    verdict = Verdict(f"A vendor's socket, sender on the same machine: {ingest_seconds} s at full speed, {latency_seconds} s at {RATE:,} prints a second")
    with Folder() as folder:
        certificate(folder)
        for name, secure in (("TLS", True), ("plain", False)):
            result = one(folder, secure, ["--rate", "0", "--seconds", str(ingest_seconds)], [])
            speed = f"{result['events_per_second']:,.0f} ({result['cpu_seconds'] / result['seconds']:.2f} cores of ours)"
            if secure:
                verdict.check("prints a second into the store, TLS", result["events_per_second"] >= EVENTS_PER_SECOND, speed, f">= {EVENTS_PER_SECOND:,}")
            else:
                verdict.note("prints a second into the store, plain", speed)
            verdict.check(f"{name}: gaps in the sequence, frames lost, outputs not stored",
                          result["sequence_gaps"] == result["lost_frames"] == result["store_dropped"] == 0,
                          f"{result['sequence_gaps']}, {result['lost_frames']}, {result['store_dropped']}", "0, 0, 0")
        result = one(folder, True, ["--rate", str(RATE), "--open-loop", "--seconds", str(latency_seconds)], ["--sequence-is-time"])
        verdict.check("microseconds from intended sending to labelled print, p99.9", result["latency_p999_microseconds"] <= LATENCY_P999_MICROSECONDS,
                      f"{result['latency_p999_microseconds']:.0f} (p50 {result['latency_p50_microseconds']:.0f}, p99 {result['latency_p99_microseconds']:.0f}, "
                      f"max {result['latency_max_microseconds']:.0f})", f"<= {LATENCY_P999_MICROSECONDS}")
        late = result["sender_lateness_microseconds"]
        verdict.note("of that the sender's own lateness, p50, p99, p99.9, most", ", ".join(f"{value:.0f}" for value in late))
        verdict.check("prints that arrived", result["events"] == RATE * latency_seconds and result["store_dropped"] == 0,
                      f"{result['events']:,}, {result['store_dropped']} not stored", f"{RATE * latency_seconds:,}, 0")
    return verdict.show()


def certificate(folder):
    """An authority and a certificate of it, for a day."""
    def openssl(*words):
        try:
            subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Missing(f"openssl made no certificate: {error}") from error
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "1", "-subj", "/CN=Soak")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=localhost")
    (folder / "extensions").write_text("subjectAltName=DNS:localhost\n", encoding="ascii")
    openssl("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "certificate.pem",
            "-days", "1", "-extfile", "extensions")


def one(folder, secure, sender_words, bench_words):
    python = ROOT / ".deps" / "venv" / "bin" / "python"
    tls = ["--certificate", str(folder / "certificate.pem"), "--key", str(folder / "key.pem")] if secure else []
    sender = subprocess.Popen(
        [str(python) if python.exists() else sys.executable, str(ROOT / "scripts" / "soak.d" / "frame_sender.py"), "--once", *tls, *sender_words],
        stdout=subprocess.PIPE, text=True)
    try:
        port = int(sender.stdout.readline().split()[1])
        url = f"{'wss' if secure else 'ws'}://localhost:{port}/options"
        authority = ["--certificate-authority", str(folder / "ca.pem")] if secure else []
        answer = subprocess.run([binary(), "bench-socket", url, "--json", *authority, *bench_words], capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            raise Missing(f"marketflow bench-socket ended with code {answer.returncode}: {answer.stderr[-500:]}")
        said = json.loads(sender.stdout.readline())
        return json.loads(answer.stdout) | {"sender_lateness_microseconds": said.get("lateness_microseconds")}
    finally:
        sender.kill()
        sender.wait()
