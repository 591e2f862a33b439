"""What every page holds, in both colour schemes, on a desk and on a phone: no violation that axe finds, nothing to scroll
sideways, one screen where it is wide, and nothing said in the console. Pictures, where they are wanted.
"""

import pathlib
import unittest

from browser import SCHEMES, SCREENSHOTS, SIZES, URL, BrowserCase
from gamma_samples import history
from health_samples import GAPS, in_trouble
from playwright.sync_api import expect
from server import RecordingCase, needs_program


def with_history(page):
    page.route("**/gex/*/history*", lambda route: route.fulfill(json=history()))


def with_trouble(page):
    page.route("**/health", lambda route: route.fulfill(json=in_trouble(route.fetch().json())))
    page.route("**/query", lambda route: route.fulfill(json=GAPS))


# Name of a view, its address, what says that it is there, and what is to be made up for it.
VIEWS = (
    ("desk", "#/desk", "#page-desk .tape-row:visible", None),
    ("tape", "#/tape", ".page-tape .tape-row:visible", None),
    ("tape-print", "#/tape?print={sweep}", ".print-detail .legs .here", None),
    ("ticker", "#/ticker/SPY", ".flow-by-strike tbody tr", None),
    ("ticker-prints", "#/ticker/SPY?by=total", "#drill .tape-row:visible", None),
    ("gamma", "#/gamma/SPY", ".gamma-strikes-panel svg .bar", with_history),
    ("gamma-table", "#/gamma/SPY?history=table", ".heat-sheet tbody tr", with_history),
    ("alerts", "#/alerts", ".log > li", None),
    ("alerts-rules", "#/alerts?tab=rules", ".rule-sheet tbody tr", None),
    ("alerts-subscribers", "#/alerts?tab=subscribers", ".subscriber-sheet tbody tr", None),
    ("alerts-statistics", "#/alerts?tab=statistics", ".counts li", None),
    ("replay-command", "#/replay?day=2026-11-20", ".command", None),
    ("health", "#/health", ".health-card .health-lines div", None),
    ("health-trouble", "#/health", ".health-gaps tbody tr", with_trouble),
)


class AppearanceCase(BrowserCase):
    def check(self, name, address, ready, **options):
        for size in SIZES if SCREENSHOTS else ("desk", "phone"):
            page = self.open(address, ready, viewport=SIZES[size], **options)
            for scheme in SCHEMES:
                with self.subTest(view=name, scheme=scheme, size=size):
                    page.emulate_media(color_scheme=scheme)
                    expect(page.locator("html")).to_have_attribute("data-theme", scheme)
                    self.expect_fits(page, size)
                    self.expect_accessible(page)
                    self.expect_no_complaints()
                    self.take_picture(page, f"{name}-{size}-{scheme}", size)
            self.close(page)

    def expect_fits(self, page, size):
        """One screen where it is wide, one column where it is narrow."""
        self.assertLessEqual(page.evaluate("() => document.documentElement.scrollWidth - innerWidth"), 0)
        if size != "phone":
            self.assertLessEqual(page.evaluate("() => document.documentElement.scrollHeight - innerHeight"), 0)

    def take_picture(self, page, name, size):
        if SCREENSHOTS:
            page.screenshot(path=pathlib.Path(SCREENSHOTS) / f"{name}.png", full_page=size == "phone")


class AppearanceTest(AppearanceCase):
    """A test a view, named after it."""

    def sweep(self):
        """A print of a sweep, which has most to show."""
        context = self.browser.new_context()
        self.addCleanup(context.close)
        return context.request.get(f"{URL}/prints?trade_type=sweep&limit=1").json()["rows"][0]["id"]


def make_test(name, address, ready, prepare):
    def test(self):
        whole = address.format(sweep=self.sweep()) if "{sweep}" in address else address
        self.check(name, whole, ready, prepare=prepare)

    return test


for view in VIEWS:
    setattr(AppearanceTest, f"test_{view[0].replace('-', '_')}", make_test(*view))


@needs_program
class PlayedAppearanceTest(RecordingCase, AppearanceCase):
    """The same with the bar of a recording that is played."""

    def test_desk_and_replay(self):
        url = self.replay("--replay-speed", "100")
        # Before the first round of positioning the API refuses, and a browser writes each refusal to its console.
        self.wait_for_answer(f"{url}/gex/SPY")
        self.check("played-desk", "#/desk", "#page-desk .tape-row:visible", url=url)
        self.check("replay", "#/replay", ".timeline[role=slider]", url=url)


if __name__ == "__main__":
    unittest.main()
