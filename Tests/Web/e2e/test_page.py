"""The page in a real browser against a running server with moving data (demo mode).

MARKETFLOW_URL names the server (http://127.0.0.1:8000), MARKETFLOW_CHROMIUM the browser (/usr/bin/chromium).
MARKETFLOW_SCREENSHOTS names a folder to which pictures of the page are written.
"""

import base64
import json
import os
import pathlib
import re
import unittest
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from cuttable_proxy import CuttableProxy
from playwright.sync_api import expect, sync_playwright

URL = os.environ.get("MARKETFLOW_URL", "http://127.0.0.1:8000")
CHROMIUM = os.environ.get("MARKETFLOW_CHROMIUM", "/usr/bin/chromium")
SCREENSHOTS = os.environ.get("MARKETFLOW_SCREENSHOTS")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
DESK = {"width": 1440, "height": 900}
SIZES = {"desk": DESK, "wide": {"width": 1920, "height": 1130}, "phone": {"width": 390, "height": 844}}
# A slow machine may take its time; a test that passes does not.
PATIENCE = 20_000

LAYOUT_SHIFT = """() => {
  window.layoutShift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.layoutShift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)
        cls.browser = cls.playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        cls.addClassCleanup(cls.browser.close)

    def open(self, url=URL, viewport=DESK, scheme="dark", wait_live=True, **options):
        context = self.browser.new_context(viewport=viewport, color_scheme=scheme, **options)
        self.addCleanup(context.close)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        self.complaints = []
        page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(url)
        if wait_live:
            self.expect_level(page, "live")
            page.locator(".tape-row:visible").first.wait_for()
        return page

    def open_behind_proxy(self):
        target = urlsplit(URL)
        proxy = CuttableProxy(target.hostname, target.port or 80)
        self.addCleanup(proxy.close)
        return proxy, self.open(proxy.address)

    def expect_level(self, page, level):
        expect(page.locator("body")).to_have_attribute("data-level", level, timeout=PATIENCE)

    def newest_row(self, page):
        return page.locator('.tape-row[aria-rowindex="1"]:visible')

    def expect_moving(self, page):
        before = self.newest_row(page).inner_text()
        expect(self.newest_row(page)).not_to_have_text(before, timeout=PATIENCE)

    def test_loads_without_complaint_and_says_what_data_it_shows(self):
        page = self.open()
        expect(page.locator("#mode")).to_have_attribute("data-mode", "demo")
        expect(page.locator("#mode")).to_contain_text("not the market")
        expect(page.locator("#grid-rows tr.atm")).to_have_count(1)
        expect(page.locator("#top-rows tr").first).to_be_visible()
        expect(page.locator("#underlyings li").first).to_be_visible()
        page.locator("#chart canvas, .chart-notice").first.wait_for()
        self.assertEqual(self.complaints, [])

    def test_policy_forbids_inline_code_and_foreign_origins(self):
        page = self.open()
        policy = page.request.get(URL).headers.get("content-security-policy", "")
        self.assertRegex(policy, r"(script|default)-src 'self'(;|$)")
        self.assertNotIn("unsafe-inline", policy)

    def test_prints_move(self):
        self.expect_moving(self.open())

    def test_one_screen_without_page_scroll(self):
        page = self.open()
        excess = "() => document.documentElement.scrollHeight - innerHeight"
        self.assertLessEqual(page.evaluate(excess), 0)

    def test_phone_has_no_sideways_scroll(self):
        page = self.open(viewport=SIZES["phone"])
        self.assertLessEqual(page.evaluate("() => document.documentElement.scrollWidth - innerWidth"), 0)

    def test_times_are_eastern_with_utc_on_hover(self):
        page = self.open()
        time = self.newest_row(page).locator(".time")
        self.assertRegex(time.inner_text(), r"^\d\d:\d\d:\d\d\.\d{3}$")
        self.assertRegex(time.get_attribute("title"), r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC$")

    def test_a_scrolled_tape_stays_with_its_rows(self):
        page = self.open()
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
        expect(page.locator("#prints-newer")).to_contain_text("newer", timeout=PATIENCE)
        self.assertEqual(tape.evaluate(find), before)
        page.locator("#prints-newer").click()
        expect(page.locator("#prints-newer")).to_be_hidden()

    def test_filter_by_keyboard(self):
        page = self.open()
        page.locator('[data-filter="sweep"]').focus()
        page.keyboard.press("Enter")
        expect(page.locator('[data-filter="sweep"]')).to_have_attribute("aria-pressed", "true")
        for chips in page.locator(".tape-row:visible .chips").all_text_contents()[:10]:
            self.assertIn("SWEEP", chips)

    def test_the_keys_of_the_filter(self):
        page = self.open()

        def pressed(name):
            expect(page.locator(f'[data-filter="{name}"]')).to_have_attribute("aria-pressed", "true")

        page.keyboard.press("2")
        pressed("all")
        page.keyboard.press("/")
        expect(page.locator('[data-filter="all"]')).to_be_focused()
        page.keyboard.press("2")
        pressed("options")
        self.assertNotIn("stock", page.locator(".tape-row:visible .contract-cell").all_text_contents())
        page.keyboard.press("1")
        pressed("all")

    def test_every_option_on_the_tape_has_its_expiry(self):
        for size in ("desk", "phone"):
            with self.subTest(size=size):
                page = self.open(viewport=SIZES[size])
                page.locator('[data-filter="options"]').click()
                page.locator(".tape-row:visible").first.wait_for()
                for text in page.locator(".tape-row:visible .contract-cell").all_inner_texts():
                    self.assertRegex(text, r"^[\d.]+ [CP]\s+(0D|\d+ [A-Z][a-z]{2}( \d\d)?)$")

    def test_the_strikes_begin_with_a_whole_row(self):
        for size in SIZES:
            with self.subTest(size=size):
                page = self.open(viewport=SIZES[size])
                page.locator("#grid-rows tr.atm").wait_for()
                cut = page.locator("#grid-scroll").evaluate(
                    """(node) => {
                      const head = node.querySelector("thead").getBoundingClientRect().bottom;
                      const rows = [...node.querySelectorAll("tbody tr:not([hidden])")]
                        .map((row) => row.getBoundingClientRect());
                      const bottom = node.getBoundingClientRect().bottom;
                      return rows.filter((row) => (row.top < head - 1 && row.bottom > head + 1)
                        || (row.top < bottom - 1 && row.bottom > bottom + 1)).length;
                    }"""
                )
                self.assertEqual(cut, 0)

    def test_a_recording_without_options_says_so(self):
        context = self.browser.new_context(viewport=DESK)
        self.addCleanup(context.close)
        page = context.new_page()
        page.route_web_socket("**/ws/stream**", lambda route: self.tell_an_ended_stock_recording(route))
        page.route("**/prints?**", lambda route: route.fulfill(json={"rows": [], "next": None, "source": "memory"}))
        page.goto(URL)
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
        page = self.open()
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
        results = Axe().run(page)
        self.assertEqual(results.violations_count, 0, results.generate_report())
        page.keyboard.press("Enter")
        expect(detail).to_be_hidden()
        self.assertEqual(self.complaints, [])

    def test_detections_that_cannot_be_had_are_said(self):
        page = self.open()
        page.route("**/detections/**", lambda route: route.fulfill(status=503))
        row = page.locator(".detection").first
        row.click()
        expect(page.locator(".detection-detail:visible").first).to_contain_text("cannot be had")

    def alert_rows(self, page):
        page.locator(".alerts > li").first.wait_for()
        return page.locator(".alerts > li")

    def test_an_alert_opens_to_its_score_and_is_answered_by_keyboard(self):
        page = self.open()
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
        results = Axe().run(page)
        self.assertEqual(results.violations_count, 0, results.generate_report())
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
        self.assertEqual(self.complaints, [])

    def test_alerts_are_filtered_by_severity_and_stand_in_its_order(self):
        page = self.open()
        self.alert_rows(page)
        order = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO"]
        page.locator('[data-severity="MEDIUM"]').focus()
        page.keyboard.press("Enter")
        expect(page.locator('[data-severity="MEDIUM"]')).to_have_attribute("aria-pressed", "true")
        shown = page.locator(".alerts > li.new .severity").all_inner_texts()
        self.assertEqual(shown, sorted(shown, key=order.index))
        self.assertLessEqual(set(shown), set(order[:3]))
        time = page.locator(".alert .time").first
        self.assertRegex(time.inner_text(), r"^\d\d:\d\d:\d\d$")
        self.assertRegex(time.get_attribute("title"), r"UTC$")

    def test_an_alert_that_cannot_be_answered_says_why(self):
        page = self.open()
        self.alert_rows(page)
        page.route("**/alerts/*/resolve", lambda route: route.fulfill(status=503, json={"detail": "the file is full"}))
        page.locator(".alerts > li").first.get_by_role("button", name=re.compile("^Resolve")).click()
        expect(page.locator("#alerts-note")).to_have_text("the file is full")

    def test_a_rule_is_opened_from_its_link_changed_and_saved(self):
        rule = {"name": "e2e-big", "source": "prints", "min_premium": 2000000.5, "side": "buy", "symbols": ["SPY"]}
        token = base64.urlsafe_b64encode(json.dumps(rule).encode()).decode().rstrip("=")
        page = self.open(f"{URL}/#rule={token}")
        dialog = page.get_by_role("dialog", name="Alert rule")
        expect(dialog).to_be_visible()
        expect(page.locator("#rule-name")).to_have_value("e2e-big")
        expect(page.locator("#rule-min_premium")).to_have_value("2000000.5")
        expect(page.locator("#rule-side")).to_have_value("buy")
        expect(page.locator("#rule-severity_floor")).to_have_value("INFO")
        results = Axe().run(page)
        self.assertEqual(results.violations_count, 0, results.generate_report())
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
        self.assertEqual(page.evaluate("() => location.hash"), "")
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
        page = self.open(f"{URL}/#rule=nonsense!")
        expect(page.locator("#rule-note")).to_contain_text("no rule")
        page.keyboard.press("Escape")
        expect(page.locator("#rule")).to_be_hidden()
        page.wait_for_function("() => location.hash === ''")

    def test_an_injected_print_is_marked(self):
        page = self.open()
        page.locator('[data-filter="large"]').click()
        symbol = page.locator("#top-rows td").first.get_attribute("title")
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
        expect(row.locator(".chips")).to_contain_text("INJECTED", timeout=PATIENCE)

    def test_comes_back_after_the_server_vanished(self):
        proxy, page = self.open_behind_proxy()
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
        proxy, page = self.open_behind_proxy()
        proxy.freeze()
        self.expect_level(page, "stale")
        expect(page.locator("#announcement")).to_contain_text("Stale")
        proxy.thaw()
        self.expect_level(page, "live")

    def test_nothing_shifts(self):
        context = self.browser.new_context(viewport=DESK)
        self.addCleanup(context.close)
        page = context.new_page()
        page.add_init_script(f"({LAYOUT_SHIFT})()")
        page.goto(URL)
        self.expect_level(page, "live")
        page.locator(".tape-row:visible").first.wait_for()
        self.expect_moving(page)
        self.assertLess(page.evaluate("() => window.layoutShift"), 0.02)

    def test_accessible_in_both_schemes_on_desk_and_phone(self):
        for scheme in ("dark", "light"):
            for size in ("desk", "phone"):
                with self.subTest(scheme=scheme, size=size):
                    page = self.open(viewport=SIZES[size], scheme=scheme)
                    results = Axe().run(page)
                    self.assertEqual(results.violations_count, 0, results.generate_report())

    def test_accessible_while_disconnected(self):
        proxy, page = self.open_behind_proxy()
        proxy.cut()
        self.expect_level(page, "disconnected")
        results = Axe().run(page)
        self.assertEqual(results.violations_count, 0, results.generate_report())

    def test_works_without_the_chart_library(self):
        context = self.browser.new_context(viewport=DESK)
        self.addCleanup(context.close)
        page = context.new_page()
        page.route("**/vendor/**", lambda route: route.fulfill(status=404))
        page.goto(URL)
        self.expect_level(page, "live")
        expect(page.locator(".chart-notice")).to_contain_text("scripts/setup")
        self.expect_moving(page)

    @unittest.skipUnless(SCREENSHOTS, "MARKETFLOW_SCREENSHOTS is not set")
    def test_pictures(self):
        for name, size in SIZES.items():
            page = self.open(viewport=size)
            page.locator("#chart canvas").first.wait_for()
            page.screenshot(path=pathlib.Path(SCREENSHOTS) / f"{name}.png", full_page=name == "phone")


if __name__ == "__main__":
    unittest.main()
