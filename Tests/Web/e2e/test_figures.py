"""The figures on the page are those of the API and of the store: one recorded day, played to its end, asked three ways.

MARKETFLOW_BINARY names the program; without it there is nothing to serve a recording with. What the page rounds is compared as the
text that its own modules/format.js makes of the exact figure.
"""

import json
import urllib.request

from browser import DESK, PATIENCE
from playwright.sync_api import expect
from server import RecordingCase, needs_program

# Many rows in sight, so that few steps lead through the whole tape.
TALL = {"width": 1440, "height": 4_000}
# What counts in sums: no cancelled print, none that is marked as out of the day's volume.
COUNTED = "NOT cancelled AND flags & 64 = 0"

# Every row of the tape page's list, by its place from the newest on.
ALL_ROWS = """async () => {
  const scroll = document.querySelector("#tape-scroll");
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const rows = new Map();
  const cell = (row, name) => row.querySelector(name)?.textContent ?? "";
  const names = [".time", ".symbol", ".contract-cell span", ".price", ".size", ".premium"];
  const text = (row) => names.map((name) => cell(row, name));
  const collect = () => {
    for (const row of scroll.querySelectorAll(".tape-row:not([hidden])")) rows.set(Number(row.getAttribute("aria-rowindex")), text(row));
  };
  scroll.scrollTop = 0;
  for (;;) {
    await frame();
    collect();
    if (scroll.scrollTop + scroll.clientHeight >= scroll.scrollHeight - 1) break;
    scroll.scrollTop += scroll.clientHeight;
  }
  return [...rows].sort(([one], [other]) => one - other);
}"""

FORMATTED = """async (figures) => {
  const base = document.querySelector('script[type="module"][src$="main.js"]').src;
  const format = await import(new URL("modules/format.js", base).href);
  return figures.map(([name, ...values]) => format[name](...values));
}"""


@needs_program
class FiguresTest(RecordingCase):
    def setUp(self):
        self.url = self.replay("--replay-speed", "max")

    def open_at_the_end(self, address, ready, viewport=DESK):
        """A page of the day that is over, once the store has all of it."""
        page = self.open(address, ready, url=self.url, viewport=viewport)
        self.expect_player(page, state="ended")
        page.wait_for_function(
            """async () => {
              const { ingest, storage } = await (await fetch("/health")).json();
              return ingest.status === "ended" && storage.rows_written > 0 && storage.lag_milliseconds === 0;
            }"""
        )
        return page

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE / 1000) as answer:
            return json.load(answer)

    def sql(self, statement):
        request = urllib.request.Request(
            self.url + "/query", json.dumps({"sql": statement}).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE / 1000) as answer:
            result = json.load(answer)
        self.assertFalse(result["truncated"])
        return result["rows"]

    def all_prints(self):
        """What /prints tells of the day, page by page."""
        rows, cursor = [], ""
        while cursor is not None:
            answer = self.get(f"/prints?limit=1000{cursor and f'&cursor={cursor}'}")
            rows += answer["rows"]
            cursor = answer["next"]
        return rows

    def formatted(self, page, figures):
        """What modules/format.js makes of [function, value, ...] each."""
        return page.evaluate(FORMATTED, figures)

    def table(self, page, rows):
        """Texts of the cells of all rows that are shown."""
        return page.locator(rows).evaluate_all(
            "(rows) => rows.filter((row) => !row.hidden).map((row) => [...row.cells].map((cell) => cell.textContent))")

    def test_the_tape_has_every_print_of_the_day(self):
        page = self.open_at_the_end("#/tape", ".tape-row:visible", viewport=TALL)
        (count, premium), = self.sql("SELECT count(*), sum(premium)::DOUBLE FROM trades_labeled")
        # The list reads on into the past by itself while it is at its end.
        end = """() => {
          const scroll = document.querySelector("#tape-scroll");
          scroll.scrollTop = scroll.scrollHeight;
          return document.querySelector("#tape-reach").textContent.includes("all prints of the day");
        }"""
        page.wait_for_function(end, polling=100, timeout=3 * PATIENCE)
        expect(page.locator("#tape-aside")).to_have_text(f"{count:,} prints")
        shown = page.evaluate(ALL_ROWS)
        self.assertEqual([place for place, _ in shown], list(range(1, count + 1)))

        # Prices in whole cents make the sum exact, a contract being a hundred.
        cents = [(round(float(row[3].replace(",", "")) * 100), int(row[4].replace(",", ""))) for _, row in shown]
        self.assertEqual(sum(price * size for price, size in cents), premium)
        told = self.all_prints()
        self.assertEqual([len(told), sum(print_["premium"] for print_ in told)], [count, premium])

        # Row by row, what is rounded as the page rounds it.
        rows = self.sql(
            "SELECT epoch_ms(ts), underlying, strike::DOUBLE, type, price::DOUBLE, size, premium::DOUBLE FROM trades_labeled"
            " ORDER BY print_id DESC LIMIT 100000")
        wanted = self.formatted(page, [
            figure for ms, _, strike, _, price, size, dollars in rows
            for figure in (["formatEastern", ms, "milliseconds"], ["formatStrike", strike], ["formatPrice", price],
                           ["formatCount", size], ["formatMoney", dollars])])
        self.assertEqual(len(rows), len(shown))
        for index, ((_, seen), row) in enumerate(zip(shown, rows)):
            time, strike, price, size, dollars = wanted[5 * index: 5 * index + 5]
            self.assertEqual(seen[:3], [time, row[1], f"{strike} {row[3][0].upper()}"])
            self.assertEqual(seen[3:], [price, size, dollars])

    def test_the_strikes_of_the_desk(self):
        for symbol in ("SPY", "QQQ", "AAPL"):
            with self.subTest(symbol=symbol):
                page = self.open_at_the_end(f"#/desk?symbol={symbol}", "#grid-rows tr")
                expect(page.locator("#grid-title")).to_have_text(f"{symbol} 0DTE strikes")
                shown = self.table(page, "#grid-rows tr")
                answer = self.get(f"/ticker/{symbol}")
                by_strike = {row["strike"]: row for row in answer["by_strike"]}
                stored = {(strike, kind): sums for strike, kind, *sums in self.sql(
                    "SELECT strike::DOUBLE, type, sum(size)::BIGINT, sum(premium)::DOUBLE FROM trades_labeled"
                    f" WHERE underlying = '{symbol}' AND expiry = '{answer['expiry']}' AND {COUNTED} GROUP BY ALL")}
                self.assertGreater(len(shown), 5)
                for cells in shown:
                    strike = float(cells[5])
                    row = by_strike[strike]
                    for kind, volume, premium in (("call", cells[0], cells[1]), ("put", cells[10], cells[9])):
                        # A leg without a print is a zero here and no row there.
                        sums = stored.get((strike, kind), [0, 0])
                        self.assertEqual([row[kind]["volume"], row[kind]["premium"]], sums, (strike, kind))
                        texts = self.formatted(page, [["formatCount", sums[0]], ["formatMoney", sums[1]]])
                        self.assertEqual([volume, premium], texts, (strike, kind))

    def test_top_flow(self):
        page = self.open_at_the_end("#/desk", "#top-rows tr")
        shown = self.table(page, "#top-rows tr")
        symbols = page.locator("#top-rows tr:not([hidden]) a.contract").evaluate_all(
            "(links) => links.map((link) => new URLSearchParams(link.hash.split('?')[1]).get('symbol'))")
        answer = self.get(f"/top?limit={len(shown)}")["rows"]
        stored = {ticker: sums for ticker, *sums in self.sql(
            "SELECT ticker, count(*), sum(size)::BIGINT, sum(premium)::DOUBLE, coalesce(sum(size) FILTER (side = 'buy'), 0)::BIGINT,"
            " coalesce(sum(size) FILTER (side = 'sell'), 0)::BIGINT, count(DISTINCT nullif(sweep_id, 0)), count(*) FILTER (block)"
            f" FROM trades_labeled WHERE {COUNTED} GROUP BY ticker ORDER BY sum(premium) DESC, ticker LIMIT {len(shown)}")}
        self.assertEqual(symbols, list(stored))
        self.assertEqual(symbols, [row["symbol"] for row in answer])
        for cells, row in zip(shown, answer):
            trades, volume, premium, bought, sold, sweeps, blocks = stored[row["symbol"]]
            exact = [row[name] for name in ("trades", "volume", "premium", "buy_volume", "sell_volume", "blocks")]
            self.assertEqual(exact, [trades, volume, premium, bought, sold, blocks], row["symbol"])
            share = bought / (bought + sold) if bought + sold else None
            self.assertEqual(row["bought_share"], share)
            texts = self.formatted(page, [["formatMoney", premium], ["formatCount", volume], ["formatShare", share]])
            self.assertEqual([cells[1], cells[2], cells[4]], texts, row["symbol"])
            if row["sweeps"]:
                self.assertIn(f"S{row['sweeps']}", cells[6])
            if blocks:
                self.assertIn(f"B{blocks}", cells[6])

    def test_the_totals_of_the_ticker_page(self):
        for symbol in ("SPY", "QQQ", "AAPL"):
            with self.subTest(symbol=symbol):
                page = self.open_at_the_end(f"#/ticker/{symbol}", ".flow-by-strike tbody tr")
                figures = dict(page.locator(".ticker-figures dl > div").evaluate_all(
                    "(pairs) => pairs.map((pair) => [...pair.children].map((child) => child.textContent))"))
                flow = self.get(f"/flow/{symbol}?by=strike")
                totals = flow["totals"]
                where = f"FROM trades_labeled WHERE underlying = '{symbol}' AND {COUNTED}"
                (stored,) = self.sql(
                    "SELECT count(*), sum(size)::BIGINT, sum(premium)::DOUBLE,"
                    " sum(size) FILTER (type = 'call')::BIGINT, sum(size) FILTER (type = 'put')::BIGINT,"
                    " sum(premium) FILTER (type = 'call')::DOUBLE, sum(premium) FILTER (type = 'put')::DOUBLE,"
                    f" sum(premium) FILTER (side = 'buy')::DOUBLE, sum(premium) FILTER (side = 'sell')::DOUBLE {where}")
                names = ("trades", "volume", "premium", "call_volume", "put_volume", "call_premium", "put_premium",
                         "buy_premium", "sell_premium")
                self.assertEqual([totals[name] for name in names], stored)
                premium, net, trades = self.formatted(page, [
                    ["formatMoney", stored[2]], ["formatMoney", abs(stored[7] - stored[8])], ["formatCount", stored[0]]])
                self.assertEqual(figures["Premium"], premium)
                self.assertEqual(figures["Net premium"][2:], net)
                self.assertEqual(figures["Prints"], trades)
                self.assertEqual(figures["C/P premium"], f"{stored[5] / stored[6]:.2f}")
                self.assertEqual(figures["C/P volume"], f"{stored[3] / stored[4]:.2f}")

                # The sums by strike carry their exact values.
                rows = page.locator(".flow-by-strike tbody tr").evaluate_all(
                    "(rows) => rows.filter((row) => !row.hidden).map((row) => [...row.cells].map((cell) => Number(cell.dataset.value)))")
                shown = sorted((strike, net, calls, puts, prints) for _, net, calls, strike, puts, prints in rows)
                self.assertEqual(shown, sorted(
                    (row["strike"], row["net_premium"], row["call_premium"], row["put_premium"], row["trades"]) for row in flow["rows"]))
                self.assertEqual(shown, [tuple(row) for row in self.sql(
                    "SELECT strike::DOUBLE,"
                    " (coalesce(sum(premium) FILTER (side = 'buy'), 0) - coalesce(sum(premium) FILTER (side = 'sell'), 0))::DOUBLE,"
                    " coalesce(sum(premium) FILTER (type = 'call'), 0)::DOUBLE, coalesce(sum(premium) FILTER (type = 'put'), 0)::DOUBLE,"
                    f" count(*) {where} GROUP BY strike ORDER BY strike")])


if __name__ == "__main__":
    unittest.main()
