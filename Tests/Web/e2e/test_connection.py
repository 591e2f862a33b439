"""What the page says of its connection, and how it comes back, in a real browser."""

import json
import re
import unittest

from browser import BrowserCase
from playwright.sync_api import expect
from server import ServerCase, needs_program


class ConnectionTest(BrowserCase):
    def test_comes_back_after_the_server_vanished(self):
        proxy, page = self.open_desk_behind_proxy()
        proxy.cut()
        self.expect_level(page, "disconnected")
        expect(page.locator("#status-word")).to_have_text("Disconnected")
        expect(page.locator("#status-message")).to_contain_text("Stale since")
        self.assertTrue(page.title().startswith("⚠"))
        proxy.heal()
        retry = page.locator("#retry")
        if retry.is_visible():
            retry.dispatch_event("click")
        self.expect_level(page, "live")
        self.expect_moving(page)

    def test_a_silent_server_is_stale_though_the_socket_is_open(self):
        proxy, page = self.open_desk_behind_proxy()
        proxy.freeze()
        self.expect_level(page, "stale")
        expect(page.locator("#announcement")).to_contain_text("Stale")
        proxy.thaw()
        self.expect_level(page, "live")

    def test_accessible_while_disconnected(self):
        proxy, page = self.open_desk_behind_proxy()
        proxy.cut()
        self.expect_level(page, "disconnected")
        self.expect_accessible(page)

    def test_prints_that_did_not_reach_the_page_are_said(self):
        def lose_some(message):
            if message["type"] == "prints":
                message["missed"] += 1234

        page = self.open_desk(prepare=self.changing_the_stream(lose_some))
        expect(page.locator(".tape-row:visible .chip.missed").first).to_have_text("1.2K MISSED")
        missed = page.locator("#vitals > div", has_text="Missed").locator("dd").inner_text()
        self.assertEqual(int(missed.replace(",", "")) % 1234, 0)
        self.assertNotEqual(missed, "0")

    def test_a_gap_of_a_live_feed_is_said_until_it_is_filled(self):
        def open_a_gap(message):
            if message["type"] == "state":
                message["health"].update(mode="live", gaps_open=len(reasons), reasons=reasons)
                message["health"]["status"] = "degraded" if reasons else "ok"

        reasons = ["options: 41 s without a connection are being filled from history"]
        page = self.open("#/desk", ".tape-row:visible", prepare=self.changing_the_stream(open_a_gap))
        self.expect_level(page, "degraded")
        expect(page.locator("#status-message")).to_contain_text(reasons[0])
        reasons.clear()
        self.expect_level(page, "live")

    def changing_the_stream(self, change):
        """The real stream, each of whose messages `change` may alter in its place."""
        def relay(route):
            def pass_on(text):
                message = json.loads(text)
                change(message)
                route.send(json.dumps(message))

            route.connect_to_server().on_message(pass_on)

        return lambda page: page.route_web_socket("**/ws/stream**", relay)


@needs_program
class ServerKilledTest(ServerCase):
    def test_the_page_comes_back_with_what_it_showed(self):
        server = self.serve()
        page = self.open_desk("#/desk?symbol=QQQ", url=server.url)
        title = page.locator("#grid-title")
        expect(title).to_have_text(re.compile("^QQQ "))
        server.kill()
        self.expect_level(page, "disconnected")
        # The last figures stay, said to be old.
        expect(page.locator("#status-message")).to_contain_text("Stale since")
        expect(page.locator("#grid-rows tr.atm")).to_be_visible()
        server.start()
        if page.locator("#retry").is_visible():
            page.locator("#retry").dispatch_event("click")
        self.expect_level(page, "live")
        expect(title).to_have_text(re.compile("^QQQ "))
        self.expect_address(page, "#/desk?symbol=QQQ$")
        self.expect_moving(page)


if __name__ == "__main__":
    unittest.main()
