import { canMatch, matches, samplePath } from "../../../Web/modules/rule-match.js";
import { coolDownWords, ruleWords } from "../../../Web/modules/rule-words.js";
import { paceWords, wantsWords } from "../../../Web/modules/subscriber.js";
import { expect, expectEqual } from "./expect.js";
import { makePrint } from "./samples.js";

const FRAME = { name: "r", source: "prints" };

/** @param {Record<string, unknown>} filters @param {Record<string, unknown>} [change] */
function lets(filters, change = {}) {
  return matches({ ...FRAME, ...filters }, {
    ...makePrint(1),
    delta: 0.5,
    gamma: null,
    iv: 0.2,
    venue: 304,
    ...change,
  });
}

Deno.test("filters of prints decide as the server's", () => {
  expectEqual(
    [
      lets({ symbols: ["SPY"] }),
      lets({ symbols: ["qqq", "SPY261120C00672000"] }),
      lets({ symbols: ["QQQ"] }),
      lets({ min_premium: 1_200 }),
      lets({ min_premium: 1_200.5 }),
      lets({ min_strike: 672, max_strike: 672 }),
      lets({ max_dte: 0 }),
      lets({ min_dte: 1 }),
      lets({ flags: ["block", "late"] }, { flags: ["late", "block", "floor"] }),
      lets({ flags: ["block", "late"] }, { flags: ["block"] }),
      lets({ venues: [302, 304] }),
      lets({ methods: ["tick"] }),
      // A print without the greek does not pass.
      lets({ max_gamma: 1 }),
    ],
    [true, true, false, true, false, true, true, false, true, false, true, false, false],
  );
});

Deno.test("an equity has none of what a contract is asked for", () => {
  const equity = { type: null, expiry: null, strike: null };
  expect(!lets({ max_strike: 700 }, equity), "a strike");
  expect(lets({ side: "buy" }, equity), "its side");
});

Deno.test("days to expiry are counted from New York's day", () => {
  // Half past nine in the evening of the 20th in New York.
  expect(lets({ max_dte: 0 }, { time: "2026-11-21T02:30:00Z" }), "still the 20th");
  expect(!lets({ max_dte: 0 }, { time: "2026-11-19T20:00:00Z" }), "the day before");
});

Deno.test("what was taken back makes no alert; what this page does not know is not tried", () => {
  expect(!matches({ name: "r", source: "detections" }, { state: "withdrawn", type: "call" }), "withdrawn");
  expectEqual(
    [
      canMatch({ ...FRAME, min_size: 1 }),
      canMatch({ ...FRAME, kinds: ["sweep"] }),
      canMatch({ name: "r", source: "levels" }),
      canMatch({ ...FRAME, moon: 1 }),
    ],
    [true, false, false, false],
  );
  expectEqual(samplePath({ ...FRAME, min_premium: 5e5 }, 500), "/prints?limit=500&min_premium=500000");
  expectEqual(samplePath({ ...FRAME, min_premium: "much" }, 500), "/prints?limit=500");
});

Deno.test("a rule reads as a sentence", () => {
  expectEqual(
    ruleWords({ ...FRAME, symbols: ["SPY", "QQQ"], type: "call", side: "buy", min_premium: 1e6, max_dte: 0 }),
    "Prints of SPY or QQQ, calls, bought, from $1.0M, expiring today",
  );
  expectEqual(ruleWords({ name: "r", source: "detections", kinds: ["sweep_then_floor"] }), "Sweep then floor");
  expectEqual(ruleWords({ name: "r", source: "levels" }), "The price crosses any level of the dealers' positioning");
  expectEqual(
    [coolDownWords({ cool_down_seconds: 0 }), coolDownWords({ cool_down_seconds: 90 }), coolDownWords({})],
    ["every time", "once in 90 s per contract", "once in 5 min per contract"],
  );
});

Deno.test("a subscriber reads as a sentence", () => {
  expectEqual(wantsWords({ name: "a" }), "Alerts from MEDIUM up");
  expectEqual(
    wantsWords({ name: "a", min_severity: "INFO", rules: ["big"], symbols: ["SPY"] }),
    "All alerts of big about SPY and the data",
  );
  expectEqual(paceWords({ name: "a", quiet_hours: "20:00-07:30" }), "10 a minute, quiet 20:00-07:30 but for CRITICAL");
});
