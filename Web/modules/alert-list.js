/** The list of all alerts: filters as the address has them, the server's pages, and what the stream tells of open ones. */
import { isAtLeast, isNewer } from "./alerts.js";

/** @typedef {import("./protocol.js").Alert} Alert */
/** @typedef {import("./protocol.js").Severity} Severity */

/** @typedef {{ state: string, severity: string, symbol: string, kind: string, rule: string }} Filters "" for no filter */

/** Alerts a page of the server. */
export const PAGE = 100;
/** Alerts that are kept; older ones can be asked for again. */
export const CAPACITY = 600;

/**
 * @param {Record<string, string>} params of the address
 * @returns {Filters}
 */
export function filtersOf(params) {
  const { state = "", severity = "", symbol = "", kind = "", rule = "" } = params;
  return { state, severity, symbol: symbol.toUpperCase(), kind, rule };
}

/**
 * The question for a page.
 * @param {Filters} filters
 * @param {string | null} [cursor] of the page before
 */
export function listPath(filters, cursor = null) {
  const query = new URLSearchParams({ limit: String(PAGE) });
  for (const [name, value] of Object.entries(filters)) if (value !== "") query.set(name, value);
  if (cursor !== null) query.set("cursor", cursor);
  return `/alerts?${query}`;
}

/**
 * Whether the server's answer would have the alert, were it asked now.
 * @param {Alert} alert
 * @param {Filters} filters
 */
export function passes(alert, filters) {
  return (filters.state === "" || alert.state === filters.state) &&
    (filters.severity === "" || isAtLeast(alert, /** @type {Severity} */ (filters.severity))) &&
    (filters.symbol === "" || alert.symbol === filters.symbol || alert.underlying === filters.symbol) &&
    (filters.kind === "" || alert.kind === filters.kind) &&
    (filters.rule === "" || alert.rule === filters.rule);
}

export class AlertList {
  /** @type {Map<number, Alert>} */
  #rows = new Map();
  /** Leads to alerts that are older than all of these; null when there are none. @type {string | null} */
  next = null;
  /** The newest page has been answered. */
  isKnown = false;

  /** Newest first. */
  get rows() {
    return [...this.#rows.values()].sort((a, b) => b.id - a.id);
  }

  clear() {
    this.#rows.clear();
    this.next = null;
    this.isKnown = false;
  }

  /** Whether there is no room for older ones, though there are some. */
  get isFull() {
    return this.next !== null && this.#rows.size >= CAPACITY;
  }

  /**
   * The newest page: of what is not older than it, only that stays which it has. What the stream has told since it was asked is to be
   * told again.
   * @param {Alert[]} rows
   * @param {string | null} next
   */
  takeNewest(rows, next) {
    const ids = rows.map((row) => row.id);
    const oldest = next === null ? 0 : ids.at(-1) ?? Infinity;
    const answered = new Set(ids);
    let reachesOlder = false;
    for (const id of this.#rows.keys()) {
      if (id < oldest) reachesOlder = true;
      else if (!answered.has(id)) this.#rows.delete(id);
    }
    for (const row of rows) {
      const known = this.#rows.get(row.id);
      if (!known || !isNewer(known, row)) this.#rows.set(row.id, row);
    }
    if (!reachesOlder) this.next = next;
    this.isKnown = true;
    this.#trim();
  }

  /**
   * The page after the oldest one.
   * @param {Alert[]} rows
   * @param {string | null} next
   */
  takeOlder(rows, next) {
    for (const row of rows) this.#rows.set(row.id, row);
    this.next = next;
    this.#trim();
  }

  /**
   * What the stream tells, or the answer to a command.
   * @param {Alert[]} rows
   * @param {Filters} filters
   */
  tell(rows, filters) {
    if (!this.isKnown) return;
    // What is older than the list reaches would stand below a hole.
    const oldest = this.next === null ? 0 : Math.min(...this.#rows.keys());
    for (const row of rows) {
      const known = this.#rows.get(row.id);
      if (known && isNewer(known, row)) continue;
      if (!passes(row, filters)) this.#rows.delete(row.id);
      else if (known || row.id > oldest) this.#rows.set(row.id, row);
    }
    this.#trim();
  }

  #trim() {
    if (this.#rows.size <= CAPACITY) return;
    for (const row of this.rows.slice(CAPACITY)) this.#rows.delete(row.id);
    this.next = String(Math.min(...this.#rows.keys()));
  }
}

/**
 * How many are shown, in words.
 * @param {number} count
 * @param {boolean} isAll whether there are no older ones
 * @param {boolean} isFull whether there is no room for them
 */
export function shownText(count, isAll, isFull = false) {
  if (isAll) return `${count} alerts`;
  return `newest ${count} alerts${isFull ? " and no more: filter to see older ones" : ""}`;
}

/**
 * Does something with each, a few at a time.
 * @template Item
 * @param {Item[]} items
 * @param {(item: Item) => Promise<void>} work
 * @param {(done: number) => void} tell after each
 * @throws the first error; what was begun is finished
 */
export async function each(items, work, tell) {
  const waiting = [...items];
  let done = 0;
  async function labour() {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await work(item);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
      tell(done += 1);
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: 4 }, labour));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
