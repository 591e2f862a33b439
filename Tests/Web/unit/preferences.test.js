import { KEY, Preferences } from "../../../Web/modules/preferences.js";
import { expectEqual } from "./expect.js";

/** @param {string | null} content */
function storeWith(content) {
  /** @type {Record<string, string>} */
  const items = content === null ? {} : { [KEY]: content };
  return {
    items,
    getItem: (/** @type {string} */ key) => items[key] ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void (items[key] = value),
  };
}

Deno.test("what is chosen is there at the next visit", () => {
  const store = storeWith(null);
  const first = new Preferences(store);
  first.theme.value = "light";
  first.sound.value = "HIGH";
  first.hidden.value = ["gex"];
  first.saveView(" mine ", "#/tape?symbol=SPY");
  const next = new Preferences(store);
  expectEqual([next.theme.value, next.sound.value, next.hidden.value], ["light", "HIGH", ["gex"]]);
  expectEqual(next.views.value, [{ name: "mine", address: "#/tape?symbol=SPY", hidden: ["gex"] }]);
});

Deno.test("a view of the same name is replaced, one without a name is none", () => {
  const preferences = new Preferences(storeWith(null));
  preferences.saveView("a", "#/desk");
  preferences.saveView("a", "#/tape");
  preferences.saveView("  ", "#/tape");
  expectEqual(preferences.views.value.map((view) => view.address), ["#/tape"]);
  preferences.deleteView("a");
  expectEqual(preferences.views.value, []);
});

Deno.test("what was kept and makes no sense is left out", () => {
  const views = [{ name: "x", address: "javascript:alert(1)", hidden: [] }, { name: "y" }, null];
  const kept = new Preferences(storeWith(JSON.stringify({ theme: "pink", sound: 7, hidden: [1, "gex"], views })));
  expectEqual([kept.theme.value, kept.sound.value, kept.hidden.value, kept.views.value], ["auto", "off", ["gex"], []]);
  for (const content of ["{", "null", "7", '"x"']) expectEqual(new Preferences(storeWith(content)).theme.value, "auto");
});

Deno.test("a browser that keeps nothing is said to", () => {
  expectEqual(new Preferences(null).isKept.value, false);
  const full = storeWith(null);
  full.setItem = () => {
    throw new Error("full");
  };
  expectEqual(new Preferences(full).isKept.value, false);
});

Deno.test("what another tab has chosen is heard and not taken back", () => {
  const store = storeWith(null);
  /** @type {((event: { key: string | null }) => void)[]} */
  const listeners = [];
  const here = new Preferences(store, { addEventListener: (_type, listener) => listeners.push(listener) });
  const there = new Preferences(store);
  there.theme.value = "light";
  there.saveView("mine", "#/tape");
  for (const listener of listeners) listener({ key: KEY });
  expectEqual([here.theme.value, here.views.value.length], ["light", 1]);
  here.sound.value = "HIGH";
  const next = new Preferences(store);
  expectEqual([next.theme.value, next.sound.value, next.views.value.length], ["light", "HIGH", 1]);
});
