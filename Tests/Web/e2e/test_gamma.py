"""The page of gamma in a real browser, against a server in demo mode; see browser.py."""

import re
import unittest

from browser import URL, BrowserCase
from gamma_samples import history
from playwright.sync_api import expect

ADDRESS = "#/gamma/SPY"
HISTORY = "**/gex/*/history*"
TWO_POLLS = 12_000


def with_history(page):
    page.route(HISTORY, lambda route: route.fulfill(json=history()))


class GammaPageTest(BrowserCase):
    def open_gamma(self, address=ADDRESS, prepare=with_history, **options):
        page = self.open(address, prepare=prepare, **options)
        page.locator(".gamma-strikes-panel svg .bar").first.wait_for()
        page.locator(".gamma-expiries tbody tr").first.wait_for()
        return page

    def test_opens_by_its_address_and_shows_where_dealers_stand(self):
        page = self.open_gamma()
        expect(page.locator(".choices a[aria-current]")).to_have_text("SPY")
        expect(page.locator(".bias-word")).to_have_text(re.compile(r"gamma|hedging|Neutral", re.I))
        expect(page.locator(".gamma-figures tbody tr")).to_have_count(12)
        expect(page.locator(".gamma-strikes-panel svg text.spot")).to_have_text(re.compile(r"^spot \d+\.\d\d$"))
        expect(page.locator(".gamma-profile-panel svg .way")).to_have_count(1)
        self.expect_no_complaints()

    def test_figures_are_the_answers_of_the_server(self):
        page = self.open_gamma()
        figure = page.locator(".gamma-figures tr", has_text="Call wall").locator("td").first
        mark = page.locator(".gamma-strikes-panel svg text.call-wall")
        # The wall may move between two questions: both panels and the server are asked again until they say the same.
        for _ in range(5):
            answer = page.request.get(f"{URL}/gex/SPY?basis=open_interest&by=strike").json()
            wall = re.compile(rf"(^|\s){re.escape(format(answer['call_wall'], 'g'))}($|\s)")
            try:
                expect(figure).to_have_text(wall, timeout=TWO_POLLS)
                expect(mark).to_have_text(wall, timeout=TWO_POLLS)
                return
            except AssertionError as difference:
                last = difference
        raise last

    def test_the_address_restores_underlying_basis_and_view(self):
        page = self.open_gamma("#/gamma/QQQ?basis=flow&history=table")
        expect(page.locator(".choices a[aria-current]")).to_have_text("QQQ")
        expect(page.get_by_role("button", name="Flow", exact=True)).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".gamma-figures thead .chosen")).to_have_text("Flow")
        expect(page.locator(".heat-sheet tbody tr").first).to_be_visible()

    def test_a_choice_is_in_the_address(self):
        page = self.open_gamma()
        page.get_by_role("button", name="Flow", exact=True).click()
        self.expect_address(page, "basis=flow")
        page.get_by_role("button", name="Table", exact=True).click()
        self.expect_address(page, "basis=flow", "history=table")
        page.locator(".choices a", has_text="QQQ").click()
        self.expect_address(page, "#/gamma/QQQ", "basis=flow", "history=table")

    def test_the_map_is_walked_by_keys_and_read_out(self):
        page = self.open_gamma()
        page.locator(".heat").focus()
        page.keyboard.press("ArrowUp")
        readout = page.locator(".heat-readout")
        expect(readout).to_have_text(re.compile(r"^10:59 ET · strike \d+ · [+−]\$[\d.]+M per 1%"))
        page.keyboard.press("Home")
        expect(readout).to_have_text(re.compile(r"^09:30 ET"))
        before = readout.inner_text()
        page.keyboard.press("ArrowUp")
        expect(readout).not_to_have_text(before)
        expect(page.locator(".heat-cursor")).to_be_visible()

    def test_the_map_answers_to_the_pointer(self):
        page = self.open_gamma()
        box = page.locator(".heat").bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(page.locator(".heat-tip")).to_have_text(re.compile(r"^\d\d:\d\d · \d+ · "))
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] - 60)
        expect(page.locator(".heat-tip")).to_be_hidden()

    def test_a_refusal_is_said(self):
        page = self.open("#/gamma/NOSUCH", prepare=with_history)
        for panel in ("figures", "strikes", "expiries"):
            notice = page.locator(f".gamma-{panel}-panel .empty")
            expect(notice).to_contain_text("NOSUCH")

    def test_a_history_that_cannot_be_had_is_said(self):
        def refuse(page):
            body = {"title": "Nothing is there", "status": 404, "detail": "no history of it"}
            page.route(HISTORY, lambda route: route.fulfill(status=404, json=body))

        page = self.open_gamma(prepare=refuse)
        expect(page.locator(".gamma-heat-panel .empty")).to_have_text("The history is not available. no history of it")

    def test_what_is_missing_says_why(self):
        def spoil(route):
            answer = route.fetch().json()
            detail = "gamma keeps its sign over the whole range that it was priced in"
            answer.update(zero_gamma=None, missing=[{"figure": "zero_gamma", "reason": "no_crossing", "detail": detail}])
            route.fulfill(json=answer)

        page = self.open_gamma(prepare=lambda page: (with_history(page), page.route("**/gex/SPY?*", spoil)))
        expect(page.locator(".gamma-strikes-panel .gex-why")).to_have_text(re.compile("^No flip: gamma keeps its sign"))
        expect(page.locator(".gamma-strikes-panel svg text.flip")).to_have_count(0)

    def test_strikes_are_a_table_for_those_who_listen(self):
        page = self.open_gamma()
        table = page.locator(".gamma-strikes-panel table")
        expect(table.locator("caption")).to_contain_text("Gamma exposure by strike")
        self.assertEqual(table.locator("tbody tr:not([hidden])").count(), page.locator(".gamma-strikes-panel svg g").count())


if __name__ == "__main__":
    unittest.main()
