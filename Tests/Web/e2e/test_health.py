"""The page of health in a real browser, against a server in demo mode; see browser.py."""

import re
import unittest

from browser import BrowserCase
from health_samples import GAPS, in_trouble
from playwright.sync_api import expect


def with_trouble(page):
    page.route("**/health", lambda route: route.fulfill(json=in_trouble(route.fetch().json())))
    page.route("**/query", lambda route: route.fulfill(json=GAPS))


class HealthPageTest(BrowserCase):
    def open_health(self, **options):
        return self.open("#/health", ".health-card .health-lines div", **options)

    def card(self, page, title):
        return page.locator(".health-card", has=page.get_by_role("heading", name=title, exact=True))

    def line(self, page, title, name):
        return self.card(page, title).locator(".health-lines > div", has=page.get_by_text(name, exact=True))

    def test_opens_by_its_address_and_says_everything_of_the_server(self):
        page = self.open_health()
        for title in ("Feed", "Queues", "Database", "Positioning", "Alerts", "Detectors", "Losses", "Stream", "This page"):
            expect(self.card(page, title)).to_have_count(1)
        expect(page.locator(".health-verdict")).to_have_attribute("data-status", re.compile("ok|degraded"))
        expect(self.line(page, "Feed", "Feed").locator("dd").first).to_have_text("streaming")
        expect(self.line(page, "Queues", "Feed → engine").locator(".fill")).to_be_visible()
        expect(self.card(page, "Connections")).to_have_count(0)
        self.expect_no_complaints()

    def test_every_line_has_a_meaning(self):
        page = self.open_health()
        for row in page.locator(".health-lines > div:not([hidden])").all():
            self.assertRegex(row.get_attribute("title"), r"\S")

    def test_sides_are_shares_that_make_a_whole(self):
        page = self.open_health()
        shares = page.locator(".methods-sheet tbody tr:not([hidden]) td:last-child").all_inner_texts()
        self.assertAlmostEqual(sum(float(share.rstrip("%")) for share in shares), 100, delta=1)

    def test_the_last_minutes_are_drawn(self):
        page = self.open_health()
        ways = page.locator(".vital polyline")
        expect(ways).to_have_count(4)
        expect(ways.first).to_have_attribute("points", re.compile(r"\d .*\d"))

    def test_problems_come_first_with_what_to_do(self):
        page = self.open_health(prepare=with_trouble)
        verdict = page.locator(".health-verdict")
        expect(verdict).to_have_attribute("data-status", "down")
        expect(verdict.locator(".health-word")).to_have_text("Down")
        expect(verdict.locator("li").first).to_have_text("Options socket refused: the key is not allowed to stream.")
        expect(verdict).to_contain_text("Database, Lag: 6.2 s. The disk does not keep up")
        refused = self.line(page, "Connections", "Socket, options")
        expect(refused).to_have_attribute("data-tone", "bad")
        expect(refused.locator(".remedy")).to_contain_text("see the key, its plan")
        expect(self.line(page, "Alerts", "Channel, desk-slack").locator(".remedy")).to_contain_text("HTTP 500")
        expect(self.card(page, "Journal")).to_have_count(1)
        expect(self.card(page, "Lake")).to_have_count(1)

    def test_gaps_are_listed_with_their_times(self):
        page = self.open_health(prepare=with_trouble)
        rows = page.locator(".health-gaps tbody tr")
        expect(rows).to_have_count(3)
        expect(rows.first.locator("th")).to_have_text("10:10:00")
        expect(rows.first.locator("th")).to_have_attribute("title", "2026-11-20 15:10:00.000 UTC")
        expect(rows.nth(1)).to_contain_text("unfilled")

    def test_a_server_that_does_not_answer_is_said_and_old_figures_stay(self):
        page = self.open_health()
        page.route("**/health", lambda route: route.abort())
        silence = page.locator(".health-silence")
        expect(silence).to_contain_text("The server does not answer")
        expect(silence).to_contain_text("old")
        expect(self.card(page, "Feed")).to_be_visible()
        page.unroute("**/health")
        expect(silence).to_be_hidden()


if __name__ == "__main__":
    unittest.main()
