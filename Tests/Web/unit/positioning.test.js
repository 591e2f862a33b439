import { biasOf, distanceToFlip, explainMissing, formatRatio, hedgeOf } from "../../../Web/modules/positioning.js";
import { expect, expectEqual } from "./expect.js";

const spot = { price: 674.89, source: /** @type {const} */ ("last_price"), time: null };

Deno.test("the distance to the flip says on which side the price is", () => {
  expectEqual(distanceToFlip(spot, 670.71), "Spot 674.89 is 0.62% above the flip at 670.71.");
  expectEqual(distanceToFlip(spot, 680), "Spot 674.89 is 0.76% below the flip at 680.00.");
  expectEqual([distanceToFlip(null, 670), distanceToFlip(spot, null)], ["", ""]);
});

Deno.test("hedging is told as what dealers do", () => {
  expectEqual(hedgeOf(-3_533_719), "For a 1% rise dealers sell 3.5M shares, for a 1% fall they buy as many.");
  expectEqual(hedgeOf(103_245), "For a 1% rise dealers buy 103.2K shares, for a 1% fall they sell as many.");
  expectEqual([hedgeOf(0), hedgeOf(null)], ["Dealers need not trade on a 1% move.", ""]);
});

Deno.test("a bias has words, also one of a newer server", () => {
  expect(biasOf("short_gamma")?.meaning.includes("feed on themselves"), "meaning");
  expectEqual(biasOf(/** @type {any} */ ("long_vega"))?.title, "long_vega");
  expectEqual(biasOf(null), null);
});

Deno.test("each reason is told once, with the figures that lack for it", () => {
  const detail = "the price is not known";
  expectEqual(
    explainMissing([
      { figure: "gamma_exposure", reason: "no_spot", detail },
      { figure: "hedge_direction", reason: "no_spot", detail },
      { figure: "bias", reason: "no_spot", detail },
      { figure: "zero_gamma", reason: "no_crossing", detail: "gamma keeps its sign" },
    ]),
    ["No gamma, bias: the price is not known.", "No flip: gamma keeps its sign."],
  );
  expectEqual([formatRatio(null), formatRatio(0.9949)], ["—", "0.99"]);
});
