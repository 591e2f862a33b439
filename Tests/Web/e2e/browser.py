"""What the tests of the single pages share: a browser, a page opened by its address, and its complaints."""

import re
import unittest

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright
from test_page import ARGUMENTS, CHROMIUM, DESK, PATIENCE, SIZES, URL

SCHEMES = ("dark", "light")


class BrowserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)
        cls.browser = cls.playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        cls.addClassCleanup(cls.browser.close)

    def open(self, address, viewport=DESK, scheme="dark", prepare=None):
        """A page at `#/...`; `prepare` is called with it before it is loaded."""
        context = self.browser.new_context(viewport=viewport, color_scheme=scheme)
        self.addCleanup(context.close)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        self.complaints = []
        page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if prepare:
            prepare(page)
        page.goto(f"{URL}/{address}")
        expect(page.locator("body")).not_to_have_attribute("data-level", "connecting", timeout=PATIENCE)
        return page

    def expect_address(self, page, *parts):
        """The address has all of these, in any place."""
        for part in parts:
            expect(page).to_have_url(re.compile(re.escape(part)), timeout=PATIENCE)

    def expect_accessible(self, page):
        results = Axe().run(page)
        self.assertEqual(results.violations_count, 0, results.generate_report())

    def appearances(self):
        """All pairs of viewport and scheme as subtests."""
        for scheme in SCHEMES:
            for size in ("desk", "phone"):
                with self.subTest(scheme=scheme, size=size):
                    yield SIZES[size], scheme
