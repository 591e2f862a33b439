"""The desk in a real browser against a running server with moving data (demo mode)."""

import json
import re
import unittest

from browser import PATIENCE, SIZES, URL, BrowserCase
from playwright.sync_api import expect

# Rows move down their lists as new ones come; what holds them must not.
MOVED_FRAMES = """(() => {
  window.movedFrames = [];
  new PerformanceObserver((list) => {
    for (const { sources, hadRecentInput } of list.getEntries()) {
      for (const { node } of hadRecentInput ? [] : sources) {
        const frame = ".panel, .panel-head, .scroll, .tape, .chart, .masthead, .status, .underlyings, .page";
        if (node instanceof Element && node.matches(frame)) window.movedFrames.push(node.id || node.className);
      }
    }
  }).observe({ type: "layout-shift", buffered: true });
})()"""


class DeskTest(BrowserCase):
    def test_loads_without_complaint_and_says_what_data_it_shows(self):
        page = self.open_desk()
        expect(page.locator("#mode")).to_have_attribute("data-mode", "demo")
        expect(page.locator("#mode")).to_contain_text("not the market")
        expect(page.locator("#grid-rows tr.atm")).to_have_count(1)
        expect(page.locator("#top-rows tr").first).to_be_visible()
        expect(page.locator("#underlyings li").first).to_be_visible()
        page.locator("#chart canvas, .chart-notice").first.wait_for()
        self.expect_no_complaints()

    def test_policy_forbids_inline_code_and_foreign_origins(self):
        page = self.open_desk()
        policy = page.request.get(URL).headers.get("content-security-policy", "")
        self.assertRegex(policy, r"(script|default)-src 'self'(;|$)")
        self.assertNotIn("unsafe-inline", policy)

    def test_prints_move(self):
        self.expect_moving(self.open_desk())

    def test_times_are_eastern_with_utc_on_hover(self):
        page = self.open_desk()
        time = self.newest_row(page).locator(".time")
        self.assertRegex(time.inner_text(), r"^\d\d:\d\d:\d\d\.\d{3}$")
        self.assertRegex(time.get_attribute("title"), r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC$")

    def test_a_scrolled_tape_stays_with_its_rows(self):
        page = self.open_desk()
        tape = page.locator("#prints-scroll")
        row = page.locator('.tape-row[aria-rowindex="20"]')
        row.wait_for(state="attached")
        tape.evaluate("(node) => (node.scrollTop = 480)")
        expect(page.locator("#prints-newer")).to_be_visible()
        # The row that lies in the middle is followed while newer prints push it down the list.
        find = """(node) => {
          const box = node.getBoundingClientRect();
          const row = document.elementFromPoint(box.left + 20, box.top + 150).closest(".tape-row");
          return [row.innerText, Math.round(row.getBoundingClientRect().top)];
        }"""
        before = tape.evaluate(find)
        expect(page.locator("#prints-newer")).to_contain_text("newer")
        self.assertEqual(tape.evaluate(find), before)
        page.locator("#prints-newer").click()
        expect(page.locator("#prints-newer")).to_be_hidden()

    def test_filter_by_keyboard(self):
        page = self.open_desk()
        page.locator('[data-filter="sweep"]').focus()
        page.keyboard.press("Enter")
        expect(page.locator('[data-filter="sweep"]')).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".tape-row:visible").first).to_be_visible()
        expect(page.locator(".tape-row:visible .chips", has_not_text="SWEEP")).to_have_count(0)

    def test_the_keys_of_the_filter(self):
        page = self.open_desk()

        def pressed(name):
            expect(page.locator(f'[data-filter="{name}"]')).to_have_attribute("aria-pressed", "true")

        page.keyboard.press("f")
        expect(page.locator('[data-filter="all"]')).to_be_focused()
        page.keyboard.press("2")
        pressed("options")
        # There the digits choose no page.
        self.expect_address(page, "#/desk?prints=options$")
        expect(page.locator(".tape-row:visible").first).to_be_visible()
        expect(page.locator(".tape-row:visible .contract-cell", has_text="stock")).to_have_count(0)
        page.keyboard.press("1")
        pressed("all")

    def test_every_option_on_the_tape_has_its_expiry(self):
        for size in ("desk", "phone"):
            with self.subTest(size=size):
                page = self.open_desk(viewport=SIZES[size])
                page.locator('[data-filter="options"]').click()
                page.locator(".tape-row:visible").first.wait_for()
                for text in page.locator(".tape-row:visible .contract-cell").all_inner_texts():
                    self.assertRegex(text, r"^[\d.]+ [CP]\s+(0D|\d+ [A-Z][a-z]{2}( \d\d)?)$")

    def test_the_strikes_begin_with_a_whole_row(self):
        for size in SIZES:
            with self.subTest(size=size):
                page = self.open_desk(viewport=SIZES[size])
                page.locator("#grid-rows tr.atm").wait_for()
                cut = page.locator("#grid-scroll").evaluate(
                    """(node) => {
                      // The cells of the head stay while the rows scroll below it.
                      const head = node.querySelector("thead th").getBoundingClientRect().bottom;
                      return [...node.querySelectorAll("tbody tr:not([hidden])")]
                        .map((row) => row.getBoundingClientRect())
                        .filter((row) => row.top < head - 1 && row.bottom > head + 1).length;
                    }"""
                )
                self.assertEqual(cut, 0)

    def test_a_recording_without_options_says_so(self):
        def prepare(page):
            page.route_web_socket("**/ws/stream**", self.tell_an_ended_stock_recording)
            page.route("**/prints?**", lambda route: route.fulfill(json={"rows": [], "next": None, "source": "memory"}))

        page = self.open(prepare=prepare)
        self.expect_level(page, "ended")
        for panel in ("grid", "top", "chart", "underlyings"):
            expect(page.locator(f"#{panel}-empty")).to_have_text("No options in this recording.")
            expect(page.locator(f"#{panel}-empty")).to_be_visible()

    def tell_an_ended_stock_recording(self, route):
        health = {
            "status": "ok", "reasons": [], "ingest_status": "ended", "data_age_seconds": None, "events_per_second": 0,
            "trades_five_minutes": 0, "queue_share": 0, "storage_lag_milliseconds": 0, "bad_events": 0,
            "publisher_skipped": 0, "clients": 1, "mode": "replay", "source": "stock.ndjson", "session": "2026-11-20",
            "gaps_open": None, "gaps_unfilled": None, "alerts_new": None, "messages_waiting": None,
            "messages_dead": None,
        }
        time = "2026-11-20T15:42:17.000Z"
        hello = {"type": "hello", "epoch": "a", "version": "1", "mode": "replay", "resumed": False, "last_print_id": 0}
        state = {
            "type": "state", "epoch": "a", "sequence": 1, "time": time, "wall_time": time, "health": health,
            "grid": None, "underlyings": [], "top": [], "minutes": [],
        }
        for message in (hello, state):
            route.send(json.dumps(message))

    def test_a_detection_opens_to_its_prints(self):
        page = self.open_desk()
        row = page.locator(".detection").first
        row.wait_for()
        identity = row.evaluate("(node) => node.getAttribute('aria-controls')")
        row = page.locator(f'.detection[aria-controls="{identity}"]')
        row.focus()
        expect(page.locator("#detections-why")).to_contain_text(re.compile(r"^Confidence \d+%: "))
        detail = page.locator(f"#{identity}")
        expect(detail).to_be_hidden()
        page.keyboard.press("Enter")
        expect(row).to_have_attribute("aria-expanded", "true")
        expect(detail.locator(".legs tbody tr").first).to_be_visible()
        expect(detail.locator(".factors li").first).to_be_visible()
        expect(detail).to_contain_text(re.compile(r"^\d{8}-[a-z_]+-\d+: [\d,]+ prints of "))
        self.expect_accessible(page)
        page.keyboard.press("Enter")
        expect(detail).to_be_hidden()
        self.expect_no_complaints()

    def test_a_click_does_not_hold_the_detections(self):
        page = self.open_desk()
        row = page.locator(".detection").first
        row.wait_for()
        row.click()
        page.mouse.move(2, 2)
        newest = row.get_attribute("aria-controls")
        expect(row).not_to_have_attribute("aria-controls", newest, timeout=3 * PATIENCE)

    def test_detections_that_cannot_be_had_are_said(self):
        page = self.open_desk()
        page.route("**/detections/**", lambda route: route.fulfill(status=503))
        row = page.locator(".detection").first
        row.click()
        expect(page.locator(".detection-detail:visible").first).to_contain_text("cannot be had")

    def test_an_injected_print_is_marked(self):
        page = self.open_desk()
        page.locator('[data-filter="large"]').click()
        symbol = page.request.get(f"{URL}/top").json()["rows"][0]["symbol"]
        status = page.evaluate(
            """async (symbol) => {
              const body = JSON.stringify({ symbol, price: 1.25, size: 7777 });
              const headers = { "Content-Type": "application/json" };
              return (await fetch("/trades", { method: "POST", headers, body })).status;
            }""",
            symbol,
        )
        self.assertEqual(status, 202)
        row = page.locator(".tape-row:visible", has_text="7,777").first
        expect(row.locator(".chips")).to_contain_text("INJECTED")

    def test_data_that_come_move_no_panel(self):
        page = self.open_desk(prepare=lambda page: page.add_init_script(MOVED_FRAMES))
        self.expect_moving(page)
        self.assertEqual(page.evaluate("() => window.movedFrames"), [])

    def test_works_without_the_chart_library(self):
        page = self.open_desk(prepare=lambda page: page.route("**/vendor/**", lambda route: route.fulfill(status=404)))
        expect(page.locator(".chart-notice")).to_contain_text("scripts/setup")
        self.expect_moving(page)


if __name__ == "__main__":
    unittest.main()
