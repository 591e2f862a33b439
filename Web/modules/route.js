/**
 * Where the page is, as an address: `#/ticker/SPY?window=30` names the page, what it is about, and its filters. All of a view is in
 * it, so that a link or a reload brings the same view back.
 */
import { signal } from "./signals.js";

/**
 * @typedef {object} Route
 * @property {string} page one of `PAGES`
 * @property {string} subject what the page is about, as an underlying; "" for none
 * @property {Record<string, string>} params filters; a filter that is not set is not there
 */

/** @typedef {Record<string, string | null>} Changes null takes a filter away */

/** The pages in the order of their digits. */
export const PAGES = [
  { name: "desk", title: "Desk" },
  { name: "tape", title: "Tape" },
  { name: "ticker", title: "Ticker" },
  { name: "gamma", title: "Gamma" },
  { name: "alerts", title: "Alerts" },
  { name: "replay", title: "Replay" },
  { name: "health", title: "Health" },
];

/**
 * What an address names; the desk for one that names nothing here.
 * @param {string} hash as `location.hash`
 * @returns {Route}
 */
export function parseRoute(hash) {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [page = "", subject = ""] = path.split("/").map(decoded);
  if (!PAGES.some((known) => known.name === page)) return { page: "desk", subject: "", params: {} };
  return { page, subject: subject.toUpperCase(), params: Object.fromEntries(new URLSearchParams(query)) };
}

/**
 * The address of a view, begun with `#`. Filters are in order of their names: equal views have equal addresses.
 * @param {string} page
 * @param {string} [subject]
 * @param {Changes} [params] those that are null or empty are left out
 */
export function addressOf(page, subject = "", params = {}) {
  const set = Object.entries(params).filter(([, value]) => value !== null && value !== "").sort();
  const query = new URLSearchParams(/** @type {[string, string][]} */ (set)).toString();
  return `#/${page}${subject ? `/${encodeURIComponent(subject)}` : ""}${query ? `?${query}` : ""}`;
}

/**
 * The tab that is shown of the page of alerts: the first one for an address that names none; null on another page.
 * @param {Route} route
 * @param {string[]} tabs
 */
export function tabOf({ page, params }, tabs) {
  if (page !== "alerts") return null;
  return tabs.find((name) => name === params.tab) ?? tabs[0] ?? null;
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch (_malformed) {
    return text;
  }
}

/**
 * The address bar as a signal. A change of page or subject is a step that "back" undoes; a change of filters is none.
 */
export class Router {
  route = signal(/** @type {Route} */ ({ page: "desk", subject: "", params: {} }));

  start() {
    addEventListener("hashchange", () => this.#follow());
    this.#follow();
  }

  /**
   * @param {string} page
   * @param {string} [subject]
   * @param {Changes} [params]
   */
  go(page, subject = "", params = {}) {
    location.hash = addressOf(page, subject, params);
    // The event comes later; who has gone may use what is shown now.
    this.#follow();
  }

  /**
   * Changes filters of the page that is shown.
   * @param {Changes} changes
   */
  filter(changes) {
    const { page, subject, params } = this.route.peek();
    const address = addressOf(page, subject, { ...params, ...changes });
    history.replaceState(null, "", address);
    this.#follow();
  }

  /** The address of what is shown, for links and for what borrows the address bar. */
  get address() {
    const { page, subject, params } = this.route.peek();
    return addressOf(page, subject, params);
  }

  #follow() {
    // A shared rule is a form over whatever page is shown (see rule.js).
    if (location.hash.startsWith("#rule=")) return;
    const next = parseRoute(location.hash);
    const known = this.route.peek();
    if (addressOf(next.page, next.subject, next.params) !== addressOf(known.page, known.subject, known.params)) {
      this.route.value = next;
    }
  }
}
