/** The ways through the pages by key and by name. */
import { required } from "../modules/dom.js";
import { PAGES } from "../modules/route.js";

/** @typedef {import("../modules/commands.js").Commands} Commands */
/** @typedef {import("../modules/commands.js").Command} Command */
/** @typedef {import("../modules/desk.js").Desk} Desk */
/** @typedef {import("../modules/route.js").Router} Router */

/**
 * @param {Commands} commands
 * @param {Desk} desk
 * @param {Router} router
 */
export function mountNavigation(commands, desk, router) {
  const symbols = () => (desk.state.peek()?.underlyings ?? []).map((underlying) => underlying.symbol);

  PAGES.forEach(({ name, title }, index) => {
    commands.add({
      title,
      key: String(index + 1),
      run: () => router.go(name, subjectFor(name, router)),
    });
  });
  commands.add(
    { title: "Next underlying", key: "]", run: () => step(1) },
    { title: "Underlying before", key: "[", run: () => step(-1) },
    { title: "Which prints", key: "f", run: () => comeTo("prints-filter", "prints-filter") },
    { title: "First open alert", key: "a", run: () => comeTo("alerts-rows", "alerts-scroll") },
  );
  commands.addSource(() =>
    symbols().flatMap((symbol) => [
      { title: `${symbol} on the desk`, run: () => router.go("desk", "", { symbol }) },
      { title: `${symbol} ticker`, run: () => router.go("ticker", symbol) },
      { title: `${symbol} gamma`, run: () => router.go("gamma", symbol) },
      { title: `${symbol} tape`, run: () => router.go("tape", "", { symbol }) },
    ])
  );

  /**
   * To the first button of a list of the desk.
   * @param {string} list
   * @param {string} otherwise what takes the focus while the list has no button
   */
  function comeTo(list, otherwise) {
    if (router.route.peek().page !== "desk") router.go("desk");
    (required(list).querySelector("button") ?? required(otherwise)).focus();
  }

  /** @param {number} by */
  function step(by) {
    const known = symbols();
    if (known.length === 0) return;
    const at = known.indexOf(shownSymbol(router, desk) ?? "");
    const next = known[(at + by + known.length) % known.length];
    if (next !== undefined) location.hash = addressFor(next, router);
  }
}

/**
 * The underlying that the page is about.
 * @param {Router} router
 * @param {Desk} desk
 * @returns {string | null} null while none is known
 */
export function shownSymbol(router, desk) {
  const { page, subject, params } = router.route.value;
  if (page === "ticker" || page === "gamma") return subject || null;
  if (page === "desk") return params.symbol ?? desk.state.value?.grid?.underlying ?? null;
  return params.symbol ?? null;
}

/**
 * Where a click on an underlying leads: the same page about it, where the page is about one.
 * @param {string} symbol
 * @param {Router} router
 */
export function addressFor(symbol, router) {
  const { page } = router.route.peek();
  if (page === "ticker" || page === "gamma") return `#/${page}/${encodeURIComponent(symbol)}`;
  const target = page === "tape" || page === "alerts" ? page : "desk";
  return `#/${target}?symbol=${encodeURIComponent(symbol)}`;
}

/**
 * From one page about an underlying to the other: the underlying stays.
 * @param {string} page
 * @param {Router} router
 */
function subjectFor(page, router) {
  if (page !== "ticker" && page !== "gamma") return "";
  const { subject, params } = router.route.peek();
  return subject || params.symbol || "";
}

/**
 * What to offer for a text that may name an underlying or a contract the page has not heard of.
 * @param {string} text
 * @param {Router} router
 * @returns {Command[]}
 */
export function searchesFor(text, router) {
  const symbol = text.toUpperCase();
  return [
    { title: `Tape of ${symbol}`, run: () => router.go("tape", "", { symbol }) },
    ...(/^[A-Z0-9.]{1,8}$/.test(symbol) ? [{ title: `Ticker ${symbol}`, run: () => router.go("ticker", symbol) }] : []),
  ];
}
