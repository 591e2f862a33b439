"""The page "ticker" in a real browser against a running server with moving data (demo mode)."""

import json
import re
import unittest

from browser import PATIENCE, BrowserCase
from playwright.sync_api import expect


class TickerPageTest(BrowserCase):
    def open_ticker(self, address="#/ticker/SPY", **options):
        page = self.open(address, **options)
        page.locator(".flow-by-strike tbody tr").first.wait_for()
        return page

    def table(self, page, by):
        return page.locator(f'table[data-table="flow-by-{by}"]')

    def test_opens_by_its_address_with_its_figures(self):
        page = self.open_ticker()
        expect(page.locator("#nav-ticker")).to_have_attribute("aria-current", "page")
        expect(page.locator("#ticker-title")).to_have_text("SPY")
        expect(page.locator(".ticker-figures dd").first).to_have_text(re.compile(r"^\d+\.\d\d$"))
        for by in ("strike", "expiry", "type", "side", "interval"):
            expect(self.table(page, by).locator("tbody tr").first).to_be_visible()
        expect(page.locator(".minute-flow .calls")).to_have_attribute("d", re.compile("^M"))
        expect(page.locator(".flow-by-strike tr.atm")).to_have_count(1)
        expect(page.locator("#ticker-dealers")).to_have_attribute("href", "#/gamma/SPY")
        expect(page.locator("#ticker-dealers")).to_contain_text("flip", timeout=2 * PATIENCE)
        self.expect_no_complaints()

    def test_figures_are_those_of_the_api(self):
        answers = []

        def hold(route):
            # The sums go on growing: the page is given the same answer again and again.
            if not answers:
                answers.append(route.fetch().json())
            route.fulfill(json=answers[0])

        page = self.open_ticker(prepare=lambda page: page.route("**/flow/SPY?*by=type*", hold))
        shown = self.table(page, "type").locator("tbody tr:visible")
        expect(shown.first).to_be_visible()
        rows = answers[0]["rows"]
        expect(shown).to_have_count(len(rows))
        exact = shown.locator("td.premium").evaluate_all("(cells) => cells.map((cell) => Number(cell.dataset.value))")
        self.assertEqual(sorted(exact), sorted(row["premium"] for row in rows))
        self.assertGreater(sum(exact), 0)

    def test_choices_are_in_the_address(self):
        page = self.open_ticker()
        page.get_by_role("button", name="60 min").click()
        page.get_by_role("button", name="10 min", exact=True).click()
        self.expect_address(page, "window=60", "interval=10")
        page.get_by_role("button", name="QQQ").click()
        self.expect_address(page, "#/ticker/QQQ?", "window=60", "interval=10")
        page.reload()
        expect(page.locator("#ticker-title")).to_have_text("QQQ")
        expect(page.get_by_role("button", name="60 min")).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_role("button", name="10 min", exact=True)).to_have_attribute("aria-pressed", "true")
        page.locator("#ticker-symbol").fill("tsla")
        page.locator("#ticker-symbol").press("Enter")
        expect(page.locator("#ticker-title")).to_have_text("TSLA")

    def test_a_row_opens_to_its_prints_and_they_come_to_its_sum(self):
        page = self.open_ticker()
        # The strike furthest out has few prints: all of them are there with the first pages.
        rows = self.table(page, "strike").locator("tbody tr:visible")
        strike = rows.last.locator("th").inner_text()
        # Another strike may come to be the last one.
        row = rows.filter(has=page.locator("th").get_by_text(strike, exact=True))
        row.locator("button").focus()
        page.keyboard.press("Enter")
        self.expect_address(page, "by=strike", f"at={strike}")
        drawer = page.locator("#drill")
        expect(drawer.locator("#drill-title")).to_have_text(f"SPY strike {strike}")
        expect(drawer.locator("#drill-verdict")).to_have_text(re.compile(r"^✓ [\d,]+ prints?, \$[\d,]+: the figures agree"))
        for text in drawer.locator(".tape-row:visible .contract-cell").all_text_contents():
            self.assertTrue(text.startswith(f"{strike} "), text)
        self.expect_accessible(page)
        page.keyboard.press("Escape")
        expect(drawer).to_be_hidden()
        expect(row.locator("button")).to_be_focused()
        self.expect_no_complaints()

    def test_a_drill_is_restored_from_the_address(self):
        page = self.open_ticker("#/ticker/SPY?by=side&at=mid&only=institutional")
        drawer = page.locator("#drill")
        expect(drawer.locator("#drill-title")).to_contain_text("At mid")
        expect(drawer.get_by_role("button", name="Institutional")).to_have_attribute("aria-pressed", "true")
        expect(drawer.locator("#drill-verdict")).to_have_text(re.compile("the figures agree"))
        drawer.get_by_role("button", name="All", exact=True).click()
        expect(page).not_to_have_url(re.compile("only="))
        drawer.get_by_role("button", name="Close").click()
        expect(page).to_have_url(re.compile(r"#/ticker/SPY$"))

    def test_a_drill_of_many_prints_says_how_far_it_has_come(self):
        page = self.open_ticker("#/ticker/SPY?by=total")
        expect(page.locator("#drill-verdict")).to_have_text(re.compile(r"So far [\d,]+ of [\d,]+ prints|agree"))

    def test_a_difference_is_said(self):
        def drop_one(route):
            answer = route.fetch().json()
            answer["rows"] = answer["rows"][1:]
            route.fulfill(body=json.dumps(answer), content_type="application/json")

        page = self.open_ticker(prepare=lambda p: p.route("**/prints?*counted*", drop_one))
        self.table(page, "strike").locator("tbody tr:visible").last.click()
        expect(page.locator("#drill-verdict")).to_have_text(re.compile(r"^⚠ .*the row said.*taken back"))

    def test_a_minute_opens_by_keyboard_from_the_chart(self):
        page = self.open_ticker()
        plot = page.locator(".minute-plot")
        plot.focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        expect(page.locator("#minutes-readout")).to_contain_text(re.compile(r"\d\d:\d\d · C \$"))
        page.keyboard.press("Enter")
        self.expect_address(page, "by=minute")
        expect(page.locator("#drill-title")).to_contain_text("minute")
        expect(page.locator("#drill .tape-row:visible").first).to_be_visible()

    def test_the_minutes_are_also_a_table(self):
        page = self.open_ticker()
        page.get_by_role("button", name="Table", exact=True).click()
        self.expect_address(page, "minutes=table")
        rows = page.locator('table[data-table="minutes"] tbody tr:visible')
        expect(rows.first).to_be_visible()
        expect(page.locator(".minute-plot")).to_be_hidden()
        self.expect_accessible(page)

    def test_rows_are_reached_by_arrows(self):
        page = self.open_ticker()
        buttons = self.table(page, "type").locator("button:visible")
        buttons.first.focus()
        page.keyboard.press("ArrowDown")
        expect(buttons.nth(1)).to_be_focused()
        page.keyboard.press("End")
        expect(buttons.last).to_be_focused()

    def test_an_unknown_symbol_is_said(self):
        page = self.open("#/ticker/NOSUCH")
        expect(page.locator("#ticker-trouble")).to_contain_text("NOSUCH has no option quote or print today")
        self.expect_accessible(page)

    def test_a_row_that_is_not_there_is_said(self):
        page = self.open_ticker("#/ticker/SPY?by=strike&at=1")
        expect(page.locator("#drill-verdict")).to_contain_text("No print of strike 1 in this window")

    def test_a_page_that_is_not_shown_asks_nothing(self):
        asked = []
        page = self.open_ticker()
        page.goto(page.url.split("#")[0] + "#/tape")
        page.locator(".page-tape .tape-row:visible").first.wait_for()
        page.on("request", lambda request: asked.append(request.url) if "/flow/" in request.url else None)
        before = page.locator("#clock").inner_text()
        # Longer than two polls, by the data's own clock, which stands in whole seconds.
        for _ in range(5):
            expect(page.locator("#clock")).not_to_have_text(before)
            before = page.locator("#clock").inner_text()
        self.assertEqual(asked, [])


if __name__ == "__main__":
    unittest.main()
