"""What all tests of the page share: a browser, a page opened by its address, and what it complained of.

MARKETFLOW_URL names a running server with moving data (demo mode), CHROMIUM or MARKETFLOW_CHROMIUM the browser,
MARKETFLOW_SCREENSHOTS a folder to which pictures of the page are written.
"""

import os
import re
import unittest
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from cuttable_proxy import CuttableProxy
from playwright.sync_api import expect, sync_playwright

URL = os.environ.get("MARKETFLOW_URL", "http://127.0.0.1:8000")
CHROMIUM = os.environ.get("MARKETFLOW_CHROMIUM") or os.environ.get("CHROMIUM") or "/usr/bin/chromium"
SCREENSHOTS = os.environ.get("MARKETFLOW_SCREENSHOTS")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
DESK = {"width": 1440, "height": 900}
SIZES = {"desk": DESK, "wide": {"width": 1920, "height": 1130}, "phone": {"width": 390, "height": 844}}
SCHEMES = ("dark", "light")
# A slow machine may take its time; a test that passes does not.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


class BrowserCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)
        cls.browser = cls.playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        cls.addClassCleanup(cls.browser.close)

    def open(self, address="", ready=None, url=URL, viewport=DESK, scheme="dark", prepare=None, **options):
        """A page at `#/...`, once the stream has said something and what `ready` selects is there.

        `prepare` is called with the page before it is loaded; `options` go to the browser's context.
        """
        context = self.browser.new_context(viewport=viewport, color_scheme=scheme, **options)
        page = context.new_page()
        self.addCleanup(self.close, page)
        page.set_default_timeout(PATIENCE)
        self.complaints = []
        page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if prepare:
            prepare(page)
        page.goto(f"{url}/{address}")
        expect(page.locator("body")).not_to_have_attribute("data-level", "connecting")
        if ready:
            page.locator(ready).first.wait_for()
        return page

    def close(self, page):
        """With all that it still asks for: an answer made up too late is nobody's."""
        if not page.is_closed():
            page.unroute_all(behavior="ignoreErrors")
            page.context.close()

    def open_desk(self, address="", **options):
        """The desk with live data."""
        page = self.open(address, ".tape-row:visible", **options)
        self.expect_level(page, "live")
        return page

    def open_desk_behind_proxy(self):
        target = urlsplit(URL)
        proxy = CuttableProxy(target.hostname, target.port or 80)
        self.addCleanup(proxy.close)
        return proxy, self.open_desk(url=proxy.address)

    def expect_level(self, page, level):
        expect(page.locator("body")).to_have_attribute("data-level", level)

    def newest_row(self, page):
        return page.locator('.tape-row[aria-rowindex="1"]:visible')

    def expect_moving(self, page):
        before = self.newest_row(page).inner_text()
        expect(self.newest_row(page)).not_to_have_text(before)

    def expect_address(self, page, *parts):
        """The address has all of these, in any place; `$` at the end of one is the address's end."""
        for part in parts:
            ending = "$" if part.endswith("$") else ""
            expect(page).to_have_url(re.compile(re.escape(part.removesuffix("$")) + ending))

    def expect_accessible(self, page):
        results = Axe().run(page)
        self.assertEqual(results.violations_count, 0, results.generate_report())

    def expect_no_complaints(self):
        self.assertEqual(self.complaints, [])
