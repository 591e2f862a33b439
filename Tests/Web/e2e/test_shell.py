"""What surrounds the pages, in a real browser: keys, the search, the underlying that is looked at, the colours."""

import re
import unittest

from browser import BrowserCase
from playwright.sync_api import expect

PAGES = ("desk", "tape", "ticker", "gamma", "alerts", "replay", "health")
# Nothing is painted before there is a body.
THEME_AT_BODY = """new MutationObserver((_, observer) => {
  if (!document.body) return;
  window.themeAtBody = document.documentElement.dataset.theme;
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });"""


class KeysTest(BrowserCase):
    def test_digits_choose_pages(self):
        page = self.open_desk()
        for digit, name in [*enumerate(PAGES, 1)][::-1]:
            page.keyboard.press(str(digit))
            expect(page.locator(f"#nav-{name}")).to_have_attribute("aria-current", "page")
            expect(page.locator(".page:not([hidden])")).to_have_attribute("id", f"page-{name}")
            self.expect_address(page, f"#/{name}")
        self.expect_no_complaints()

    def test_a_key_that_is_typed_is_no_command(self):
        page = self.open("#/tape", "#tape-symbol")
        page.locator("#tape-symbol").focus()
        page.keyboard.type("1")
        expect(page.locator("#tape-symbol")).to_have_value("1")
        self.assertIn("#/tape", page.url)

    def test_the_keys_are_listed(self):
        page = self.open_desk()
        page.keyboard.press("?")
        dialog = page.get_by_role("dialog", name="Keys")
        listed = dict(zip(dialog.locator("dt").all_inner_texts(), dialog.locator("dd").all_inner_texts()))
        self.assertLessEqual({*"1234567", *"/?[]afmpst", "Ctrl K", "Esc"}, set(listed))
        self.assertEqual(listed["7"], "Health")
        self.expect_accessible(page)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()

    def test_keys_of_the_desk_lead_there_from_elsewhere(self):
        page = self.open("#/health", ".health-card .health-lines div")
        page.keyboard.press("f")
        expect(page.locator('[data-filter="all"]')).to_be_focused()
        self.expect_address(page, "#/desk$")
        page.locator(".alerts > li").first.wait_for()
        page.keyboard.press("7")
        expect(page.locator("#page-health")).to_be_visible()
        page.keyboard.press("a")
        expect(page.locator(".alerts > li .alert").first).to_be_focused()

    def test_a_print_of_the_desk_opens_by_keys(self):
        page = self.open_desk()
        page.locator("#prints-scroll").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        self.expect_address(page, "#/tape?", "print=")
        expect(page.locator(".print-detail .facts")).to_be_visible()


class SearchTest(BrowserCase):
    def open_search(self, key="/"):
        page = self.open_desk()
        page.keyboard.press(key)
        expect(page.locator("#palette-input")).to_be_focused()
        return page

    def test_a_ticker_and_enter(self):
        page = self.open_search()
        page.keyboard.type("qqq")
        expect(page.locator('#palette-results [aria-selected="true"]')).to_have_text("QQQ on the desk")
        self.expect_accessible(page)
        page.keyboard.press("Enter")
        expect(page.locator("#palette")).to_be_hidden()
        self.expect_address(page, "#/desk?symbol=QQQ$")
        expect(page.locator("#grid-title")).to_have_text(re.compile("^QQQ .*strikes$"))
        self.expect_no_complaints()

    def test_arrows_choose_also_around_the_ends(self):
        page = self.open_search("Control+k")
        page.keyboard.type("qqq")
        results = page.locator("#palette-results li")
        titles = results.all_inner_texts()
        chosen = page.locator('#palette-results [aria-selected="true"]')
        page.keyboard.press("ArrowDown")
        expect(chosen).to_have_text(titles[1])
        expect(page.locator("#palette-input")).to_have_attribute("aria-activedescendant", "palette-1")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        expect(chosen).to_have_text(titles[-1])
        page.keyboard.press("ArrowDown")
        expect(chosen).to_have_text(titles[0])

    def test_a_ticker_that_the_page_has_not_heard_of(self):
        page = self.open_search()
        page.keyboard.type("msft")
        expect(page.locator("#palette-results li")).to_have_text(["Tape of MSFT", "Ticker MSFT"])
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        self.expect_address(page, "#/ticker/MSFT$")

    def test_a_page_by_its_name(self):
        page = self.open_search()
        page.keyboard.type("hea")
        page.keyboard.press("Enter")
        self.expect_address(page, "#/health$")

    def test_escape_closes_and_ctrl_k_opens_while_typing(self):
        page = self.open("#/tape", "#tape-symbol")
        page.locator("#tape-symbol").focus()
        page.keyboard.press("Control+k")
        dialog = page.get_by_role("dialog", name="Search")
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(page.locator("#tape-symbol")).to_be_focused()
        self.assertIn("#/tape", page.url)


class UnderlyingTest(BrowserCase):
    def expect_strikes(self, page, symbol):
        expect(page.locator("#grid-title")).to_have_text(re.compile(f"^{symbol} .*strikes$"))
        expect(page.locator("#underlyings a[aria-current]")).to_contain_text(symbol)

    def test_brackets_go_from_one_to_the_next_and_a_reload_stays(self):
        page = self.open_desk("#/desk?symbol=SPY")
        self.expect_strikes(page, "SPY")
        symbols = page.locator("#underlyings li:visible b").all_inner_texts()
        at = symbols.index("SPY")
        following = symbols[(at + 1) % len(symbols)]
        page.keyboard.press("]")
        self.expect_strikes(page, following)
        self.expect_address(page, f"#/desk?symbol={following}$")
        page.reload()
        self.expect_strikes(page, following)
        page.keyboard.press("[")
        self.expect_strikes(page, "SPY")
        page.keyboard.press("[")
        self.expect_strikes(page, symbols[at - 1])
        self.expect_no_complaints()

    def test_todays_expiry_is_in_the_title(self):
        page = self.open_desk("#/desk?symbol=QQQ")
        expect(page.locator("#grid-title")).to_have_text("QQQ 0DTE strikes")

    def test_a_click_on_an_underlying_stays_on_the_page(self):
        page = self.open("#/gamma/SPY", ".gamma-figures")
        page.locator("#underlyings a", has_text="QQQ").click()
        self.expect_address(page, "#/gamma/QQQ$")


class ColoursTest(BrowserCase):
    def expect_theme(self, page, theme):
        expect(page.locator("html")).to_have_attribute("data-theme", theme)

    def background(self, page):
        return page.evaluate("() => getComputedStyle(document.body).backgroundColor")

    def test_a_key_changes_them_and_a_reload_has_them_before_anything_is_painted(self):
        page = self.open_desk(prepare=lambda page: page.add_init_script(THEME_AT_BODY))
        self.expect_theme(page, "dark")
        dark = self.background(page)
        page.keyboard.press("t")
        self.expect_theme(page, "light")
        self.assertNotEqual(self.background(page), dark)
        page.reload()
        self.assertEqual(page.evaluate("() => window.themeAtBody"), "light")
        page.locator(".tape-row:visible").first.wait_for()
        self.expect_theme(page, "light")
        page.keyboard.press("t")
        self.expect_theme(page, "dark")
        self.expect_no_complaints()

    def test_the_systems_are_followed_until_others_are_chosen(self):
        page = self.open_desk(scheme="light")
        self.expect_theme(page, "light")
        page.emulate_media(color_scheme="dark")
        self.expect_theme(page, "dark")
        page.keyboard.press("t")
        self.expect_theme(page, "light")
        page.emulate_media(color_scheme="light")
        page.emulate_media(color_scheme="dark")
        self.expect_theme(page, "light")


if __name__ == "__main__":
    unittest.main()
