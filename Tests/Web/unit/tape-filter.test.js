import { methodWords, placesOf } from "../../../Web/modules/nbbo.js";
import { isVoid, passesOf, questionOf, readFilter, readSubject } from "../../../Web/modules/tape-filter.js";
import { expect, expectEqual } from "./expect.js";
import { makePrint } from "./samples.js";

const SESSION = "2026-11-20";
const STOCK = { symbol: "SPY", expiry: null, type: null, strike: null };

/**
 * @param {Record<string, string>} params
 * @param {Partial<import("../../../Web/modules/protocol.js").Print>} [change]
 */
function passes(params, change) {
  return passesOf(readFilter(params), SESSION)(makePrint(1, change));
}

Deno.test("a text is read as symbol, strike, type or contract", () => {
  const open = { underlying: null, contract: null, strike: null, type: null, unread: null };
  expectEqual(readSubject(""), open);
  expectEqual(readSubject("spy"), { ...open, underlying: "SPY" });
  expectEqual(readSubject("SPY 672 C"), { ...open, underlying: "SPY", strike: 672, type: "call" });
  expectEqual(readSubject("177.5p NVDA"), { ...open, underlying: "NVDA", strike: 177.5, type: "put" });
  expectEqual(readSubject("C"), { ...open, underlying: "C" }, "a single letter is a symbol");
  expectEqual(readSubject("C 60 C"), { ...open, underlying: "C", strike: 60, type: "call" });
  expectEqual(readSubject("SPY261120C00672000"), { ...open, contract: "O:SPY261120C00672000" });
  expectEqual(readSubject("SPY !?").unread, "!?");
});

Deno.test("each filter lets through what it names and nothing else", () => {
  expectEqual([passes({ symbol: "SPY" }), passes({ symbol: "SP" })], [true, false]);
  expectEqual([passes({ symbol: "672 C" }), passes({ symbol: "672 P" }), passes({ symbol: "671" })], [
    true,
    false,
    false,
  ]);
  expectEqual([passes({ symbol: "O:SPY261120C00672000" }), passes({ symbol: "O:SPY261120P00672000" })], [true, false]);
  expectEqual(passes({ symbol: "SPY !?" }), false, "a word that says nothing lets nothing through");
  expectEqual([passes({ type: "stock" }), passes({ type: "stock" }, STOCK), passes({ type: "put" }, STOCK)], [
    false,
    true,
    false,
  ]);
  expectEqual([passes({ side: "buy" }), passes({ side: "sell" })], [true, false]);
  expectEqual([passes({ min_premium: "1200" }), passes({ min_premium: "1200.01" })], [true, false]);
  expectEqual([passes({ min_size: "10" }), passes({ min_size: "11" }), passes({ min_size: "x" })], [true, false, true]);
});

Deno.test("expiries are told from the session", () => {
  const later = { expiry: "2026-11-27" };
  const far = { expiry: "2026-11-28" };
  expectEqual([passes({ expiry: "0D" }), passes({ expiry: "0D" }, later), passes({ expiry: "0D" }, STOCK)], [
    true,
    false,
    false,
  ]);
  expectEqual([passes({ expiry: "week" }), passes({ expiry: "week" }, later), passes({ expiry: "week" }, far)], [
    true,
    true,
    false,
  ]);
  expectEqual([passes({ expiry: "2026-11-28" }), passes({ expiry: "2026-11-28" }, far)], [false, true]);
  expect(!passesOf(readFilter({ expiry: "0D" }), null)(makePrint(1)), "without a session nothing expires today");
});

Deno.test("several kinds are any of them; the void is what counts in no sum", () => {
  const block = { flags: ["block"] };
  expectEqual([passes({ kind: "sweep" }), passes({ kind: "sweep" }, { sweep_id: 3 })], [false, true]);
  expectEqual([passes({ kind: "sweep,block" }, block), passes({ kind: "multi_leg,off_exchange" }, block)], [
    true,
    false,
  ]);
  expectEqual([passes({ kind: "unheard_of" })], [true], "a kind that is none asks for nothing");
  expectEqual([isVoid(makePrint(1)), isVoid(makePrint(1, { cancelled: true }))], [false, true]);
  expectEqual([isVoid(makePrint(1, { conditions: [202] })), isVoid(makePrint(1, { conditions: [208] }))], [
    true,
    false,
  ]);
  expectEqual([passes({ hide: "void" }), passes({ hide: "void" }, { cancelled: true })], [true, false]);
});

Deno.test("the server is asked for what it can leave out, and for nothing it would leave out wrongly", () => {
  /** @type {(params: Record<string, string>) => unknown} */
  const question = (params) => questionOf(readFilter(params), SESSION);
  expectEqual(question({}), {});
  expectEqual(question({ symbol: "SPY 672 C", side: "buy", min_premium: "5000", min_size: "9" }), {
    symbol: "SPY",
    max_strike: "672",
    min_strike: "672",
    type: "call",
    side: "buy",
    min_premium: "5000",
  });
  expectEqual(question({ expiry: "0D" }), { expiry: SESSION });
  expectEqual(question({ expiry: "week", type: "stock" }), {});
  expectEqual([question({ kind: "sweep" }), question({ kind: "block" }), question({ kind: "sweep,block" })], [
    { trade_type: "sweep" },
    {},
    {},
  ]);
  expectEqual([question({ hide: "void" }), question({ hide: "void", type: "put" })], [{}, {
    type: "put",
    counted: "true",
  }]);
});

Deno.test("a print lies between bid and ask, or beyond them", () => {
  const inside = placesOf(makePrint(1, { bid: 1, ask: 2, price: 1.5 }));
  expectEqual([inside?.price, inside?.mid, inside?.price === inside?.mid], [0.5, 0.5, true]);
  const above = placesOf(makePrint(1, { bid: 1, ask: 2, price: 3 }));
  expect(above && above.bid < above.mid && above.mid < above.ask && above.ask < above.price, "price beyond the ask");
  expectEqual(placesOf(makePrint(1, { bid: null })), null);
  expectEqual(placesOf(makePrint(1, { bid: 2, ask: 1 })), null, "a crossed quote has no line");
  expectEqual(placesOf(makePrint(1, { bid: 1, ask: 1, price: 1 }))?.price, 0.5, "a locked one has a point");
});

Deno.test("the method is told in words", () => {
  expectEqual(
    methodWords(makePrint(1, { method: "at_or_above_ask", quote_age_ms: 120 })),
    "Bought: at the ask, quote 120 ms old",
  );
  expectEqual(
    methodWords(makePrint(1, { side: "sell", method: "at_or_below_bid", price: 1, bid: 1.1, quote_age_ms: 5_000 })),
    "Sold: below the bid of 1.10, quote 5.0 s old",
  );
  expectEqual(
    methodWords(makePrint(1, { side: "unknown", method: "no_quote", quote_age_ms: null })),
    "Side unknown: no quote was known, no quote",
  );
});
