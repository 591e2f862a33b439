/** The open alerts, new ones and those that somebody is at: each as it was told last, bounded. */

import { get, send } from "./api.js";
import { daysToExpiry, formatExpiry } from "./format.js";

/** @typedef {import("./protocol.js").Alert} Alert */
/** @typedef {import("./protocol.js").Severity} Severity */

export const CAPACITY = 300;

/** Most severe first. */
export const SEVERITIES = /** @type {Severity[]} */ (["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO"]);

/** @param {Alert} alert */
export function isOpen(alert) {
  return alert.state === "new" || alert.state === "acknowledged";
}

/**
 * Whether an alert is at least so severe.
 * @param {Alert} alert
 * @param {Severity} least
 */
export function isAtLeast(alert, least) {
  return SEVERITIES.indexOf(alert.severity) <= SEVERITIES.indexOf(least);
}

/**
 * Order of the list: what nobody has looked at first, of that the most severe, of equal ones the newest.
 * @param {Alert} a
 * @param {Alert} b
 */
function order(a, b) {
  return Number(a.state !== "new") - Number(b.state !== "new") ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || b.id - a.id;
}

/**
 * Whether a record of an alert was made after another one of it.
 * @param {Alert} a
 * @param {Alert} b
 */
export function isNewer(a, b) {
  return a.occurrences > b.occurrences || a.last_time > b.last_time || a.changed_time > b.changed_time;
}

/**
 * Whether two records of an alert have the same to say in its detail.
 * @param {Alert} a
 * @param {Alert} b
 */
export function hasSameDetail(a, b) {
  return a.state === b.state && a.changed_by === b.changed_by && a.title === b.title && a.text === b.text &&
    a.score.total === b.score.total && a.detection_id === b.detection_id;
}

export class Alerts {
  /** @type {Map<number, Alert>} */
  #open = new Map();
  /** What the stream has told since the last question was asked. @type {Map<number, Alert>} */
  #told = new Map();

  /** What nobody has looked at first, of that the most severe, of equal ones the newest. */
  get rows() {
    return [...this.#open.values()].sort(order);
  }

  /**
   * What the stream, or the answer to a command, tells.
   * @param {Alert[]} rows
   */
  tell(rows) {
    for (const row of rows) {
      this.#told.set(row.id, row);
      this.#put(row);
    }
    this.#trim();
  }

  /** The server is asked for all open alerts. */
  ask() {
    this.#told.clear();
  }

  /**
   * The answer: all open alerts, as far as there is room. What the stream has told since then may be newer.
   * @param {Alert[]} rows
   */
  take(rows) {
    this.#open.clear();
    for (const row of rows) this.#put(row);
    for (const row of this.#told.values()) {
      const fetched = this.#open.get(row.id);
      if (!fetched || !isNewer(fetched, row)) this.#put(row);
    }
    this.#told.clear();
    this.#trim();
  }

  clear() {
    this.#open.clear();
    this.#told.clear();
  }

  /** @param {Alert} row */
  #put(row) {
    if (isOpen(row)) this.#open.set(row.id, row);
    else this.#open.delete(row.id);
  }

  /** What matters least goes first. */
  #trim() {
    if (this.#open.size <= CAPACITY) return;
    for (const row of this.rows.slice(CAPACITY)) this.#open.delete(row.id);
  }
}

/** The most that each part of a score can be. */
const PARTS = /** @type {const} */ ([["premium", 40], ["confidence", 40], ["count", 20]]);

/**
 * What a score is made of: name, points, most points.
 * @param {Alert} alert
 */
export function scoreParts(alert) {
  return PARTS.map(([name, most]) => ({
    name: name === "count" ? "prints" : name,
    points: alert.score[name],
    most,
  }));
}

/**
 * The same in one line.
 * @param {Alert} alert
 */
export function scoreText(alert) {
  const parts = scoreParts(alert).map((part) => `${part.name} ${part.points} of ${part.most}`);
  return `Score ${alert.score.total}: ${parts.join(", ")}`;
}

/**
 * A title as a narrow list has room for: its expiry as it stands everywhere on the page.
 * @param {Alert} alert
 * @param {string | null} session
 */
export function shortTitle(alert, session) {
  return alert.title.replace(
    /\b\d{4}-\d{2}-\d{2}\b/,
    (expiry) => daysToExpiry(expiry, session) === 0 ? "0D" : formatExpiry(expiry, session),
  );
}

/**
 * How many alerts there are, in words.
 * @param {Alert[]} alerts open ones
 */
export function countText(alerts) {
  const fresh = alerts.filter((alert) => alert.state === "new").length;
  const seen = alerts.length - fresh;
  return seen > 0 ? `${fresh} new, ${seen} seen` : `${fresh} new`;
}

/**
 * Asks for all open alerts. The severe ones are asked for on their own, so that many small ones do not hide them.
 * @returns {Promise<Alert[]>}
 * @throws {Error} when the server cannot say
 */
export async function fetchOpen() {
  const questions = ["state=new&severity=HIGH&limit=200", "state=new&limit=200", "state=acknowledged&limit=100"];
  const pages = await Promise.all(questions.map(async (question) => {
    /** @type {{ rows: Alert[] }} */
    const page = await get(`/alerts?${question}`);
    return page.rows;
  }));
  return pages.flat();
}

/**
 * Says what somebody made of an alert.
 * @param {number} id
 * @param {"acknowledge" | "resolve"} action
 * @returns {Promise<Alert>} as it is now
 * @throws {Error} with the server's own words when it refuses
 */
export async function command(id, action) {
  return await send("POST", `/alerts/${id}/${action}`);
}
