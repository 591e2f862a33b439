import {
  basisOf,
  explainLevels,
  marksOf,
  pressureFor,
  pressureOf,
  reasonOf,
  rowsAround,
} from "../../../Web/modules/gamma.js";
import { expectEqual } from "./expect.js";

const rows = [660, 661, 662, 663, 664, 665, 666].map((strike) => ({ strike }));
/** @param {number | null} spot */
const around = (spot) => rowsAround(rows, spot, 3).map((row) => row.strike);

Deno.test("the strikes nearest to the price are shown, as many as asked for", () => {
  expectEqual(around(663.2), [663, 664, 665]);
  expectEqual(around(650), [660, 661, 662]);
  expectEqual(around(700), [664, 665, 666]);
  expectEqual(around(null), [662, 663, 664]);
  expectEqual(rowsAround(rows, 663, 20).length, 7);
});

Deno.test("a level that is not known has no line", () => {
  const spot = { price: 672.1, source: /** @type {const} */ ("last_price"), time: null };
  const marks = marksOf({ spot, zero_gamma: null, call_wall: 680, put_wall: null });
  expectEqual(marks.map((mark) => mark.name), ["spot 672.10", "call wall 680"]);
});

Deno.test("what is missing is said once for each reason", () => {
  const missing = [
    { figure: "zero_gamma", reason: "no_crossing", detail: "gamma keeps its sign" },
    { figure: "call_wall", reason: "no_spot", detail: "the price is not known" },
    { figure: "put_wall", reason: "no_spot", detail: "the price is not known" },
  ];
  expectEqual(
    explainLevels(missing),
    "No flip: gamma keeps its sign. No call wall, no put wall: the price is not known.",
  );
  expectEqual(explainLevels([]), "");
  expectEqual(reasonOf(missing, "call_wall"), "the price is not known");
  expectEqual(reasonOf(missing, "net"), "");
});

Deno.test("names from outside are taken as what they can be", () => {
  expectEqual([basisOf("flow"), basisOf("nonsense"), basisOf(null)], ["flow", "open_interest", "open_interest"]);
  expectEqual([pressureOf("against_move"), pressureOf(null)], ["damps moves", ""]);
});

Deno.test("what hedging does is told of the underlying and the basis that are chosen", () => {
  const answer = {
    symbol: "SPY",
    open_interest: { hedge_direction: /** @type {const} */ ("against_move") },
    flow: { hedge_direction: /** @type {const} */ ("with_move") },
  };
  expectEqual(pressureFor(answer, "SPY", "open_interest"), "damps moves");
  expectEqual(pressureFor(answer, "SPY", "flow"), "feeds moves");
  expectEqual([pressureFor(answer, "QQQ", "flow"), pressureFor(null, "SPY", "flow")], ["", ""]);
});
