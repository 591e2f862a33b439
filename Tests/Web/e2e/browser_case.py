"""What the tests of all pages need: a browser, a page that is opened by its address, and what every page has to hold.

The server is the one that MARKETFLOW_URL names; see test_page.py.
"""

import pathlib
import re
import signal
import subprocess
import tempfile
import unittest

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright
from test_page import ARGUMENTS, CHROMIUM, DESK, PATIENCE, SCREENSHOTS, SIZES, URL

expect.set_options(timeout=PATIENCE)
ROOT = pathlib.Path(__file__).resolve().parents[3]
TAPE = ROOT / "Tests" / "Fixtures" / "small.ndjson.gz"


class BrowserCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)
        cls.browser = cls.playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        cls.addClassCleanup(cls.browser.close)

    def open(self, address, ready, url=URL, viewport=DESK, scheme="dark", prepare=None):
        """Opens a page by its address, `#/alerts`, and waits for what `ready` selects."""
        context = self.browser.new_context(viewport=viewport, color_scheme=scheme)
        self.addCleanup(context.close)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        if prepare:
            prepare(page)
        self.complaints = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"{url}/{address}")
        page.locator(ready).first.wait_for()
        return page

    def expect_address(self, page, pattern):
        expect(page).to_have_url(re.compile(pattern), timeout=PATIENCE)

    def expect_accessible(self, page):
        results = Axe().run(page)
        self.assertEqual(results.violations_count, 0, results.generate_report())

    def expect_fits(self, page, size):
        """One screen where it is wide, one column where it is narrow."""
        self.assertLessEqual(page.evaluate("() => document.documentElement.scrollWidth - innerWidth"), 0)
        if size == "desk":
            self.assertLessEqual(page.evaluate("() => document.documentElement.scrollHeight - innerHeight"), 0)

    def check_everywhere(self, address, ready, url=URL):
        for scheme in ("dark", "light"):
            for size in ("desk", "phone"):
                with self.subTest(address=address, scheme=scheme, size=size):
                    page = self.open(address, ready, url=url, viewport=SIZES[size], scheme=scheme)
                    self.expect_fits(page, size)
                    self.expect_accessible(page)
                    if SCREENSHOTS:
                        name = re.sub(r"\W+", "-", address).strip("-")
                        path = pathlib.Path(SCREENSHOTS) / f"{name}-{size}-{scheme}.png"
                        page.screenshot(path=path, full_page=size == "phone")


class RecordingCase(BrowserCase):
    """Starts servers of its own that play a recorded day; `binary` is the program."""

    binary = ""

    def serve(self, *words):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        command = [self.binary, "serve", "--port", "0", "--data-dir", folder.name, "--web-dir", str(ROOT / "Web"), *words]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(self.stop, server)
        return re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline()).group()

    def stop(self, server):
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)

    def replay(self, *words):
        return self.serve("--replay", str(TAPE), *words)

    def player(self, page):
        return page.evaluate("async () => (await fetch('/replay')).json()")

    def expect_player(self, page, **wanted):
        page.wait_for_function(
            """async (wanted) => {
              const player = await (await fetch("/replay")).json();
              return Object.entries(wanted).every(([name, value]) => player[name] === value);
            }""",
            arg=wanted,
        )
