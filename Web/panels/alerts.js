/** The open alerts: the most severe first; a row opens to its score, and is acknowledged or resolved where it stands. */
import { command, countText, isAtLeast, scoreText, shortTitle } from "../modules/alerts.js";
import { element, required, setAttribute, setClass, setShare, setText } from "../modules/dom.js";
import { formatEastern, formatUTC } from "../modules/format.js";
import { mountSegments } from "../modules/segments.js";
import { effect } from "../modules/signals.js";
import { showAlertDetail } from "./alert-detail.js";

/** @typedef {import("../modules/desk.js").Desk} Desk */
/** @typedef {import("../modules/protocol.js").Alert} Alert */
/** @typedef {import("../modules/protocol.js").Severity} Severity */
/** @typedef {import("../modules/route.js").Router} Router */
/** @typedef {ReturnType<typeof makeRow>} Row */
/** @typedef {(row: Row, action: "acknowledge" | "resolve") => void} Act */

let rowsMade = 0;

/**
 * @param {Desk} desk
 * @param {import("../modules/signals.js").Signal<number>} paints changes when the list is to be drawn
 * @param {(name: string) => void} openRule shows a rule
 * @param {Router} router
 */
export function mountAlerts(desk, paints, openRule, router) {
  const view = new AlertsView(desk, openRule, router);
  effect(() => {
    paints.value;
    view.draw();
  });
}

class AlertsView {
  #desk;
  #openRule;
  #list = required("alerts-rows");
  #aside = required("alerts-aside");
  #empty = required("alerts-empty");
  #note = required("alerts-note");
  #said = required("alerts-said");
  /** @type {Map<number, Row>} */
  #rows = new Map();
  /** @type {Severity} */
  #least = "INFO";
  /** Alerts up to this id are no news: null before the first list. @type {number | null} */
  #newest = null;

  /**
   * @param {Desk} desk
   * @param {(name: string) => void} openRule
   * @param {Router} router
   */
  constructor(desk, openRule, router) {
    this.#desk = desk;
    this.#openRule = openRule;
    mountSegments({
      group: required("alerts-filter"),
      name: "alerts",
      data: "severity",
      page: "desk",
      router,
      choose: (value) => {
        this.#least = /** @type {Severity} */ (value);
        this.#write();
      },
    });
    // Rows stand still under a hand: a button must not move away from it. What waits is drawn when it leaves.
    this.#list.addEventListener("pointerleave", () => this.draw());
    this.#list.addEventListener("focusout", (event) => {
      if (!(event.relatedTarget instanceof Node && this.#list.contains(event.relatedTarget))) this.draw();
    });
  }

  /** Unless somebody is at the list. */
  draw() {
    this.#announce();
    const isHeld = this.#list.matches(":hover") || this.#list.querySelector(":focus-visible") !== null;
    if (this.#rows.size > 0 && isHeld) this.#count();
    else this.#write();
  }

  /** Says what is new and severe to those who listen. */
  #announce() {
    const alerts = this.#desk.alerts.rows;
    const newest = alerts.reduce((id, alert) => Math.max(id, alert.id), 0);
    if (this.#newest !== null) {
      const known = this.#newest;
      const fresh = alerts.filter((alert) => alert.id > known && alert.state === "new" && isAtLeast(alert, "HIGH"));
      const first = fresh[0];
      const more = fresh.length > 1 ? ` And ${fresh.length - 1} more.` : "";
      if (first) setText(this.#said, `${first.severity} alert: ${first.title}.${more}`);
    }
    if (newest > 0) this.#newest = Math.max(newest, this.#newest ?? 0);
  }

  #wanted() {
    return this.#desk.alerts.rows.filter((alert) => isAtLeast(alert, this.#least));
  }

  #count() {
    const alerts = this.#wanted();
    const waiting = alerts.filter((alert) => !this.#rows.has(alert.id)).length;
    setText(this.#aside, waiting > 0 ? `${countText(alerts)}, ${waiting} waiting` : countText(alerts));
  }

  #write() {
    const alerts = this.#wanted();
    this.#empty.hidden = alerts.length > 0;
    setText(this.#empty, this.#least === "INFO" ? "No open alerts." : "No open alerts of this severity.");
    const known = new Set(alerts.map((alert) => alert.id));
    for (const [id, row] of this.#rows) {
      if (known.has(id)) continue;
      row.node.remove();
      this.#rows.delete(id);
    }
    // What somebody is on is not moved, which would take the focus away: the others are put around it.
    const held = document.activeElement;
    const session = this.#desk.state.peek()?.health.session ?? null;
    /** @type {Element | null} */
    let before = null;
    for (const alert of alerts.toReversed()) {
      let row = this.#rows.get(alert.id);
      if (!row) {
        row = makeRow((made, action) => void this.#act(made, action), this.#openRule);
        this.#rows.set(alert.id, row);
      }
      const isInPlace = row.node.parentNode === this.#list && row.node.nextElementSibling === before;
      if (!isInPlace && !(row.node.isConnected && row.node.contains(held))) this.#list.insertBefore(row.node, before);
      writeRow(row, alert, session);
      before = row.node;
    }
    this.#count();
  }

  /**
   * @param {Row} row
   * @param {"acknowledge" | "resolve"} action
   */
  async #act(row, action) {
    const alert = row.alert;
    if (!alert) return;
    try {
      const answer = await command(alert.id, action);
      this.#desk.tellAlert(answer);
      setText(this.#note, "");
      setText(this.#said, `${action === "acknowledge" ? "Acknowledged" : "Resolved"}: ${alert.title}`);
      if (action === "acknowledge") {
        // It stays where it is until its reader leaves.
        row.resolve.focus();
        writeRow(row, answer, row.session);
        return this.#count();
      }
      // Before the row goes: the focus must not fall back to the page's beginning with it.
      (this.#neighbour(row)?.button ?? required("alerts-scroll")).focus();
      this.#write();
    } catch (error) {
      setText(this.#note, error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {Row} row */
  #neighbour(row) {
    const node = row.node.nextElementSibling ?? row.node.previousElementSibling;
    return [...this.#rows.values()].find((other) => other.node === node);
  }
}

/**
 * @param {Act} act
 * @param {(name: string) => void} openRule
 */
function makeRow(act, openRule) {
  rowsMade += 1;
  const cells = {
    time: element("time", "time"),
    severity: element("span", "severity"),
    title: element("span", "title"),
    times: element("span", "times"),
    score: element("span", "score"),
  };
  const detail = element("div", "alert-detail", { id: `alert-detail-${rowsMade}` });
  detail.hidden = true;
  const button = element("button", "alert", {
    type: "button",
    "aria-expanded": "false",
    "aria-controls": detail.id,
  }, Object.values(cells));
  const acknowledge = element("button", "alert-act", { type: "button" }, ["Ack"]);
  const resolve = element("button", "alert-act", { type: "button" }, ["Resolve"]);
  const node = element("li", "", {}, [button, acknowledge, resolve, detail]);
  const row = {
    node,
    button,
    acknowledge,
    resolve,
    detail,
    ...cells,
    /** @type {Alert | null} */
    alert: null,
    /** @type {string | null} */
    session: null,
  };
  button.addEventListener("click", () => {
    detail.hidden = !detail.hidden;
    setAttribute(button, "aria-expanded", String(!detail.hidden));
    if (!detail.hidden && row.alert) showAlertDetail(row.detail, row.alert, openRule);
  });
  acknowledge.addEventListener("click", () => act(row, "acknowledge"));
  resolve.addEventListener("click", () => act(row, "resolve"));
  return row;
}

/**
 * @param {Row} row
 * @param {Alert} alert
 * @param {string | null} session
 */
function writeRow(row, alert, session) {
  if (row.alert === alert && row.session === session) return;
  row.alert = alert;
  row.session = session;
  setText(row.time, formatEastern(alert.last_time));
  setAttribute(row.time, "title", formatUTC(alert.last_time));
  setText(row.severity, alert.severity);
  setText(row.title, shortTitle(alert, session));
  setAttribute(row.title, "title", alert.title);
  setText(row.times, alert.occurrences > 1 ? `×${alert.occurrences}` : "");
  setAttribute(row.times, "title", alert.occurrences > 1 ? `${alert.occurrences} times within its cool-down` : null);
  setText(row.score, String(alert.score.total));
  setAttribute(row.score, "title", scoreText(alert));
  setShare(row.score, "--bar", alert.score.total / 100);
  row.acknowledge.hidden = alert.state !== "new";
  setAttribute(row.acknowledge, "aria-label", `Acknowledge: ${alert.title}`);
  setAttribute(row.resolve, "aria-label", `Resolve: ${alert.title}`);
  setClass(row.node, `${alert.state} ${alert.severity.toLowerCase()}`);
}
