/** All alerts, newest first, with filters that stand in the address; one or all that are shown are acknowledged or resolved. */
import { AlertList, each, filtersOf, listPath, passes, shownText } from "../modules/alert-list.js";
import { command, isOpen } from "../modules/alerts.js";
import { get, poll } from "../modules/api.js";
import { element, setText } from "../modules/dom.js";
import { effectWhile } from "../modules/signals.js";
import { filterBar } from "./alert-filters.js";
import { makeRow, writeRow } from "./alert-row.js";
import { confirm } from "./confirm.js";
import { holdRows } from "./held-rows.js";

/** @typedef {import("../modules/pages.js").Context} Context */
/** @typedef {import("../modules/alert-list.js").Filters} Filters */
/** @typedef {import("./alert-row.js").Row} Row */
/** @typedef {"acknowledge" | "resolve"} Action */

const POLL_MILLISECONDS = 5_000;
const DONE = { acknowledge: "Acknowledged", resolve: "Resolved" };

/**
 * @param {HTMLElement} host
 * @param {Context} context
 */
export function mountAlertList(host, context) {
  new View(host, context);
}

class View {
  #context;
  #list = new AlertList();
  /** @type {Filters} */
  #filters = filtersOf({});
  /** @type {Map<number, Row>} */
  #rows = new Map();
  #nodes = element("ul", "alerts log", { "aria-label": "Alerts, newest first" });
  #empty = element("p", "empty", {}, ["Fetching the alerts."]);
  #older = element("button", "plain", { type: "button" }, ["Show older ones"]);
  #fresh = element("button", "newer", { type: "button" });
  #note = element("p", "alerts-note", { role: "status" });
  #said = element("p", "visually-hidden", { role: "status" });
  #count = element("p", "aside");
  #all = {
    acknowledge: element("button", "plain", { type: "button" }),
    resolve: element("button", "plain", { type: "button" }),
  };
  #scroll;
  #isHeld;
  /** All that are shown are being answered. */
  #isBusy = false;

  /**
   * @param {HTMLElement} host
   * @param {Context} context
   */
  constructor(host, context) {
    this.#context = context;
    const { router, isShown, desk, paints } = context;
    this.#scroll = element("div", "scroll", { tabindex: "0", role: "group", "aria-label": "Alerts" }, [
      this.#nodes,
      this.#empty,
      this.#older,
    ]);
    this.#older.hidden = this.#fresh.hidden = true;
    host.append(
      element("section", "panel panel-log", { "aria-label": "All alerts" }, [
        filterBar(context),
        element("div", "log-actions", {}, [this.#all.acknowledge, this.#all.resolve, this.#count]),
        this.#scroll,
        this.#fresh,
        this.#note,
        this.#said,
      ]),
    );
    for (const action of /** @type {Action[]} */ (["acknowledge", "resolve"])) {
      this.#all[action].addEventListener("click", () => void this.#actOnAll(action));
    }
    this.#older.addEventListener("click", () => void this.#fetchOlder());
    this.#fresh.addEventListener("click", () => {
      this.#fresh.hidden = true;
      this.#write();
      this.#scroll.scrollTop = 0;
    });
    this.#isHeld = holdRows(this.#nodes, () => this.#draw());
    this.#nodes.addEventListener("keydown", (event) => this.#step(event));

    effectWhile(isShown, () => this.#follow(filtersOf(router.route.value.params)));
    poll({
      isShown,
      milliseconds: POLL_MILLISECONDS,
      path: () => listPath(filtersOf(router.route.value.params)),
      take: (page, path) => {
        if (path !== listPath(this.#filters)) return;
        this.#list.takeNewest(page.rows, page.next);
        this.#list.tell(desk.alerts.rows, this.#filters);
        setText(this.#note, "");
        this.#draw();
      },
      refuse: (error) => this.#refuse(error),
    });
    effectWhile(isShown, () => {
      paints.alerts.value;
      this.#list.tell(desk.alerts.rows, this.#filters);
      this.#draw();
    });
  }

  /** @param {Filters} filters */
  #follow(filters) {
    if (listPath(filters) === listPath(this.#filters)) return;
    this.#filters = filters;
    this.#list.clear();
    setText(this.#note, "");
    setText(this.#empty, "Fetching the alerts.");
    this.#write();
  }

  /** Unless somebody is at the list. */
  #draw() {
    if (this.#rows.size === 0 || !this.#isHeld()) return this.#write();
    const rows = this.#list.rows;
    const waiting = rows.filter((alert) => !this.#rows.has(alert.id)).length;
    this.#fresh.hidden = waiting === 0;
    setText(this.#fresh, `▲ ${waiting} more`);
    for (const alert of rows) {
      const row = this.#rows.get(alert.id);
      if (row) writeRow(row, alert, this.#session);
    }
    this.#tellCount();
  }

  get #session() {
    return this.#context.desk.state.peek()?.health.session ?? null;
  }

  #write() {
    const alerts = this.#list.rows;
    this.#fresh.hidden = true;
    const known = new Set(alerts.map((alert) => alert.id));
    for (const [id, row] of this.#rows) {
      if (known.has(id)) continue;
      row.node.remove();
      this.#rows.delete(id);
    }
    const opened = Number(this.#context.router.route.peek().params.open ?? 0);
    /** @type {Element | null} */
    let before = null;
    for (const alert of alerts.toReversed()) {
      let row = this.#rows.get(alert.id);
      if (!row) {
        row = makeRow({
          act: (made, action) => void this.#act(made, action),
          open: (made) => this.#open(made),
          openRule: this.#context.openRule,
        }, true);
        this.#rows.set(alert.id, row);
        writeRow(row, alert, this.#session);
        if (alert.id === opened) row.show(true);
      }
      writeRow(row, alert, this.#session);
      if (row.node.parentNode !== this.#nodes || row.node.nextElementSibling !== before) {
        this.#nodes.insertBefore(row.node, before);
      }
      before = row.node;
    }
    this.#empty.hidden = alerts.length > 0;
    if (this.#list.isKnown) setText(this.#empty, this.#emptyText());
    this.#older.hidden = this.#list.next === null || this.#list.isFull;
    this.#tellCount();
  }

  #emptyText() {
    return Object.values(this.#filters).some((value) => value !== "")
      ? "No alerts pass these filters."
      : "No alerts yet.";
  }

  #tellCount() {
    const shown = this.#shown();
    const [fresh, open] = [shown.filter((alert) => alert.state === "new").length, shown.filter(isOpen).length];
    const { next, isFull, isKnown } = this.#list;
    setText(this.#count, isKnown ? shownText(shown.length, next === null, isFull) : "");
    if (this.#isBusy) return;
    setText(this.#all.acknowledge, fresh > 0 ? `Acknowledge ${fresh} shown` : "Acknowledge all shown");
    setText(this.#all.resolve, open > 0 ? `Resolve ${open} shown` : "Resolve all shown");
    this.#all.acknowledge.disabled = fresh === 0;
    this.#all.resolve.disabled = open === 0;
  }

  /** What stands on the screen, which may be less than the list has while somebody is at it. */
  #shown() {
    return [...this.#rows.values()].flatMap((row) => row.alert ?? []);
  }

  /** @param {Row} row one that was opened or closed: the address names the one that was opened last */
  #open(row) {
    this.#context.router.filter({ open: row.isOpen && row.alert ? String(row.alert.id) : null });
  }

  /**
   * @param {Row} row
   * @param {Action} action
   */
  async #act(row, action) {
    const alert = row.alert;
    if (!alert) return;
    try {
      const answer = await command(alert.id, action);
      setText(this.#note, "");
      setText(this.#said, `${DONE[action]}: ${alert.title}`);
      // It stays under the hand that answered it, even where the filters want it no more.
      writeRow(row, answer, this.#session);
      (action === "acknowledge" ? row.resolve : row.button).focus();
      this.#take(answer);
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** @param {import("../modules/protocol.js").Alert} answer */
  #take(answer) {
    this.#context.desk.tellAlert(answer);
    this.#list.tell([answer], this.#filters);
    this.#tellCount();
  }

  /** @param {Action} action */
  async #actOnAll(action) {
    const wanted = this.#shown().filter((alert) => action === "resolve" ? isOpen(alert) : alert.state === "new");
    const what = wanted.length === 1 ? "1 alert" : `${wanted.length} alerts`;
    const verb = action === "acknowledge" ? "Acknowledge" : "Resolve";
    const later = this.#list.next === null ? "" : " Older ones that are not shown stay as they are.";
    const text = action === "acknowledge"
      ? `${what} will be marked as seen.${later}`
      : `${what} will be marked as done with; that cannot be taken back.${later}`;
    if (!await confirm({ title: `${verb} ${what}?`, text, verb: `${verb} ${what}` })) return;
    this.#isBusy = true;
    const button = this.#all[action];
    button.disabled = true;
    try {
      await each(
        wanted,
        async (alert) => this.#take(await command(alert.id, action)),
        (done) => setText(button, `${done} of ${wanted.length}`),
      );
      setText(this.#said, `${DONE[action]}: ${what}`);
      setText(this.#note, "");
    } catch (error) {
      this.#refuse(error);
    } finally {
      this.#isBusy = false;
      this.#write();
    }
  }

  async #fetchOlder() {
    const { next } = this.#list;
    if (next === null) return;
    const filters = this.#filters;
    try {
      const page = await get(listPath(filters, next));
      if (filters !== this.#filters) return;
      const rows = page.rows.filter((/** @type {import("../modules/protocol.js").Alert} */ row) =>
        passes(row, filters)
      );
      this.#list.takeOlder(rows, page.next);
      this.#write();
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** @param {unknown} error */
  #refuse(error) {
    setText(this.#note, error instanceof Error ? error.message : String(error));
    if (!this.#list.isKnown) setText(this.#empty, "The alerts cannot be had.");
  }

  /**
   * Arrows go from row to row.
   * @param {KeyboardEvent} event
   */
  #step(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (!step || !(event.target instanceof HTMLElement)) return;
    const buttons = [...this.#nodes.querySelectorAll("button.alert")];
    const here = buttons.indexOf(
      event.target.closest("li")?.querySelector("button.alert") ?? buttons[0] ?? event.target,
    );
    const next = buttons[here + step];
    if (!(next instanceof HTMLElement)) return;
    event.preventDefault();
    next.focus();
  }
}
