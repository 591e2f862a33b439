"""The program under test: started on a free port of this machine, asked over HTTP, watched through /proc."""
import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
START_SECONDS = 120
STOP_SECONDS = 30
CATCH_UP_SECONDS = 300
# Well above what a demo market brings at its own pace, well below what catching up brings.
LIVE_PRINTS_PER_SECOND = 1_000


class Missing(Exception):
    """Something this machine lacks, in words."""


def binary():
    path = pathlib.Path(os.environ.get("MARKETFLOW_BINARY") or ROOT / ".build" / "release" / "marketflow")
    if not path.exists():
        raise Missing(f"{path} is missing; `make build` makes it")
    return str(path)


def cpu_seconds(pid):
    """User and system time of a process so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values, part):
    """The value that `part` of all do not exceed; NaN of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else float("nan")


def wait_for_the_present(product):
    """The demo market first plays the day up to now, as fast as it goes: hundreds of times its usual pace."""
    deadline = time.monotonic() + CATCH_UP_SECONDS
    (before, since), pace, slower = product.trades(), None, 0
    while slower < 2:
        if time.monotonic() > deadline:
            raise Missing(f"the demo market is not up to the clock within {CATCH_UP_SECONDS} s; it plays {pace:.0f} prints a second")
        time.sleep(2)
        count, now = product.trades()
        pace = (count - before) / (now - since)
        before, since = count, now
        slower = slower + 1 if pace < LIVE_PRINTS_PER_SECOND else 0


class Folder:
    """A folder that is gone afterwards."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="marketflow-soak-"))
        return self.path

    def __exit__(self, *_):
        if os.environ.get("SOAK_KEEP") == "1":
            print(f"soak: kept {self.path}")
        else:
            shutil.rmtree(self.path, ignore_errors=True)


class Product:
    """A running `marketflow serve`. Stops it when the block ends, whatever happened inside."""

    # How long it may take to print its address.
    start_seconds = START_SECONDS
    LOOK_SECONDS = 0.05

    def __init__(self, folder, *arguments):
        self.folder = folder
        self.arguments = arguments
        self.log_path = folder / f"serve-{time.monotonic_ns()}.log"
        self.exit_code = None

    def __enter__(self):
        self._log = open(self.log_path, "w", encoding="utf-8")
        command = [binary(), "serve", "--host", "127.0.0.1", "--port", "0", "--data-dir", str(self.folder / "data"), *self.arguments]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MARKETFLOW_")}
        environment["MARKETFLOW_WEB_DIRECTORY"] = str(ROOT / "Web")
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT, cwd=self.folder, env=environment)
        try:
            self.port = self._wait_for_port()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def _wait_for_port(self):
        deadline = time.monotonic() + self.start_seconds
        while time.monotonic() < deadline:
            found = re.search(r"http://127\.0\.0\.1:(\d+)", self.log())
            if found:
                return int(found.group(1))
            if self._process.poll() is not None:
                raise Missing(f"marketflow serve ended with code {self._process.returncode}:\n{self.log()}")
            time.sleep(self.LOOK_SECONDS)
        raise Missing(f"marketflow serve printed no address within {self.start_seconds} s:\n{self.log()}")

    def stop(self):
        """Asks it to end as Ctrl-C does; returns its exit code, -9 when it had to be forced."""
        if self.exit_code is None:
            self._process.terminate()
            try:
                self.exit_code = self._process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                self.exit_code = -9
            self._log.close()
        return self.exit_code

    @property
    def pid(self):
        return self._process.pid

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def complaints(self):
        """Lines of the log that somebody ought to read."""
        return [line for line in self.log().splitlines() if re.search(r" (WARNING|ERROR|CRITICAL) ", line)]

    # Over HTTP

    def request(self, method, path, body=None, timeout=10):
        """Status and JSON of one answer, on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            headers = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def get(self, path):
        return self.request("GET", path)[1]

    def health(self):
        return self.get("/health")

    def trades(self):
        """Prints so far, and the monotonic second of the answer."""
        return self.health()["ingest"]["trades"], time.monotonic()

    # Through /proc

    def memory_megabytes(self):
        """Resident set, its anonymous part, and the highest resident set so far."""
        fields = dict(
            line.split(":", 1) for line in pathlib.Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines() if ":" in line)
        return tuple(int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon", "VmHWM"))

    def cpu_seconds(self):
        return cpu_seconds(self.pid)

    def open_files(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))
