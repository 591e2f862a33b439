"""The simulated vendor as a process: started on a free port, asked what it has played."""
import json
import os
import pathlib
import re
import signal
import subprocess
import time
import urllib.request

from product import Missing, binary

START_SECONDS = 30


class Simulator:
    """A running `marketflow simulate`. Stops it when the block ends."""

    def __init__(self, folder, *arguments):
        self._log_path = pathlib.Path(folder) / "simulate.log"
        self._arguments = arguments

    def __enter__(self):
        self._log = open(self._log_path, "w", encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MARKETFLOW_")}
        self._process = subprocess.Popen(
            [binary(), "simulate", "--port", "0", *self._arguments], stdin=subprocess.DEVNULL, stdout=self._log,
            stderr=subprocess.STDOUT, env=environment)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            found = re.search(r"http://127\.0\.0\.1:(\d+)", self.log())
            if found:
                self.port = int(found.group(1))
                return self
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        self.__exit__()
        raise Missing(f"marketflow simulate did not come up:\n{self.log()}")

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def hold(self):
        """It stands still until `go`."""
        self._process.send_signal(signal.SIGSTOP)

    def go(self):
        self._process.send_signal(signal.SIGCONT)

    @property
    def is_running(self):
        return self._process.poll() is None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def log(self):
        return self._log_path.read_text(encoding="utf-8", errors="replace")

    def played(self):
        """Counts of what was played and of the faults made."""
        with urllib.request.urlopen(f"{self.url}/simulator/played", timeout=30) as answer:
            return json.load(answer)

    def trades(self):
        """Every print played so far, oldest first: dictionaries with sym, q, p, s, c, x, t."""
        with urllib.request.urlopen(f"{self.url}/simulator/trades.ndjson", timeout=120) as answer:
            return [json.loads(line) for line in answer if line.strip()]

    def save_trades(self, path):
        """Every print played so far into a file, one JSON object a line; returns its path."""
        with urllib.request.urlopen(f"{self.url}/simulator/trades.ndjson", timeout=300) as answer, open(path, "wb") as file:
            while chunk := answer.read(1 << 20):
                file.write(chunk)
        return path
