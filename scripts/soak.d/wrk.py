"""Request latencies by wrk."""
import re
import shutil
import subprocess

from product import Missing

UNIT_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


def require():
    if not shutil.which("wrk"):
        raise Missing("wrk is missing; `apt-get install wrk` (Debian) or `brew install wrk` brings it")


def run(port, path, connections, seconds):
    """One burst: requests a second, 50 % and 99 % latency in milliseconds, failures."""
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--latency",
               f"http://127.0.0.1:{port}{path}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=True)

    def milliseconds(percent):
        value, unit = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)$", done.stdout, re.MULTILINE).groups()
        return float(value) * UNIT_MILLISECONDS[unit]

    failures = sum(int(count) for count in re.findall(r"(?:connect|read|write|timeout) (\d+)", done.stdout))
    failures += sum(int(count) for count in re.findall(r"Non-2xx or 3xx responses: (\d+)", done.stdout))
    return {
        "path": path, "connections": connections, "p50": milliseconds(50), "p99": milliseconds(99),
        "requests_per_second": float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1)), "failures": failures,
    }
