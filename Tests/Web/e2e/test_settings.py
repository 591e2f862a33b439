"""The reader's choices in a real browser: panels, saved views, sound and notices; they outlive a reload."""

import unittest

from browser import BrowserCase
from playwright.sync_api import expect


class SettingsTest(BrowserCase):
    def open_settings(self, page):
        page.keyboard.press("s")
        dialog = page.get_by_role("dialog", name="Settings")
        expect(dialog).to_be_visible()
        return dialog

    def leave(self, page, dialog):
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        # The browser takes the focus out of it a moment later.
        page.wait_for_function("() => document.activeElement === document.body")

    def test_a_panel_is_put_away_and_stays_away(self):
        page = self.open_desk()
        dialog = self.open_settings(page)
        self.expect_accessible(page)
        dialog.get_by_label("Gamma exposure").uncheck()
        expect(page.locator("#panel-gex")).to_be_hidden()
        page.reload()
        page.locator(".tape-row:visible").first.wait_for()
        expect(page.locator("#panel-gex")).to_be_hidden()
        # The others take its place; nothing has to be scrolled.
        self.assertLessEqual(page.evaluate("() => document.documentElement.scrollHeight - innerHeight"), 0)
        self.open_settings(page).get_by_label("Gamma exposure").check()
        expect(page.locator("#panel-gex")).to_be_visible()
        self.expect_no_complaints()

    def test_a_saved_view_brings_back_its_address_and_its_panels(self):
        page = self.open_desk("#/desk?symbol=QQQ")
        dialog = self.open_settings(page)
        dialog.get_by_label("Chart", exact=True).uncheck()
        dialog.get_by_label("Name of this view").fill("Morning")
        dialog.get_by_role("button", name="Save this view").click()
        expect(page.locator("#preferences-note")).to_contain_text("Saved: Morning")
        dialog.get_by_label("Chart", exact=True).check()
        self.leave(page, dialog)
        page.keyboard.press("7")
        self.expect_address(page, "#/health$")
        page.reload()
        page.locator(".health-card .health-lines div").first.wait_for()
        page.keyboard.press("/")
        page.keyboard.type("morn")
        page.keyboard.press("Enter")
        self.expect_address(page, "#/desk?symbol=QQQ$")
        expect(page.locator("#panel-chart")).to_be_hidden()
        dialog = self.open_settings(page)
        dialog.get_by_role("button", name="Delete Morning").click()
        expect(dialog.get_by_role("list", name="Saved views").get_by_role("listitem")).to_have_count(0)

    def test_a_view_needs_a_name(self):
        page = self.open_desk()
        self.open_settings(page).get_by_role("button", name="Save this view").click()
        expect(page.locator("#preferences-note")).to_have_text("A view needs a name.")

    def test_sound_and_notices_are_kept(self):
        page = self.open_desk(permissions=["notifications"])
        dialog = self.open_settings(page)
        dialog.get_by_label("Sound for alerts").select_option("CRITICAL")
        dialog.get_by_label("Desktop notices for alerts").select_option("MEDIUM")
        page.reload()
        page.locator(".tape-row:visible").first.wait_for()
        dialog = self.open_settings(page)
        expect(dialog.get_by_label("Sound for alerts")).to_have_value("CRITICAL")
        expect(dialog.get_by_label("Desktop notices for alerts")).to_have_value("MEDIUM")
        self.leave(page, dialog)
        page.keyboard.press("m")
        expect(self.open_settings(page).get_by_label("Sound for alerts")).to_have_value("off")

    def test_notices_without_leave_are_said(self):
        page = self.open_desk(prepare=lambda page: page.add_init_script(
            "Notification.requestPermission = async () => 'denied'"))
        dialog = self.open_settings(page)
        dialog.get_by_label("Desktop notices for alerts").select_option("HIGH")
        expect(page.locator("#preferences-note")).to_contain_text("gives no leave")
        expect(dialog.get_by_label("Desktop notices for alerts")).to_have_value("off")


if __name__ == "__main__":
    unittest.main()
