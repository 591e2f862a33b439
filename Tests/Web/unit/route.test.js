import { addressOf, parseRoute } from "../../../Web/modules/route.js";
import { expectEqual } from "./expect.js";

Deno.test("an address names page, subject and filters, and comes back the same", () => {
  const address = addressOf("ticker", "BRK.B", { window: "30", by: "strike", side: null, type: "" });
  expectEqual(address, "#/ticker/BRK.B?by=strike&window=30");
  expectEqual(parseRoute(address), { page: "ticker", subject: "BRK.B", params: { by: "strike", window: "30" } });
});

Deno.test("equal views have equal addresses, whatever the order of their filters", () => {
  expectEqual(addressOf("tape", "", { a: "1", b: "2" }), addressOf("tape", "", { b: "2", a: "1" }));
});

Deno.test("what names nothing here is the desk", () => {
  for (const hash of ["", "#", "#/", "#/nowhere", "#rule=abc", "#/%zz"]) {
    expectEqual(parseRoute(hash), { page: "desk", subject: "", params: {} }, hash);
  }
});

Deno.test("signs in a filter survive", () => {
  const params = { note: "a&b=c d#e", symbol: "O:SPY251121C00673000" };
  expectEqual(parseRoute(addressOf("tape", "", params)).params, params);
});
