/** The panel of gamma exposure by strike: for the desk (compact) and for the page of gamma. */
import { poll } from "../modules/api.js";
import { element, RowPool, setAttribute, setClass, setText } from "../modules/dom.js";
import { formatAge, formatEastern, formatMoney, formatSignedMoney, formatStrike, MISSING } from "../modules/format.js";
import { BASES, explainLevels, OLD_SECONDS, pressureFor, reasonOf } from "../modules/gamma.js";
import { directionOfValue } from "../modules/sides.js";
import { computed, effect, effectWhile, signal } from "../modules/signals.js";
import { GexChart } from "./gex-chart.js";

/** @typedef {import("../modules/gamma.js").Basis} Basis */
/** @typedef {import("../modules/gamma.js").Gex} Gex */
/** @typedef {import("../modules/gamma.js").Positioning} Positioning */

const POLL_MILLISECONDS = 5_000;
const READY_MILLISECONDS = 1_000;
const STRIKES = { compact: 25, large: 61 };
let panels = 0;

/**
 * @template T
 * @typedef {import("../modules/signals.js").Signal<T>} Signal
 */

/**
 * @typedef {object} Options
 * @property {Signal<string | null>} symbol the underlying; null asks for nothing
 * @property {Signal<boolean>} isShown
 * @property {boolean} compact for a panel of about 420 by 190 pixels
 * @property {Signal<Basis>} [basis] where the choice is kept; without it the panel keeps its own
 * @property {(basis: Basis) => void} [choose] instead of writing `basis`
 */

/**
 * @param {HTMLElement} host an empty section of class "panel"
 * @param {Options} options
 */
export function mountGex(host, { symbol, isShown, compact, basis, choose }) {
  const chosen = basis ?? signal(/** @type {Basis} */ ("open_interest"));
  const view = build(host, compact, choose ?? ((next) => (chosen.value = next)));
  const chart = new GexChart({ isCompact: compact, mostStrikes: compact ? STRIKES.compact : STRIKES.large });
  view.picture.append(chart.node);
  const gex = signal(/** @type {Gex | null} */ (null));
  const refusal = signal("");
  const positioning = signal(/** @type {Positioning | null} */ (null));
  const size = signal({ width: 0, height: 0 });

  new ResizeObserver(([entry]) => {
    const { width, height } = entry?.contentRect ?? { width: 0, height: 0 };
    const known = size.peek();
    if (width !== known.width || height !== known.height) size.value = { width, height };
  }).observe(view.picture);

  effect(() => {
    for (const [name, button] of view.buttons) setAttribute(button, "aria-pressed", String(name === chosen.value));
  });

  // In a server's first seconds nothing is worked out: it is asked once it has something, else each refusal is an error in the console.
  const isReady = signal(false);
  poll({
    isShown: computed(() => isShown.value && !isReady.value),
    milliseconds: READY_MILLISECONDS,
    path: () => "/health",
    take: ({ positioning }) => (isReady.value = positioning === null || positioning.underlyings > 0),
    refuse: (error) => (refusal.value = error.message),
  });

  const path = computed(() =>
    isReady.value && symbol.value !== null
      ? `/gex/${encodeURIComponent(symbol.value)}?by=strike&basis=${chosen.value}`
      : null
  );
  // What another question was refused with is not said of this one.
  effect(() => {
    path.value;
    refusal.value = "";
  });
  poll({
    isShown,
    milliseconds: POLL_MILLISECONDS,
    path: () => path.value,
    take: (answer) => {
      refusal.value = "";
      gex.value = answer;
    },
    refuse: (error) => (refusal.value = error.message),
  });
  // The page of gamma tells all of it in figures of its own.
  if (compact) {
    poll({
      isShown,
      milliseconds: POLL_MILLISECONDS,
      path: () => isReady.value && symbol.value !== null ? `/positioning/${encodeURIComponent(symbol.value)}` : null,
      take: (answer) => (positioning.value = answer),
      // The chart says what is wrong.
      refuse: () => (positioning.value = null),
    });
  }

  effectWhile(isShown, () => {
    const answer = gex.value;
    // What is drawn is what is asked for: another underlying's figures are taken away at once.
    const current = answer?.symbol === symbol.value && answer?.basis === chosen.value ? answer : null;
    const notice = noticeOf(symbol.value, current, refusal.value);
    setText(view.title, compact ? `${symbol.value ?? ""} gamma` : "Gamma exposure by strike");
    writeHead(view, current, pressureFor(positioning.value, symbol.value, chosen.value));
    view.empty.hidden = notice === "";
    setText(view.empty, notice);
    view.picture.hidden = notice !== "";
    setText(view.why, current && notice === "" ? explainLevels(current.missing) : "");
    if (!current || notice !== "") return view.table.update([], () => {});
    const { width, height } = size.value;
    if (width === 0 || height === 0) return;
    view.table.update(chart.draw(current, Math.floor(width), Math.floor(height)), (row, item) => {
      setText(row.strike, formatStrike(item.strike));
      setText(row.net, formatSignedMoney(item.net));
      setText(row.call, formatSignedMoney(item.call));
      setText(row.put, formatSignedMoney(item.put));
    });
  });
}

/**
 * Why there is no picture; "" when there is one.
 * @param {string | null} symbol
 * @param {Gex | null} gex
 * @param {string} refusal
 */
function noticeOf(symbol, gex, refusal) {
  if (symbol === null) return "No underlying yet.";
  if (refusal !== "") return refusal;
  if (gex === null) return "Asking for the figures…";
  if (gex.rows.length === 0) return "No strikes are known.";
  return gex.net === null ? `No gamma exposure: ${reasonOf(gex.missing, "net")}.` : "";
}

/**
 * @param {ReturnType<typeof build>} view
 * @param {Gex | null} gex
 * @param {string} pressure
 */
function writeHead(view, gex, pressure) {
  const direction = directionOfValue(gex?.net ?? 0);
  const net = gex?.net ?? null;
  setText(view.net, net === null ? MISSING : `${direction.glyph} ${formatMoney(Math.abs(net))}`);
  setClass(view.net, net === null ? "quiet" : direction.className);
  const sign = "Above zero: dealers are long gamma and trade against moves. Below: short, and they trade with them.";
  const basis = BASES.find((known) => known.basis === gex?.basis);
  setAttribute(
    view.total,
    "title",
    gex
      ? `Net gamma exposure of dealers: ${formatSignedMoney(net)} for a 1% move. ${sign} ${gex.convention.text}` +
        `${basis ? ` Shown: ${basis.title.toLowerCase()}.` : ""} As of ${formatEastern(gex.as_of)} ET`
      : "",
  );
  const isOld = gex !== null && gex.age_seconds > OLD_SECONDS;
  const parts = [isOld ? `${formatAge(gex.age_seconds)} old` : pressure ? "$ per 1%" : "$ per 1% move", pressure];
  setText(view.note, parts.filter((part) => part !== "").join(" · "));
}

/**
 * @param {HTMLElement} host
 * @param {boolean} compact
 * @param {(basis: Basis) => void} choose
 */
function build(host, compact, choose) {
  panels += 1;
  const id = `gex-title-${panels}`;
  const title = element("h2", "", { id });
  const note = element("p", "note");
  const net = element("b");
  const total = element("p", "aside", {}, compact ? [net] : ["net ", net]);
  /** @type {Map<Basis, HTMLButtonElement>} */
  const buttons = new Map();
  const segments = element("div", "segments", { role: "group", "aria-label": "What the position is known from" });
  for (const { basis, title: name, short, meaning } of BASES) {
    const text = compact ? short : name;
    const button = element("button", "", { type: "button", title: `${name}: ${meaning}` }, [text]);
    if (text !== name) button.setAttribute("aria-label", `${text}, ${name.toLowerCase()}`);
    button.addEventListener("click", () => choose(basis));
    buttons.set(basis, button);
    segments.append(button);
  }
  const picture = element("div", "gex-picture");
  const empty = element("p", "empty");
  const why = element("p", "gex-why");
  const body = element("tbody");
  const caption = element("caption", "", {}, ["Gamma exposure by strike, $ for a 1% move of the underlying"]);
  const heads = ["Strike", "Net", "Calls", "Puts"].map((name) => element("th", "", { scope: "col" }, [name]));
  const table = element("table", "", {}, [caption, element("thead", "", {}, [element("tr", "", {}, heads)]), body]);
  host.classList.add("panel-gex");
  host.setAttribute("aria-labelledby", id);
  const head = element("header", "panel-head", {}, [title, segments, note, total]);
  host.append(head, picture, why, empty, element("div", "visually-hidden", {}, [table]));
  return { title, note, net, total, buttons, picture, empty, why, table: new RowPool(body, makeRow) };
}

function makeRow() {
  const strike = element("th", "", { scope: "row" });
  const [net, call, put] = [element("td"), element("td"), element("td")];
  return { node: element("tr", "", {}, [strike, net, call, put]), strike, net, call, put };
}
