"""Servers of a test's own: a recorded day that is played, or a market that may be shot down and started again.

MARKETFLOW_BINARY names the program; without it the tests that need one are left out.
"""

import os
import pathlib
import re
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

from browser import PATIENCE, BrowserCase

ROOT = pathlib.Path(__file__).resolve().parents[3]
TAPE = ROOT / "Tests" / "Fixtures" / "small.ndjson.gz"
BINARY = os.environ.get("MARKETFLOW_BINARY")

needs_program = unittest.skipUnless(BINARY, "MARKETFLOW_BINARY is not set")


class Server:
    """A running `marketflow serve` with a data folder of its own; `url` is its address."""

    def __init__(self, *words):
        self._words = words
        self._folder = tempfile.TemporaryDirectory()
        self.port = 0
        self.start()

    def start(self):
        """Also again after `kill`: on the same port, with what was kept."""
        folders = ["--data-dir", self._folder.name, "--web-dir", str(ROOT / "Web")]
        command = [BINARY, "serve", "--port", str(self.port), *folders, *self._words]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        said = self._process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", said)
        if not found:
            self._process.kill()
            raise AssertionError(f"{' '.join(command)} said no address: {said!r}")
        self.url, self.port = found.group(), int(found.group(1))
        # Alerts are written there too: nobody reads them, and a full pipe would hold them up.
        threading.Thread(target=self._process.stdout.read, daemon=True).start()

    def kill(self):
        """As by the kernel: nothing is said, closed or put away."""
        self._process.kill()
        self._process.wait(timeout=60)

    def stop(self):
        self._process.terminate()
        self._process.wait(timeout=60)
        self._folder.cleanup()


class ServerCase(BrowserCase):
    def serve(self, *words):
        server = Server(*words)
        self.addCleanup(server.stop)
        return server


class RecordingCase(ServerCase):
    """Plays a recorded day."""

    def replay(self, *words):
        return self.serve("--replay", str(TAPE), *words).url

    def wait_for_answer(self, url):
        """Until the server answers what it refused at first."""
        end = time.monotonic() + PATIENCE / 1000
        while True:
            try:
                with urllib.request.urlopen(url, timeout=PATIENCE / 1000):
                    return
            except urllib.error.HTTPError as refusal:
                self.assertLess(time.monotonic(), end, f"{url}: still {refusal.code}")
                time.sleep(0.2)

    def expect_player(self, page, **wanted):
        page.wait_for_function(
            """async (wanted) => {
              const player = await (await fetch("/replay")).json();
              return Object.entries(wanted).every(([name, value]) => player[name] === value);
            }""",
            arg=wanted,
        )
