/** The choices above the tape. Each lives in the address alone: the bar writes it and shows what it says. */
import { element, setAttribute } from "../modules/dom.js";
import { formatExpiry, formatMoney } from "../modules/format.js";

/** @typedef {import("../modules/route.js").Router} Router */

const TYPES = [["", "All"], ["call", "Calls"], ["put", "Puts"], ["stock", "Stock"]];
const KINDS = [["sweep", "Sweeps"], ["block", "Blocks"], ["off_exchange", "Off-exch."], ["multi_leg", "Multi-leg"]];
const SIDES = [["", "Any side"], ["buy", "▲ Bought"], ["sell", "▼ Sold"], ["mid", "◆ Mid"], ["unknown", "? Unknown"]];
const EXPIRIES = [["", "Any expiry"], ["0D", "0D"], ["week", "7 days"]];
const PREMIUMS = ["10000", "25000", "50000", "100000", "250000", "1000000"];
/** Filters of the address; the print that is open is none. */
const NAMES = ["symbol", "type", "side", "min_premium", "min_size", "expiry", "kind", "hide"];
const TYPING_MILLISECONDS = 250;

/**
 * @param {Router} router
 * @param {string} page whose address it writes
 */
export function makeFilterBar(router, page) {
  // What is typed is set a moment later, when another page may be shown already.
  /** @type {(changes: Record<string, string | null>) => void} */
  const set = (changes) => {
    if (router.route.peek().page === page) router.filter(changes);
  };
  const known = element("datalist", "", { id: "tape-symbols" });
  const symbol = element("input", "", {
    type: "search",
    placeholder: "SPY 672 C",
    "aria-label": "Symbol, strike or contract",
    list: known.id,
    autocomplete: "off",
    spellcheck: "false",
    id: "tape-symbol",
  });
  let typing = 0;
  symbol.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => set({ symbol: symbol.value.trim() || null }), TYPING_MILLISECONDS);
  });
  const size = element("input", "", {
    type: "number",
    min: "0",
    step: "1",
    placeholder: "Size ≥",
    "aria-label": "Least size",
    id: "tape-size",
  });
  size.addEventListener("change", () => set({ min_size: Number(size.value) > 0 ? size.value : null }));
  const type = makeSegments("Calls, puts or stock", TYPES, (value) => set({ type: value || null }));
  const kind = makeSegments("Only these kinds", KINDS, (value) => {
    const chosen = chosenKinds(router.route.peek().params.kind);
    set({
      kind: (chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]).join(",") || null,
    });
  });
  const hide = makeSegments("What counts in no sum", [["void", "Hide void"]], (value) => {
    set({ hide: router.route.peek().params.hide === value ? null : value });
  });
  setAttribute(hide.node.firstElementChild ?? hide.node, "title", "Cancelled, late and out of sequence");
  const side = makeChoice("Side", SIDES, (value) => set({ side: value || null }));
  const amounts = [["", "Any premium"], ...PREMIUMS.map((amount) => [amount, `≥ ${formatMoney(Number(amount))}`])];
  const premium = makeChoice("Least premium", amounts, (value) => set({ min_premium: value || null }));
  const expiry = makeChoice("Expiry", EXPIRIES, (value) => set({ expiry: value || null }));
  const clear = element("button", "plain", { type: "button" }, ["Clear"]);
  clear.addEventListener("click", () => set(Object.fromEntries(NAMES.map((name) => [name, null]))));
  const node = element("div", "choices", { role: "group", "aria-label": "Filters" }, [
    symbol,
    known,
    type.node,
    side.node,
    premium.node,
    size,
    expiry.node,
    kind.node,
    hide.node,
    clear,
  ]);

  return {
    node,
    /** @param {Record<string, string>} params */
    show(params) {
      // A field that somebody is in is theirs.
      if (document.activeElement !== symbol) symbol.value = params.symbol ?? "";
      if (document.activeElement !== size) size.value = params.min_size ?? "";
      type.show([params.type ?? ""]);
      kind.show(chosenKinds(params.kind));
      hide.show([params.hide ?? ""]);
      side.show(params.side ?? "", params.side ?? "");
      premium.show(params.min_premium ?? "", `≥ ${formatMoney(Number(params.min_premium))}`);
      expiry.show(params.expiry ?? "", formatExpiry(params.expiry, null));
      clear.hidden = !NAMES.some((name) => params[name]);
    },
    /** @param {string[]} symbols */
    offer(symbols) {
      if (known.childElementCount === symbols.length) return;
      known.replaceChildren(...symbols.map((value) => element("option", "", { value })));
    },
  };
}

/** @param {string | undefined} text */
function chosenKinds(text) {
  return (text ?? "").split(",").filter((kind) => KINDS.some(([known]) => known === kind));
}

/**
 * Buttons side by side of which those that are chosen are pressed.
 * @param {string} label
 * @param {string[][]} choices value and words
 * @param {(value: string) => void} choose
 */
export function makeSegments(label, choices, choose) {
  const buttons = choices.map(([value = "", text = ""]) => {
    const button = element("button", "", { type: "button", "data-choice": value, "aria-pressed": "false" }, [text]);
    button.addEventListener("click", () => choose(value));
    return button;
  });
  return {
    node: element("div", "segments", { role: "group", "aria-label": label }, buttons),
    /** @param {string[]} chosen */
    show(chosen) {
      for (const button of buttons) {
        setAttribute(button, "aria-pressed", String(chosen.includes(button.dataset.choice ?? "")));
      }
    },
  };
}

/**
 * @param {string} label
 * @param {string[][]} choices value and words
 * @param {(value: string) => void} choose
 */
function makeChoice(label, choices, choose) {
  const options = choices.map(([value = "", text = ""]) => element("option", "", { value }, [text]));
  const node = element("select", "", { "aria-label": label }, options);
  node.addEventListener("change", () => choose(node.value));
  return {
    node,
    /**
     * @param {string} value one that is not offered is added
     * @param {string} words for it
     */
    show(value, words) {
      if (![...node.options].some((option) => option.value === value)) {
        node.append(element("option", "", { value }, [words]));
      }
      if (node.value !== value) node.value = value;
    },
  };
}
