"""The alerts of the desk in a real browser: read, answered and filtered."""

import re
import unittest

from browser import BrowserCase
from playwright.sync_api import expect


class DeskAlertsTest(BrowserCase):
    def alert_rows(self, page):
        page.locator(".alerts > li").first.wait_for()
        return page.locator(".alerts > li")

    def test_an_alert_opens_to_its_score_and_is_answered_by_keyboard(self):
        page = self.open_desk()
        rows = self.alert_rows(page)
        page.keyboard.press("a")
        button = rows.first.locator(".alert")
        expect(button).to_be_focused()
        title = button.locator(".title").get_attribute("title")
        # The list stands still while somebody is at it: the first row stays the first.
        page.keyboard.press("Enter")
        expect(button).to_have_attribute("aria-expanded", "true")
        detail = rows.first.locator(".alert-detail")
        expect(detail).to_contain_text(title)
        points = [int(text) for text in detail.locator(".factors").first.locator("b").all_inner_texts()]
        self.assertEqual(sum(points), int(button.locator(".score").inner_text()))
        self.expect_accessible(page)
        page.keyboard.press("Enter")
        expect(detail).to_be_hidden()
        page.keyboard.press("Tab")
        expect(rows.first.get_by_role("button", name=f"Acknowledge: {title}")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#alerts-said")).to_have_text(f"Acknowledged: {title}")
        resolve = page.get_by_role("button", name=f"Resolve: {title}").first
        expect(resolve).to_be_focused()
        expect(page.get_by_role("button", name=f"Acknowledge: {title}").locator("visible=true")).to_have_count(0)
        page.keyboard.press("Enter")
        expect(page.locator("#alerts-said")).to_have_text(f"Resolved: {title}")
        expect(page.locator("#alerts-rows :focus, #alerts-scroll:focus")).to_have_count(1)
        self.expect_no_complaints()

    def test_alerts_are_filtered_by_severity_and_stand_in_its_order(self):
        page = self.open_desk()
        self.alert_rows(page)
        order = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO"]
        page.locator('[data-severity="MEDIUM"]').focus()
        page.keyboard.press("Enter")
        expect(page.locator('[data-severity="MEDIUM"]')).to_have_attribute("aria-pressed", "true")
        shown = page.locator(".alerts > li.new:not([hidden]) .severity").all_inner_texts()
        self.assertEqual(shown, sorted(shown, key=order.index))
        self.assertLessEqual(set(shown), set(order[:3]))
        time = page.locator(".alert .time").first
        self.assertRegex(time.inner_text(), r"^\d\d:\d\d:\d\d$")
        self.assertRegex(time.get_attribute("title"), r"UTC$")

    def test_an_alert_that_cannot_be_answered_says_why(self):
        page = self.open_desk()
        self.alert_rows(page)
        page.route("**/alerts/*/resolve", lambda route: route.fulfill(status=503, json={"detail": "the file is full"}))
        page.locator(".alerts > li").first.get_by_role("button", name=re.compile("^Resolve")).click()
        expect(page.locator("#alerts-note")).to_have_text("the file is full")


if __name__ == "__main__":
    unittest.main()
