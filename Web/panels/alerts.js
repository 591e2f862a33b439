/** The open alerts: the most severe first; a row opens to its score, and is acknowledged or resolved where it stands. */
import { command, countText, isAtLeast } from "../modules/alerts.js";
import { emptyText } from "../modules/asking.js";
import { required, RowPool, setText } from "../modules/dom.js";
import { News } from "../modules/notify.js";
import { mountSegments } from "../modules/segments.js";
import { effect } from "../modules/signals.js";
import { makeRow, writeRow } from "./alert-row.js";
import { holdRows } from "./held-rows.js";

/** @typedef {import("../modules/desk.js").Desk} Desk */
/** @typedef {import("../modules/protocol.js").Alert} Alert */
/** @typedef {import("../modules/protocol.js").Severity} Severity */
/** @typedef {import("../modules/route.js").Router} Router */
/** @typedef {import("./alert-row.js").Row} Row */

/** Rows of the list; the page of alerts has all. */
const MOST_ROWS = 60;

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
  #list = required("alerts-rows");
  #aside = required("alerts-aside");
  #empty = required("alerts-empty");
  #note = required("alerts-note");
  #said = required("alerts-said");
  /** A new alert moves no row: the rows are written anew, each from its place on, so that nothing on the page shifts. */
  #pool;
  #isHeld;
  /** By alert. @type {Map<number, Row>} */
  #rows = new Map();
  /** Alerts that were opened to their detail. @type {Set<number>} */
  #opened = new Set();
  /** @type {Severity} */
  #least = "INFO";
  #news = new News();

  /**
   * @param {Desk} desk
   * @param {(name: string) => void} openRule
   * @param {Router} router
   */
  constructor(desk, openRule, router) {
    this.#desk = desk;
    this.#pool = new RowPool(this.#list, () =>
      makeRow({
        act: (row, action) => void this.#act(row, action),
        open: (row) => this.#remember(row),
        openRule,
      }, false));
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
    this.#isHeld = holdRows(this.#list, () => this.draw());
  }

  /** Unless somebody is at the list. */
  draw() {
    this.#announce();
    if (this.#rows.size > 0 && this.#isHeld()) this.#count();
    else this.#write();
  }

  /** Says what is new and severe to those who listen. */
  #announce() {
    const news = this.#news.take(this.#desk.alerts.rows, this.#desk.alertsEpoch);
    const fresh = news.filter((alert) => isAtLeast(alert, "HIGH"));
    const first = fresh[0];
    const more = fresh.length > 1 ? ` And ${fresh.length - 1} more.` : "";
    if (first) setText(this.#said, `${first.severity} alert: ${first.title}.${more}`);
  }

  #wanted() {
    return this.#desk.alerts.rows.filter((alert) => isAtLeast(alert, this.#least));
  }

  #count() {
    const alerts = this.#wanted();
    const waiting = alerts.slice(0, MOST_ROWS).filter((alert) => !this.#rows.has(alert.id)).length;
    setText(this.#aside, waiting > 0 ? `${countText(alerts)}, ${waiting} waiting` : countText(alerts));
  }

  #write() {
    const alerts = this.#wanted();
    this.#empty.hidden = alerts.length > 0;
    const nothing = this.#least === "INFO" ? "No open alerts." : "No open alerts of this severity.";
    setText(this.#empty, emptyText(this.#desk.answers.alerts, "open alerts", nothing));
    const held = this.#held();
    const session = this.#desk.state.peek()?.health.session ?? null;
    this.#rows.clear();
    this.#pool.update(alerts.slice(0, MOST_ROWS), (row, alert) => {
      const isOther = row.alert?.id !== alert.id;
      writeRow(row, alert, session);
      if (isOther) row.show(this.#opened.has(alert.id));
      this.#rows.set(alert.id, row);
    });
    const now = held && this.#rows.get(held.id);
    if (held && now && !now[held.part].contains(document.activeElement)) now[held.part].focus({ preventScroll: true });
    this.#count();
  }

  /** Which alert somebody is on and where in it: the focus goes where the alert goes. */
  #held() {
    const focused = document.activeElement;
    for (const [id, row] of this.#rows) {
      if (!row.node.contains(focused)) continue;
      /** @type {("button" | "acknowledge" | "resolve")[]} */
      const parts = ["button", "acknowledge", "resolve"];
      const part = parts.find((name) => row[name] === focused);
      return part ? { id, part } : null;
    }
    return null;
  }

  /** @param {Row} row one that was opened or closed */
  #remember(row) {
    if (!row.alert) return;
    if (row.isOpen) this.#opened.add(row.alert.id);
    else this.#opened.delete(row.alert.id);
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
      this.#opened.delete(alert.id);
      const next = this.#neighbour(alert.id);
      this.#write();
      // The focus must not fall back to the page's beginning with the row.
      (this.#rows.get(next)?.button ?? required("alerts-scroll")).focus();
    } catch (error) {
      setText(this.#note, error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * The alert below, or above the last one.
   * @param {number} id
   */
  #neighbour(id) {
    const ids = [...this.#rows.keys()];
    const place = ids.indexOf(id);
    return ids[place + 1] ?? ids[place - 1] ?? -1;
  }
}
