"""The page "tape" in a real browser against a running server with moving data (demo mode)."""

import csv
import json
import re
import unittest
from urllib.parse import parse_qs, urlsplit

from browser import BrowserCase
from playwright.sync_api import expect

TAPE = ".page-tape"


def refuse(route):
    body = json.dumps({"title": "Busy", "status": 503, "detail": "The database cannot be read."})
    route.fulfill(status=503, content_type="application/problem+json", body=body)


class TapePageTest(BrowserCase):
    def rows(self, page):
        return page.locator(f"{TAPE} .tape-row:visible")

    def row(self, page, index):
        return page.locator(f'{TAPE} .tape-row[aria-rowindex="{index}"]:visible')

    def open_tape(self, query="", **options):
        page = self.open(f"#/tape{query}", **options)
        self.rows(page).first.wait_for()
        return page

    def test_opens_by_its_address_and_moves(self):
        page = self.open_tape()
        expect(page.locator("#nav-tape")).to_have_attribute("aria-current", "page")
        before = self.row(page, 1).inner_text()
        expect(self.row(page, 1)).not_to_have_text(before)
        self.expect_no_complaints()

    def test_filters_are_restored_from_the_address(self):
        page = self.open_tape("?symbol=SPY&type=call&side=buy&min_size=2&min_premium=1000")
        expect(page.locator("#tape-symbol")).to_have_value("SPY")
        expect(page.locator('.choices [data-choice="call"]')).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_label("Side", exact=True)).to_have_value("buy")
        expect(page.get_by_label("Least premium")).to_have_value("1000")
        for text in self.rows(page).all_text_contents():
            self.assertRegex(text, r"SPY[\d.]+ C .*buy")

    def test_choices_are_written_into_the_address_and_come_back_after_a_reload(self):
        page = self.open_tape()
        page.locator('.choices [data-choice="put"]').click()
        page.get_by_label("Side", exact=True).select_option("sell")
        page.get_by_label("Expiry").select_option("0D")
        page.locator("#tape-symbol").fill("QQQ")
        self.expect_address(page, "type=put", "side=sell", "expiry=0D", "symbol=QQQ")
        page.reload()
        self.rows(page).first.wait_for()
        expect(page.locator("#tape-symbol")).to_have_value("QQQ")
        expect(page.get_by_label("Expiry")).to_have_value("0D")
        for text in self.rows(page).all_text_contents():
            self.assertRegex(text, r"QQQ[\d.]+ P 0D.*sell")
        page.get_by_role("button", name="Clear").click()
        expect(page).to_have_url(re.compile(r"#/tape$"))

    def test_a_text_that_is_no_symbol_is_said(self):
        page = self.open("#/tape?symbol=%3F%3F")
        expect(page.locator("#tape-empty")).to_contain_text('"??" is no symbol')

    def test_pause_counts_what_comes_and_shows_it_afterwards(self):
        page = self.open_tape()
        page.locator("#tape-scroll").focus()
        page.keyboard.press("Space")
        pause = page.locator("#tape-pause")
        expect(pause).to_have_attribute("aria-pressed", "true")
        newest = self.row(page, 1).inner_text()
        expect(pause).to_have_text(re.compile(r"^Resume · [1-9]"))
        self.assertEqual(self.row(page, 1).inner_text(), newest)
        pause.click()
        expect(pause).to_have_text("Pause")
        expect(self.row(page, 1)).not_to_have_text(newest)

    def test_older_prints_are_fetched_under_the_same_filter_to_the_beginning_of_the_day(self):
        asked = []

        def prepare(page):
            page.on("request", lambda request: asked.append(request.url) if "cursor=" in request.url else None)

        page = self.open_tape("?symbol=SPY&min_premium=600000", prepare=prepare)
        expect(page.locator("#tape-reach")).to_contain_text("all prints of the day")
        question = parse_qs(urlsplit(asked[0]).query)
        self.assertEqual([question["symbol"], question["min_premium"]], [["SPY"], ["600000"]])
        shown = int(page.locator("#tape-aside").inner_text().split()[0].replace(",", ""))
        answer = page.request.get(f"{page.url.split('#')[0]}prints?symbol=SPY&min_premium=600000&limit=1000").json()
        # Prints go on coming, and none is taken away.
        self.assertLessEqual(shown, len(answer["rows"]))
        self.assertGreater(shown, 0)

    def test_scrolling_on_fetches_the_past_and_holds_the_rows(self):
        page = self.open_tape("?symbol=SPY")
        scroll = page.locator("#tape-scroll")
        count = page.locator("#tape-aside")
        # More than is in sight, or there is nothing to scroll.
        page.wait_for_function("() => { const { scrollHeight, clientHeight } = document.querySelector('#tape-scroll'); return scrollHeight > 2 * clientHeight; }")
        first = int(count.inner_text().split()[0].replace(",", ""))
        scroll.evaluate("(node) => (node.scrollTop = node.scrollHeight)")
        expect(page.locator("#tape-newer")).to_be_visible()
        page.wait_for_function(
            "([id, before]) => Number(document.getElementById(id).innerText.split(' ')[0].replaceAll(',', '')) > before",
            arg=["tape-aside", first + 500],
        )
        page.locator("#tape-newer").click()
        expect(page.locator("#tape-newer")).to_be_hidden()

    def test_a_refusal_is_said_and_can_be_tried_again(self):
        page = self.open_tape("?min_premium=400000", prepare=lambda p: p.route("**/prints?*from_id*", refuse))
        expect(page.locator("#tape-reach")).to_contain_text("The database cannot be read.")
        page.unroute("**/prints?*from_id*")
        page.get_by_role("button", name="Try again").click()
        expect(page.locator("#tape-reach")).not_to_contain_text("cannot be")

    def test_a_row_opens_by_enter_to_its_quote_and_closes_by_escape(self):
        page = self.open_tape("?symbol=SPY&type=call")
        page.locator("#tape-scroll").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        expect(page.locator(f"{TAPE} .tape-row.active")).to_have_count(1)
        chosen = page.locator("#tape-scroll").get_attribute("aria-activedescendant")
        self.assertIsNotNone(chosen)
        page.keyboard.press("Enter")
        self.expect_address(page, "print=")
        detail = page.locator(".print-detail")
        expect(detail.locator(".nbbo, .nbbo-none")).to_be_visible()
        expect(detail.locator(".print-verdict")).to_contain_text(re.compile(r"Bought|Sold|Neither|unknown"))
        expect(detail.locator(".legs .here")).to_have_count(1)
        expect(detail).to_contain_text("Part of")
        expect(detail.get_by_role("link", name="SPY page")).to_have_attribute("href", "#/ticker/SPY")
        self.expect_accessible(page)
        page.keyboard.press("Escape")
        expect(detail).to_be_hidden()
        self.assertNotIn("print=", page.url)
        self.expect_no_complaints()

    def test_a_click_opens_the_print_that_was_under_it(self):
        page = self.open_tape("?min_premium=20000")
        row = self.row(page, 3)
        premium = row.locator(".premium").inner_text()
        page.locator("#tape-pause").click()
        premium = row.locator(".premium").inner_text()
        row.click()
        expect(page.locator(".print-detail .facts")).to_contain_text(premium)

    def test_a_print_opens_from_its_address_alone_with_its_sweep(self):
        page = self.open_tape()
        found = page.request.get(f"{page.url.split('#')[0]}prints?trade_type=sweep&limit=1").json()["rows"][0]
        page = self.open(f"#/tape?print={found['id']}")
        detail = page.locator(".print-detail")
        expect(detail.locator("#print-title")).to_contain_text(found["underlying"])
        expect(detail.locator(".print-detection").filter(has_text="sweep").first).to_be_visible()
        expect(detail.locator(".print-links a").nth(1)).to_have_attribute(
            "href", re.compile(re.escape(found["symbol"].split(":")[1]))
        )

    def test_the_csv_is_what_the_filter_shows_with_exact_values(self):
        page = self.open_tape("?symbol=SPY&type=call&min_premium=20000")
        page.locator("#tape-pause").click()
        count = page.locator("#tape-aside")
        # Older prints come in steps of 200, as long as the end of the list is in sight: what is written is what stands then.
        page.wait_for_function(
            """() => {
              const text = (id) => document.getElementById(id).innerText;
              const isFull = Number(text("tape-aside").split(" ")[0].replaceAll(",", "")) >= 200;
              return /all prints of the day|Many prints/.test(text("tape-reach")) || (isFull && /Scroll on/.test(text("tape-reach")));
            }"""
        )
        page.locator(".panel-tape .panel-tools").click()
        with page.expect_download() as waiting:
            page.get_by_role("menuitem", name="Table (CSV)").click()
        with open(waiting.value.path(), newline="", encoding="utf-8-sig") as content:
            rows = list(csv.DictReader(content))
        # All rows, not those that are drawn.
        self.assertEqual(len(rows), int(count.inner_text().split()[0].replace(",", "")))
        self.assertEqual({(row["underlying"], row["type"]) for row in rows}, {("SPY", "call")})
        self.assertTrue(all(float(row["premium"]) >= 20000 for row in rows))
        self.assertEqual([int(row["id"]) for row in rows], sorted((int(row["id"]) for row in rows), reverse=True))
        address = f"{page.url.split('#')[0]}prints?symbol=SPY&type=call&min_premium=20000&limit=1000"
        known = {row["id"]: row for row in page.request.get(address).json()["rows"]}
        both = [(row, known[int(row["id"])]) for row in rows if int(row["id"]) in known]
        self.assertGreater(len(both), 0)
        for row, exact in both:
            for name in ("price", "size", "premium", "bid", "ask", "strike", "net_delta"):
                self.assertEqual(float(row[name]) if row[name] else None, exact[name], name)
            self.assertEqual((row["time"], row["side"], row["symbol"]), (exact["time"], exact["side"], exact["symbol"]))

    def test_a_print_that_is_not_there_is_said(self):
        page = self.open("#/tape?print=7")
        expect(page.locator("#print-body")).to_contain_text("There is no print 7")
        page = self.open("#/tape?print=seven")
        expect(page.locator("#print-body")).to_contain_text("no number of a print")


if __name__ == "__main__":
    unittest.main()
