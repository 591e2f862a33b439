"""The page of the replay in a real browser: with a recording it commands the player, beside a market it names the command."""

import re
import unittest

from playwright.sync_api import expect
from server import RecordingCase, needs_program

READY = ".panel-timeline"
UNKNOWN = {"bytes": 2_500_000, "trades": None, "quotes": None, "first": None, "last": None}
DAYS = {"days": [
    {"date": "2026-11-20", "source": "journal"} | UNKNOWN, {"date": "2026-11-19", "source": "cache"} | UNKNOWN,
]}


@needs_program
class ReplayPageTest(RecordingCase):
    def play(self, *words):
        page = self.open("#/replay", READY, url=self.replay(*words))
        expect(page.get_by_role("slider", name="Moment of the recording")).to_be_visible()
        return page

    def test_plays_pauses_and_changes_its_speed(self):
        page = self.play("--replay-speed", "1")
        controls = page.locator(".transport")
        controls.get_by_role("button", name="Pause").click()
        self.expect_player(page, paused=True)
        expect(controls.locator(".transport-state")).to_have_text("paused")
        # The bar and the page are the same player.
        expect(page.locator("#replay-play")).to_have_text("▶ Play")
        controls.get_by_label("Speed").select_option("100")
        self.expect_player(page, speed=100)
        expect(page.locator("#replay-speed")).to_have_value("100")
        controls.get_by_role("button", name="Play").click()
        self.expect_player(page, paused=False)

    def test_goes_to_moments_by_buttons_keys_and_pointer(self):
        page = self.play("--replay-speed", "1")
        page.locator(".transport").get_by_role("button", name="Pause").click()
        self.expect_player(page, paused=True)
        page.get_by_role("button", name="Open", exact=True).click()
        self.expect_player(page, position="2025-12-16T14:30:00.000Z")
        page.get_by_role("button", name="+5 min").click()
        self.expect_player(page, state="paused", position="2025-12-16T14:35:00.000Z")
        expect(page.locator(".transport-time")).to_have_text("09:35:00")
        slider = page.get_by_role("slider", name="Moment of the recording")
        expect(slider).to_have_attribute("aria-valuetext", "09:35:00 Eastern time")
        slider.focus()
        page.keyboard.press("ArrowRight")
        self.expect_player(page, state="paused", position="2025-12-16T14:36:00.000Z")
        expect(page.locator("#replay-time")).to_have_text("09:36:00")
        box = slider.bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_function(
            "async () => (await (await fetch('/replay')).json()).position > '2025-12-16T17:00'"
        )
        self.expect_no_complaints()

    def test_shows_what_was_played_and_leads_to_an_alert(self):
        page = self.play("--replay-speed", "max")
        self.expect_player(page, state="ended")
        expect(page.locator(".timeline .calls")).to_have_attribute("d", re.compile("^M"))
        expect(page.locator(".played-figures dd").nth(1)).to_have_text(re.compile(r"^[\d,]+$"))
        row = page.locator(".marks-list > li").first
        row.wait_for()
        expect(page.locator(".timeline .marks path").first).to_be_attached()
        time = row.locator(".time").inner_text()
        page.locator(".transport").get_by_role("button", name="Pause").click()
        page.get_by_role("button", name="Open", exact=True).click()
        self.expect_player(page, state="paused", position="2025-12-16T14:30:00.000Z")
        page.get_by_role("button", name="Next alert").click()
        self.expect_player(page, state="paused")
        expect(page.locator(".transport-time")).to_have_text(re.compile(time[:4]))

    def test_another_day_is_asked_for_with_its_window(self):
        commands = []

        def answer(route):
            if route.request.method == "POST":
                commands.append(route.request.post_data_json)
            route.continue_() if route.request.method == "GET" else route.fulfill(
                status=409, json={"detail": "/replay: no such day"})

        page = self.play("--replay-speed", "1")
        page.route("**/replay/days", lambda route: route.fulfill(json=DAYS))
        page.route("**/replay", answer)
        page.evaluate("() => (location.hash = '#/replay?day=2026-11-19&source=cache&from=10:00&speed=30')")
        page.get_by_role("button", name="Play this").click()
        expect(page.locator(".window-note")).to_have_text("/replay: no such day")
        self.assertEqual(commands, [{
            "day": "2026-11-19", "source": "cache", "from": "10:00", "to": "16:00", "speed": 30, "paused": False}])

    def test_beside_a_market_it_names_the_command(self):
        def days(page):
            page.route("**/replay/days", lambda route: route.fulfill(json=DAYS))

        page = self.open("#/replay?from=10:00&speed=30", ".day", prepare=days)
        expect(page.locator("#window-from")).to_have_value("10:00")
        expect(page.get_by_role("slider", name="Moment of the recording")).to_have_count(0)
        page.get_by_role("button", name=re.compile("^2026-11-19")).click()
        self.expect_address(page, "day=2026-11-19")
        expect(page.locator(".command")).to_have_text(re.compile(
            r"^marketflow serve --replay 2026-11-19 --from-cache --replay-from 10:00 --replay-to 16:00 "
            r"--replay-speed 30 --no-store --port \d+$"))
        page.locator("#window-to").fill("09:00")
        page.keyboard.press("Enter")
        expect(page.locator(".window-note")).to_have_text("It must end after 10:00.")
        expect(page.get_by_role("button", name="Copy", exact=True)).to_be_disabled()
        page.reload()
        expect(page.locator("#window-to")).to_have_value("09:00")
        expect(page.get_by_role("button", name=re.compile("^2026-11-19"))).to_have_attribute("aria-pressed", "true")

    def test_a_server_that_lists_no_days(self):
        def unknown(page):
            page.route("**/replay/days", lambda route: route.fulfill(
                status=404, json={"detail": "/replay/days: nothing is there; see /docs"}))

        page = self.open("#/replay", ".panel-days", prepare=unknown)
        expect(page.locator(".panel-days .empty")).to_have_text("This server does not list days; name one below.")
        expect(page.locator(".window-note")).to_have_text("Choose a day first.")


if __name__ == "__main__":
    unittest.main()
