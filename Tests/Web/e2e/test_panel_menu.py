"""What a panel can be asked for by its menu, in a real browser: CSV, a picture, the whole screen, paper."""

import base64
import csv
import pathlib
import re
import struct
import unittest

from browser import BrowserCase
from playwright.sync_api import expect

# Colours of a picture, decoded by the browser itself.
COLOURS = """async (data) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  pen.drawImage(bitmap, 0, 0);
  return new Set(new Uint32Array(pen.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer)).size;
}"""
# Colours that text, two sides, bars and their smoothed edges come to; a blank picture has one or two.
LEAST_COLOURS = 20


class PanelMenuTest(BrowserCase):
    def choose(self, page, panel, item):
        page.locator(f"{panel} .panel-tools").click()
        page.get_by_role("menu").get_by_role("menuitem", name=item, exact=True).click()

    def download(self, page, panel, item):
        with page.expect_download() as waiting:
            self.choose(page, panel, item)
        return waiting.value

    def open_still_desk(self):
        """A desk whose figures stand still, so that they can be compared."""
        proxy, page = self.open_desk_behind_proxy()
        page.locator("#grid-rows tr.atm").wait_for()
        proxy.freeze()
        self.expect_level(page, "stale")
        return page

    def test_the_strikes_as_csv_are_the_strikes_of_the_table(self):
        page = self.open_still_desk()
        shown = page.locator("#grid-scroll table tr:not([hidden])").evaluate_all(
            "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim()))")
        file = self.download(page, "#panel-grid", "Table (CSV)")
        self.assertRegex(file.suggested_filename, r"^marketflow-[a-z]+-0dte-strikes-\d{4}-\d\d-\d\d-\d{6}z\.csv$")
        with open(file.path(), newline="", encoding="utf-8-sig") as content:
            rows = list(csv.reader(content))
        self.assertEqual(rows, [[cell.replace("−", "-") for cell in row] for row in shown])
        self.assertGreater(len(rows), 10)
        self.expect_no_complaints()

    def test_a_picture_has_the_size_of_the_panel_and_something_on_it(self):
        page = self.open_desk()
        page.locator("#chart canvas").first.wait_for()
        for panel in ("#panel-grid", "#panel-chart", "#panel-prints", "#panel-gex"):
            with self.subTest(panel=panel):
                box = page.locator(panel).evaluate("(node) => node.getBoundingClientRect().toJSON()")
                file = self.download(page, panel, "Picture (PNG)")
                self.assertRegex(file.suggested_filename, r"\.png$")
                content = pathlib.Path(file.path()).read_bytes()
                self.assertEqual(content[:8], b"\x89PNG\r\n\x1a\n")
                width, height = struct.unpack(">II", content[16:24])
                self.assertAlmostEqual(width, 2 * box["width"], delta=1)
                self.assertAlmostEqual(height, 2 * box["height"], delta=1)
                colours = page.evaluate(COLOURS, base64.b64encode(content).decode())
                self.assertGreater(colours, LEAST_COLOURS)
        self.expect_no_complaints()

    def test_the_whole_screen_and_back(self):
        page = self.open_desk()
        panel = page.locator("#panel-prints")
        small = panel.bounding_box()
        self.choose(page, "#panel-prints", "Whole screen")
        page.wait_for_function("() => document.getElementById('panel-prints').clientWidth > 0.9 * innerWidth")
        box = page.locator("#panel-grid").bounding_box()
        self.assertEqual(self.panel_at(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), "panel-prints")
        self.expect_accessible(page)
        self.choose(page, "#panel-prints", "Back to its place")
        self.assertEqual(panel.bounding_box(), small)

    def panel_at(self, page, x, y):
        return page.evaluate("([x, y]) => document.elementFromPoint(x, y).closest('.panel').id", [x, y])

    def test_a_panel_is_printed_alone(self):
        page = self.open_desk(prepare=lambda page: page.add_init_script(
            """window.print = () => {
              window.printed = [...document.querySelectorAll("[data-print]")].map((node) => node.id || node.tagName);
            }"""))
        self.choose(page, "#panel-top", "Print")
        self.assertEqual(page.evaluate("() => window.printed"), ["BODY", "panel-top"])
        expect(page.locator("[data-print]")).to_have_count(0)
        self.expect_no_complaints()

    def test_on_paper_there_is_the_panel_and_nothing_else(self):
        page = self.open_desk(prepare=lambda page: page.add_init_script("window.print = () => {}"))
        page.emulate_media(media="print")
        page.evaluate(
            "() => [document.body, document.getElementById('panel-top')].forEach((n) => n.toggleAttribute('data-print'))")
        expect(page.locator("#panel-top")).to_be_visible()
        for other in (".masthead", "#panel-grid", "#panel-prints"):
            expect(page.locator(other)).to_be_hidden()

    def test_a_panel_is_put_away(self):
        page = self.open_desk()
        self.choose(page, "#panel-chart", "Put away (settings bring it back)")
        expect(page.locator("#panel-chart")).to_be_hidden()

    def test_the_link_of_a_view_is_copied(self):
        page = self.open_desk("#/desk?symbol=QQQ", permissions=["clipboard-read", "clipboard-write"])
        self.choose(page, "#panel-top", "Copy the link of this view")
        expect(page.locator("#toast")).to_have_text("The link is copied.")
        self.assertRegex(page.evaluate("() => navigator.clipboard.readText()"), r"#/desk\?symbol=QQQ$")

    def test_the_menu_is_walked_by_keys(self):
        page = self.open_desk()
        tools = page.locator("#panel-grid .panel-tools")
        tools.focus()
        page.keyboard.press("Enter")
        expect(tools).to_have_attribute("aria-expanded", "true")
        expect(page.get_by_role("menuitem").first).to_be_focused()
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("menuitem").nth(1)).to_be_focused()
        self.expect_accessible(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("menu")).to_be_hidden()
        expect(tools).to_be_focused()

    def test_panels_of_other_pages_have_a_menu_too(self):
        page = self.open_desk()
        for name in ("desk", "tape", "ticker/SPY", "gamma/SPY", "alerts?tab=rules", "alerts?tab=statistics"):
            page.evaluate("(address) => (location.hash = address)", f"#/{name}")
            shown = f"#page-{re.match('[a-z]+', name).group()} .panel:has(header h2)"
            page.locator(f"{shown}:visible").first.wait_for()
            without = page.locator(f"{shown}:not(:has(.panel-tools)) h2").all_text_contents()
            self.assertEqual(without, [], name)


if __name__ == "__main__":
    unittest.main()
