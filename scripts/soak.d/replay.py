"""A tape as fast as it goes: nothing lost, nothing twice, the same digest; the stream says what it left out."""
import json
import os
import subprocess
import sys
import time

from product import Folder, Missing, Product, binary
from stream import Clients
from verdict import Verdict

READING, SILENT = 10, 4
END_SECONDS = 600
SETTLE_SECONDS = 2
PEAK_MEGABYTES = 1200
# 32 bits of every print id and of the number of rows: enough to see a hole or a double.
COUNT_SQL = "SELECT count(*), count(DISTINCT print_id), min(print_id), max(print_id) FROM trades_labeled"


def expectation(tape):
    """What the engine alone makes of the tape."""
    done = subprocess.run([binary(), "replay", tape, "--json"], capture_output=True, text=True, timeout=END_SECONDS, check=False)
    if done.returncode != 0:
        raise Missing(f"marketflow replay {tape} ended with code {done.returncode}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout)


def play(product):
    """Waits for the end of the tape and for the store. Returns the last health and what was seen on the way."""
    deadline, started = time.monotonic() + END_SECONDS, time.monotonic()
    seen = {"answers": [], "lag": 0}
    while time.monotonic() < deadline:
        asked = time.monotonic()
        health = product.health()
        seen["answers"].append((time.monotonic() - asked) * 1000)
        seen["lag"] = max(seen["lag"], health["storage"]["lag_milliseconds"])
        if health["ingest"]["status"] == "failed":
            raise Missing(f"the feed failed: {health['reasons']}")
        if health["digest"] and health["storage"]["lag_milliseconds"] == 0 and health["queues"]["storage"]["depth"] == 0:
            seen["seconds"] = time.monotonic() - started
            time.sleep(SETTLE_SECONDS)
            return product.health(), seen
        time.sleep(0.1)
    raise Missing(f"the tape did not end within {END_SECONDS} s: {product.health()['ingest']}")


def stored(folder):
    """Counts of the labelled prints by another DuckDB, or why there is none."""
    python = os.environ.get("SOAK_DUCKDB_PYTHON") or sys.executable
    script = f"import duckdb, sys; print(*duckdb.connect(sys.argv[1], read_only=True).execute({COUNT_SQL!r}).fetchone())"
    done = subprocess.run([python, "-c", script, str(folder / "data" / "marketflow.duckdb")], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return None, f"not counted: {(done.stderr.strip().splitlines() or ['no words'])[-1][:120]}"
    return tuple(int(word) for word in done.stdout.split()), ""


def run(tape):
    tape = os.path.abspath(tape)
    print(f"\nsoak replay: {tape}", flush=True)
    wanted = expectation(tape)
    verdict = Verdict(f"Replay of {os.path.basename(tape)}, {wanted['prints']:,} prints")
    arguments = ("--replay", tape, "--replay-speed", "max")
    with Folder() as folder:
        with Product(folder, *arguments) as product:
            with Clients(product.port, READING, SILENT) as clients:
                health, seen = play(product)
                clients.wake()
                time.sleep(SETTLE_SECONDS)
                report = clients.report()
                newest = product.get("/prints?limit=1")["rows"]
            judge_first(verdict, wanted, health, seen, report, newest, product.memory_megabytes()[2])
            verdict.check("exit code", product.stop() == 0, product.exit_code, 0)
        counts, words = stored(folder)
        if counts:
            verdict.check("labelled prints in the file", counts[:2] == (wanted["prints"], wanted["prints"]),
                          f"{counts[0]:,}, {counts[1]:,} different", f"{wanted['prints']:,} both")
        with Product(folder, *arguments) as product:
            health, seen = play(product)
            verdict.check("second time: rows written", health["storage"]["rows_written"] == 0, health["storage"]["rows_written"], 0)
            verdict.check("second time: digest", health["digest"] == wanted["digest"], health["digest"], wanted["digest"])
            verdict.note("second time took", f"{seen['seconds']:.1f} s")
            verdict.check("second time: exit code", product.stop() == 0, product.exit_code, 0)
        again, words = stored(folder)
        if counts:
            verdict.check("labelled prints in the file, second time", again == counts, f"{again[0]:,}, {again[1]:,} different", "as before")
        else:
            verdict.note("labelled prints in the file", words)
    return verdict.show()


def judge_first(verdict, wanted, health, seen, report, newest, peak):
    readers, sleepers = report["readers"], report["sleepers"]
    verdict.note("took", f"{seen['seconds']:.1f} s, {health['ingest']['events'] / seen['seconds']:,.0f} events/s")
    verdict.check("ingest status", health["ingest"]["status"] == "ended", health["ingest"]["status"], "ended")
    verdict.check("digest", health["digest"] == wanted["digest"], health["digest"], wanted["digest"])
    verdict.check("rows written", health["storage"]["rows_written"] == wanted["prints"], f"{health['storage']['rows_written']:,}", f"{wanted['prints']:,}")
    verdict.check("outputs not stored", health["storage"]["dropped"] == 0, health["storage"]["dropped"], 0)
    verdict.check("newest print in /prints", newest and newest[0]["id"] == wanted["prints"], newest[0]["id"] if newest else None, wanted["prints"])
    faults = [fault for client in readers + sleepers for fault in client["faults"]]
    verdict.check("stream faults (epoch, order, gaps), all clients", not faults, f"{len(faults)} {faults[0] if faults else ''}".strip(), 0)
    ends = {client["last_id"] for client in readers + sleepers}
    verdict.check("clients know of every print, got or missed", ends == {wanted["prints"]}, f"last ids {sorted(ends)}", wanted["prints"])
    verdict.note("prints a reading client got, missed", f"{readers[0]['prints']:,}, {readers[0]['missed']:,}")
    verdict.note("outputs the publisher skipped", f"{health['queues']['publisher']['skipped']:,}")
    verdict.note("storage lag, highest", f"{seen['lag']} ms")
    verdict.note("/health while it plays, slowest of " + str(len(seen["answers"])), f"{max(seen['answers']):.0f} ms")
    verdict.check("highest resident set", peak < PEAK_MEGABYTES, f"{peak:.0f} MB", f"< {PEAK_MEGABYTES} MB")
