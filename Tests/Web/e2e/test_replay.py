"""The bar of a recording in a real browser, against a server of its own that plays a recorded day.

MARKETFLOW_BINARY names the program; without it there is nothing to serve a recording with.
"""

import os
import re
import unittest

from axe_playwright_python.sync_playwright import Axe
from browser_case import RecordingCase
from playwright.sync_api import expect
from test_page import DESK, PATIENCE, SIZES

BINARY = os.environ.get("MARKETFLOW_BINARY")


@unittest.skipUnless(BINARY, "MARKETFLOW_BINARY is not set")
class ReplayBarTest(RecordingCase):
    binary = BINARY

    def open(self, url, viewport=DESK):
        context = self.browser.new_context(viewport=viewport)
        self.addCleanup(context.close)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(url)
        expect(page.locator("#replay")).to_be_visible(timeout=PATIENCE)
        expect(page.locator("#replay-position")).to_be_enabled(timeout=PATIENCE)
        return page

    def test_stands_still_and_goes_on_by_button_and_by_key(self):
        page = self.open(self.replay("--replay-speed", "1"))
        page.get_by_role("button", name="Pause").click()
        self.expect_player(page, paused=True)
        expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
        expect(page.locator("#replay-note")).to_have_text("paused")
        page.keyboard.press("p")
        self.expect_player(page, paused=False)
        expect(page.get_by_role("button", name="Pause")).to_be_visible()

    def test_speed_is_chosen(self):
        page = self.open(self.replay("--replay-speed", "3"))
        speed = page.get_by_label("Speed")
        expect(speed).to_have_value("3")
        speed.select_option("100")
        self.expect_player(page, speed=100)
        speed.select_option("max")
        self.expect_player(page, state="ended")

    def test_the_slider_leads_to_another_moment_and_back(self):
        page = self.open(self.replay("--replay-speed", "max"))
        self.expect_player(page, state="ended")
        page.locator(".tape-row:visible").first.wait_for()
        page.get_by_role("button", name="Pause").click()
        self.expect_player(page, paused=True)
        slider = page.get_by_role("slider", name="Time of the recording")
        slider.focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        self.expect_player(page, state="paused", position="2025-12-16T14:31:00.000Z")
        expect(slider).to_have_attribute("aria-valuetext", "09:31:00 Eastern time", timeout=PATIENCE)
        expect(page.locator("#replay-time")).to_have_text("09:31:00")
        # What came later is gone from the tape.
        expect(page.locator('.tape-row[aria-rowindex="1"]:visible .time')).to_have_text(re.compile(r"^09:30:"))
        self.assertLess(page.locator(".tape-row:visible").count(), 100)

    def test_accessible_on_desk_and_phone(self):
        url = self.replay("--replay-speed", "1")
        for size in ("desk", "phone"):
            with self.subTest(size=size):
                page = self.open(url, viewport=SIZES[size])
                results = Axe().run(page)
                self.assertEqual(results.violations_count, 0, results.generate_report())
                self.assertLessEqual(page.evaluate("() => document.documentElement.scrollWidth - innerWidth"), 0)

    def test_one_screen_without_page_scroll(self):
        page = self.open(self.replay("--replay-speed", "1"))
        self.assertLessEqual(page.evaluate("() => document.documentElement.scrollHeight - innerHeight"), 0)

    def test_the_demo_has_no_bar(self):
        context = self.browser.new_context(viewport=DESK)
        self.addCleanup(context.close)
        page = context.new_page()
        page.goto(self.serve("--no-store"))
        expect(page.locator("#mode")).to_have_attribute("data-mode", "demo", timeout=PATIENCE)
        expect(page.locator("#replay")).to_be_hidden()


if __name__ == "__main__":
    unittest.main()
