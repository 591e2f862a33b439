"""A rule of alerts that comes by a link, in a real browser; the rules' own list is in test_alerts_page.py."""

import base64
import json
import unittest

from browser import URL, BrowserCase
from playwright.sync_api import expect


class RuleLinkTest(BrowserCase):
    def test_a_rule_is_opened_from_its_link_changed_and_saved(self):
        rule = {"name": "e2e-big", "source": "prints", "min_premium": 2000000.5, "side": "buy", "symbols": ["SPY"]}
        token = base64.urlsafe_b64encode(json.dumps(rule).encode()).decode().rstrip("=")
        page = self.open_desk(f"#rule={token}")
        dialog = page.get_by_role("dialog", name="Alert rule")
        expect(dialog).to_be_visible()
        expect(page.locator("#rule-name")).to_have_value("e2e-big")
        expect(page.locator("#rule-min_premium")).to_have_value("2000000.5")
        expect(page.locator("#rule-side")).to_have_value("buy")
        expect(page.locator("#rule-severity_floor")).to_have_value("INFO")
        self.expect_accessible(page)
        # What the server does not take is said at the field.
        page.locator("#rule-name").fill("not a name")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#rule-name")).to_have_attribute("aria-invalid", "true")
        expect(page.locator("#rule-note")).to_contain_text("name")
        # The address follows what is typed, a slash too.
        page.locator("#rule-name").fill("e2e-big")
        page.locator("#rule-symbols").fill("SPY, /")
        hash = page.evaluate("() => location.hash")
        shared = json.loads(base64.urlsafe_b64decode(hash.removeprefix("#rule=") + "=="))
        self.assertEqual((shared["name"], shared["symbols"]), ("e2e-big", ["SPY", "/"]))
        page.locator("#rule-symbols").fill("SPY")
        page.locator("#rule-more").select_option("min_size")
        page.locator("#rule-min_size").fill("10")
        page.get_by_role("button", name="Save").click()
        expect(dialog).to_be_hidden()
        self.expect_address(page, "/#/desk$")
        stored = {row["rule"]["name"]: row["rule"] for row in page.request.get(f"{URL}/alerts/rules").json()["rows"]}
        self.assertEqual(stored["e2e-big"]["min_size"], 10)
        # A rule of this name is there now: it is replaced only when asked to.
        page.goto(f"{URL}/#rule={token}")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#rule-note")).to_contain_text("is there already")
        page.get_by_role("button", name="Replace e2e-big").click()
        expect(dialog).to_be_hidden()
        self.assertNotIn("min_size", {row["rule"]["name"]: row["rule"] for row in page.request.get(
            f"{URL}/alerts/rules").json()["rows"]}["e2e-big"])
        page.request.delete(f"{URL}/alerts/rules/e2e-big")

    def test_a_link_that_holds_no_rule_says_so(self):
        page = self.open_desk("#rule=nonsense!")
        expect(page.locator("#rule-note")).to_contain_text("no rule")
        page.keyboard.press("Escape")
        expect(page.locator("#rule")).to_be_hidden()
        self.expect_address(page, "/#/desk$")


if __name__ == "__main__":
    unittest.main()
