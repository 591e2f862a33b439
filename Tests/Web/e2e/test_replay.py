"""The bar of a recording in a real browser, against a server of its own that plays a recorded day; see server.py."""

import re
import unittest

from playwright.sync_api import expect
from server import RecordingCase, needs_program


@needs_program
class ReplayBarTest(RecordingCase):
    def open_bar(self, url):
        page = self.open(url=url)
        expect(page.locator("#replay")).to_be_visible()
        expect(page.locator("#replay-position")).to_be_enabled()
        return page

    def test_stands_still_and_goes_on_by_button_and_by_key(self):
        page = self.open_bar(self.replay("--replay-speed", "1"))
        page.get_by_role("button", name="Pause").click()
        self.expect_player(page, paused=True)
        expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
        expect(page.locator("#replay-note")).to_have_text("paused")
        page.keyboard.press("p")
        self.expect_player(page, paused=False)
        expect(page.get_by_role("button", name="Pause")).to_be_visible()

    def test_speed_is_chosen(self):
        page = self.open_bar(self.replay("--replay-speed", "3"))
        speed = page.get_by_label("Speed")
        expect(speed).to_have_value("3")
        speed.select_option("100")
        self.expect_player(page, speed=100)
        speed.select_option("max")
        self.expect_player(page, state="ended")

    def test_the_slider_leads_to_another_moment_and_back(self):
        page = self.open_bar(self.replay("--replay-speed", "max"))
        self.expect_player(page, state="ended")
        held = page.locator("#prints-aside")
        expect(held).to_have_text(re.compile(r"^newest [\d,]{3,}$"))
        page.get_by_role("button", name="Pause").click()
        self.expect_player(page, paused=True)
        slider = page.get_by_role("slider", name="Time of the recording")
        slider.focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        self.expect_player(page, state="paused", position="2025-12-16T14:31:00.000Z")
        expect(slider).to_have_attribute("aria-valuetext", "09:31:00 Eastern time")
        expect(page.locator("#replay-time")).to_have_text("09:31:00")
        # What came later is gone from the tape.
        expect(page.locator('.tape-row[aria-rowindex="1"]:visible .time')).to_have_text(re.compile(r"^09:30:"))
        expect(held).to_have_text(re.compile(r"^newest [1-9]\d?$"))

    def test_the_demo_has_no_bar(self):
        page = self.open()
        expect(page.locator("#mode")).to_have_attribute("data-mode", "demo")
        expect(page.locator("#replay")).to_be_hidden()


if __name__ == "__main__":
    unittest.main()
