"""The page of alerts in a real browser against a running server in demo mode: list, rules, subscribers, statistics."""

import json
import re
import unittest

from browser import URL, BrowserCase
from playwright.sync_api import expect

ORDER = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO"]
ROW = ".log > li"
RULE = "e2e-page-rule"
SUBSCRIBER = "e2e-page-reader"


class AlertsPageTest(BrowserCase):
    def list(self, query="", prepare=None):
        return self.open(f"#/alerts{query}", ROW, prepare=prepare)

    def a_new_alert(self, page):
        alert = page.request.get(f"{URL}/alerts?state=new&limit=1").json()["rows"][0]
        page.locator(f'.log > li.new .alert[data-alert="{alert["id"]}"]').wait_for()
        return alert, page.locator(f'.log > li:has([data-alert="{alert["id"]}"])')

    def test_filters_are_restored_from_the_address(self):
        page = self.list("?state=new&severity=MEDIUM")
        for group, value in (("State", "new"), ("Least severity", "MEDIUM")):
            button = page.get_by_role("group", name=group).locator(f'[data-value="{value}"]')
            expect(button).to_have_attribute("aria-pressed", "true")
        severities = page.locator(".log .severity").all_inner_texts()
        self.assertLessEqual(set(severities), set(ORDER[:3]))
        expect(page.locator(".log > li:not(.new)")).to_have_count(0)
        page.get_by_label("Kind").select_option("sweep")
        self.expect_address(page, "kind=sweep")
        page.get_by_label("Underlying or contract").fill("spy")
        self.expect_address(page, "symbol=SPY")
        page.reload()
        expect(page.get_by_label("Kind")).to_have_value("sweep")
        expect(page.get_by_label("Underlying or contract")).to_have_value("SPY")
        answer = page.request.get(f"{URL}/alerts?state=new&severity=MEDIUM&kind=sweep&symbol=SPY&limit=100").json()
        if answer["rows"]:
            page.locator(f'[data-alert="{answer["rows"][0]["id"]}"]').wait_for()
        else:
            expect(page.locator(".panel-log .empty")).to_have_text("No alerts pass these filters.")

    def test_newest_first_and_live(self):
        page = self.list()
        shown = [int(text) for text in page.locator(".log .alert").evaluate_all(
            "(nodes) => nodes.map((node) => node.dataset.alert)")]
        self.assertEqual(shown, sorted(shown, reverse=True))
        # The stream tells what comes; the list is not asked for again.
        page.route("**/alerts?**", lambda route: route.abort())
        expect(page.locator(".log .alert").first).not_to_have_attribute("data-alert", str(shown[0]), timeout=90_000)

    def test_a_row_opens_to_its_score_and_prints_and_is_in_the_address(self):
        page = self.list()
        alert = page.request.get(f"{URL}/alerts?limit=50").json()["rows"]
        alert = next(row for row in alert if row["detection_id"])
        row = page.locator(f'.log > li:has([data-alert="{alert["id"]}"])')
        row.locator(".alert").click()
        detail = row.locator(".alert-detail")
        expect(detail).to_contain_text(alert["title"])
        expect(detail.locator(".legs tbody tr").first).to_be_visible()
        points = [int(text) for text in detail.locator(".factors").first.locator("b").all_inner_texts()]
        self.assertEqual(sum(points), alert["score"]["total"])
        self.expect_address(page, f"open={alert['id']}")
        self.expect_accessible(page)
        page.reload()
        expect(row.locator(".alert")).to_have_attribute("aria-expanded", "true")
        self.expect_no_complaints()

    def test_arrows_go_from_row_to_row(self):
        page = self.list()
        page.locator(".log .alert").first.focus()
        page.keyboard.press("ArrowDown")
        expect(page.locator(".log .alert").nth(1)).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(page.locator(".log .alert").first).to_be_focused()

    def test_an_alert_is_acknowledged_and_resolved(self):
        page = self.list("?state=new")
        alert, row = self.a_new_alert(page)
        row.get_by_role("button", name=f"Acknowledge: {alert['title']}").click()
        expect(page.get_by_role("status").filter(has_text="Acknowledged: ")).to_have_count(1)
        page.goto(f"{URL}/#/alerts?state=acknowledged")
        row = page.locator(f'.log > li:has([data-alert="{alert["id"]}"])')
        expect(row.locator(".state")).to_have_text("acknowledged by owner")
        row.get_by_role("button", name="Resolve").click()
        page.goto(f"{URL}/#/alerts?state=resolved")
        expect(row.locator(".state")).to_have_text("resolved by owner")

    def test_all_that_are_shown_are_acknowledged_after_a_question(self):
        rule = self.a_rule_with_new_alerts()
        page = self.list(f"?state=new&rule={rule}")
        button = page.get_by_role("button", name=re.compile(r"^Acknowledge \d+ shown"))
        button.click()
        dialog = page.get_by_role("dialog")
        count = int(re.search(r"\d+", dialog.get_by_role("heading").inner_text()).group())
        self.assertGreater(count, 0)
        self.expect_accessible(page)
        dialog.get_by_role("button", name="Leave it").click()
        expect(dialog).to_have_count(0)
        button.click()
        page.get_by_role("dialog").get_by_role("button", name=re.compile("^Acknowledge")).click()
        expect(page.get_by_role("status").filter(has_text=re.compile(r"^Acknowledged: \d+ alert"))).to_have_count(1)
        answer = page.request.get(f"{URL}/alerts?state=acknowledged&rule={rule}&limit=200").json()
        self.assertGreaterEqual(len(answer["rows"]), count)

    def a_rule_with_new_alerts(self):
        context = self.browser.new_context()
        self.addCleanup(context.close)
        rows = context.request.get(f"{URL}/alerts?state=new&limit=200").json()["rows"]
        return rows[-1]["rule"]

    def test_the_server_refuses_and_the_page_says_why(self):
        def refuse(page):
            page.route("**/alerts?**", lambda route: route.fulfill(status=503, json={"detail": "the file is full"}))

        page = self.open("#/alerts", ".panel-log", prepare=refuse)
        expect(page.locator(".panel-log .alerts-note")).to_have_text("the file is full")

    def test_a_rule_is_made_tried_edited_switched_off_and_deleted(self):
        page = self.open("#/alerts?tab=rules", ".rule-sheet tbody tr")
        page.request.delete(f"{URL}/alerts/rules/{RULE}", data={})
        page.get_by_role("button", name="New rule").locator("visible=true").click()
        dialog = page.get_by_role("dialog", name="Alert rule")
        page.locator("#rule-name").fill(RULE)
        page.locator("#rule-source").select_option("detections")
        page.locator("#rule-min_premium").fill("50000")
        page.locator("#rule-more").select_option("kinds")
        page.locator("#rule-kinds").get_by_label("intermarket sweep").check()
        preview = page.locator(".rule-preview")
        expect(preview).to_contain_text("Intermarket sweep, from $50.0K")
        expect(preview).to_contain_text(re.compile(r"Its filters let \d+ of the newest \d+ detections of \$50,000"))
        seen = preview.inner_text()
        passing = int(re.search(r"let (\d+) of", seen).group(1))
        rows = page.request.get(f"{URL}/detections?limit=500&min_premium=50000").json()["rows"]
        if len(rows) < 500:
            wanted = [row for row in rows if row["kind"] == "intermarket_sweep" and row["state"] != "withdrawn"]
            self.assertLessEqual(passing, len(wanted))
        self.expect_accessible(page)
        page.get_by_role("button", name="Save").click()
        expect(dialog).to_be_hidden()
        row = page.locator(".rule-sheet tbody tr", has_text=RULE)
        expect(row.locator(".words")).to_have_text("Intermarket sweep, from $50.0K")

        row.get_by_role("button", name=f"Edit {RULE}").click()
        page.locator("#rule-min_premium").fill("75000")
        page.get_by_role("button", name=f"Replace {RULE}").click()
        expect(row.locator(".words")).to_have_text("Intermarket sweep, from $75.0K")

        row.get_by_role("switch").click()
        expect(row).to_have_class("off")
        stored = {entry["rule"]["name"]: entry["rule"] for entry in page.request.get(
            f"{URL}/alerts/rules").json()["rows"]}[RULE]
        self.assertEqual((stored["enabled"], stored["min_premium"], stored["kinds"]), (
            False, 75000, ["intermarket_sweep"]))

        row.get_by_role("button", name=f"Delete {RULE}").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(row.locator("visible=true")).to_have_count(0)
        self.expect_no_complaints()

    def test_a_rule_that_cannot_be_switched_says_why_and_stays_as_it_is(self):
        page = self.open("#/alerts?tab=rules", ".rule-sheet tbody tr")
        page.route("**/alerts/rules/*", lambda route: route.fulfill(status=422, json={"detail": "not for you"}))
        switch = page.locator(".rule-sheet tbody tr").first.get_by_role("switch")
        before = switch.is_checked()
        # The table is asked for again at once: its answer must not take the refusal away.
        with page.expect_response(lambda response: response.url.endswith("/alerts/rules") and response.ok):
            switch.click()
        expect(page.locator(".alerts-note:visible", has_text="not for you")).to_have_count(1)
        expect(switch).to_be_checked(checked=before)

    def test_another_source_lays_foreign_conditions_aside(self):
        page = self.open("#/alerts?tab=rules", ".rule-sheet tbody tr")
        page.get_by_role("button", name="New rule").locator("visible=true").click()
        expect(page.locator("#rule-min_premium")).to_have_value("1000000")
        page.locator("#rule-source").select_option("levels")
        expect(page.locator("#rule-min_premium")).to_have_count(0)
        self.assertEqual(page.locator("#rule-more option").all_inner_texts(), ["Add a condition", "Symbols", "Levels"])
        page.locator("#rule-source").select_option("prints")
        expect(page.locator("#rule-min_premium")).to_have_value("1000000")
        page.get_by_role("button", name="Take away Premium from").click()
        expect(page.locator("#rule-min_premium")).to_have_count(0)
        page.keyboard.press("Escape")
        self.expect_address(page, "#/alerts?tab=rules$")

    def test_a_count_leads_to_the_alerts_of_its_rule(self):
        page = self.open("#/alerts?tab=rules", ".rule-sheet tbody tr")
        row = page.locator(".rule-sheet tbody tr", has=page.get_by_role("button", name="unusual_volume", exact=True))
        row.locator(".count").click()
        self.expect_address(page, "#/alerts?rule=unusual_volume$")
        expect(page.get_by_label("Rule", exact=True)).to_have_value("unusual_volume")

    def test_a_subscriber_is_added_changed_and_removed(self):
        page = self.open("#/alerts?tab=subscribers", ".subscriber-sheet tbody tr")
        page.request.delete(f"{URL}/alerts/subscribers/{SUBSCRIBER}", data={})
        page.get_by_role("button", name="Add a subscriber").click()
        page.locator("#subscriber-name").fill(SUBSCRIBER)
        page.locator("#subscriber-role").select_option("trader")
        page.locator("#subscriber-channels").get_by_label("console").check()
        page.locator("#subscriber-min_severity").select_option("CRITICAL")
        page.locator("#subscriber-quiet_hours").fill("night")
        self.expect_accessible(page)
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.locator("#subscriber-quiet_hours")).to_have_attribute("aria-invalid", "true")
        page.locator("#subscriber-quiet_hours").fill("20:00-07:30")
        page.get_by_role("button", name="Add", exact=True).click()
        row = page.locator(".subscriber-sheet tbody tr", has_text=SUBSCRIBER)
        expect(row).to_contain_text("CRITICAL alerts")
        expect(row).to_contain_text("acknowledge and resolve (trader)")

        row.get_by_role("button", name=f"Edit {SUBSCRIBER}").click()
        expect(page.locator("#subscriber-quiet_hours")).to_have_value("20:00-07:30")
        page.locator("#subscriber-symbols").fill("SPY")
        page.get_by_role("button", name=f"Save {SUBSCRIBER}").click()
        expect(row).to_contain_text("about SPY and the data")

        row.get_by_role("button", name=f"Remove {SUBSCRIBER}").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(row.locator("visible=true")).to_have_count(0)
        # The browser says itself that the first form was refused.
        self.assertEqual([words for words in self.complaints if "status of 422" not in words], [])

    def test_the_statistics_are_the_servers(self):
        page = self.open("#/alerts?tab=statistics", ".counts li")
        answer = page.request.get(f"{URL}/alerts/statistics?hours=24").json()
        names = {row["name"].replace("_", " ") for row in answer["by_kind"]}
        shown = page.get_by_role("region", name="By kind").locator("li:visible span").all_inner_texts()
        self.assertLessEqual(set(shown), names)
        expect(page.locator(".channel-sheet tbody tr").first).to_contain_text("console")
        page.get_by_role("button", name="7 days").click()
        self.expect_address(page, "hours=168")
        page.reload()
        expect(page.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")
        page.get_by_role("region", name="By severity").locator("li:visible a").first.click()
        expect(page).to_have_url(re.compile(r"#/alerts\?severity=[A-Z]+$"))

    def test_messages_that_were_given_up_are_sent_again(self):
        sent = []

        def prepare(page):
            page.route("**/health", lambda route: self.with_dead_messages(route))
            page.route("**/alerts/deliveries/resend", lambda route: (
                sent.append(json.loads(route.request.post_data)), route.fulfill(json={"queued": 3})))

        page = self.open("#/alerts?tab=statistics", ".channel-sheet tbody tr", prepare=prepare)
        row = page.locator(".channel-sheet tbody tr").first
        expect(row).to_contain_text("⚠ left alone: no answer")
        expect(page.locator(".channel-error")).to_contain_text("connection refused")
        row.get_by_role("button", name="Send the 3 messages").click()
        expect(page.get_by_text("3 messages are tried again")).to_be_visible()
        self.assertEqual(sent, [{"channel": "console"}])

    def with_dead_messages(self, route):
        health = route.fetch().json()
        health["alerts"]["channels"][0] |= {
            "dead": 3, "breaker": "open", "last_error": "connection refused", "last_error_time": "2026-11-20T15:00:00Z"}
        route.fulfill(json=health)


if __name__ == "__main__":
    unittest.main()
