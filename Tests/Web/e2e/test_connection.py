"""What the page says of its connection, and how it comes back, in a real browser."""

import unittest

from browser import BrowserCase
from playwright.sync_api import expect


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


if __name__ == "__main__":
    unittest.main()
