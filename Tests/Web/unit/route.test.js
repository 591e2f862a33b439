import { addressOf, parseRoute, tabOf } from "../../../Web/modules/route.js";
import { computed, effectWhile, signal } from "../../../Web/modules/signals.js";
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

Deno.test("a tab that is left does not read the filters of the page that is gone to", () => {
  const tabs = ["list", "rules"];
  const route = signal(parseRoute("#/alerts?state=new"));
  /** @type {Record<string, string>[]} */
  const read = [];
  effectWhile(computed(() => tabOf(route.value, tabs) === "list"), () => void read.push(route.value.params));
  route.value = parseRoute("#/desk?symbol=SPY");
  expectEqual(read, [{ state: "new" }]);
  expectEqual(tabOf(route.value, tabs), null);
  route.value = parseRoute("#/alerts?tab=rules");
  expectEqual([read.length, tabOf(route.value, tabs)], [1, "rules"]);
  expectEqual(tabOf(parseRoute("#/alerts?tab=nonsense"), tabs), "list");
});
