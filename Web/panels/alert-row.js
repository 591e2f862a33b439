/** One row of a list of alerts, the desk's short one or the one of all: its facts, what can be done with it; it opens to its detail. */
import { hasSameDetail, scoreText, shortTitle } from "../modules/alerts.js";
import { words } from "../modules/detections.js";
import { element, setAttribute, setClass, setShare, setText } from "../modules/dom.js";
import { formatEastern, formatExpiry, formatMoney, formatUTC } from "../modules/format.js";
import { marketDate } from "../modules/market-day.js";
import { directionOfSide } from "../modules/sides.js";
import { showAlertDetail } from "./alert-detail.js";

/** @typedef {import("../modules/protocol.js").Alert} Alert */
/** @typedef {ReturnType<typeof makeRow>} Row */

/**
 * @typedef {object} Actions
 * @property {(row: Row, action: "acknowledge" | "resolve") => void} act
 * @property {(row: Row) => void} open it was opened or closed
 * @property {(name: string) => void} openRule
 */

let rowsMade = 0;

/**
 * @param {Actions} actions
 * @param {boolean} isLong with words, side, premium, rule and state
 */
export function makeRow(actions, isLong) {
  rowsMade += 1;
  /** @type {(className: string) => HTMLSpanElement} */
  const cell = (className) => element("span", className);
  const cells = {
    time: element("time", "time"),
    severity: cell("severity"),
    title: cell("title"),
    times: cell("times"),
    score: cell("score"),
  };
  const long = isLong
    ? {
      facts: cell("facts"),
      side: cell("side"),
      premium: cell("premium"),
      rule: cell("rule-name"),
      state: cell("state"),
    }
    : null;
  const order = long
    ? [
      cells.time,
      cells.severity,
      cells.title,
      long.facts,
      long.side,
      long.premium,
      cells.times,
      cells.score,
      long.rule,
      long.state,
    ]
    : Object.values(cells);
  const detail = element("div", "alert-detail", { id: `alert-detail-${rowsMade}` });
  detail.hidden = true;
  const button = element("button", "alert", {
    type: "button",
    "aria-expanded": "false",
    "aria-controls": detail.id,
  }, order);
  const acknowledge = element("button", "alert-act", { type: "button" }, ["Ack"]);
  const resolve = element("button", "alert-act", { type: "button" }, ["Resolve"]);
  const node = element("li", "", {}, [button, element("span", "acts", {}, [acknowledge, resolve]), detail]);
  const row = {
    node,
    button,
    acknowledge,
    resolve,
    detail,
    long,
    ...cells,
    /** @type {Alert | null} */
    alert: null,
    /** @type {string | null} */
    session: null,
    get isOpen() {
      return !detail.hidden;
    },
    /** @param {boolean} isOpen */
    show(isOpen) {
      detail.hidden = !isOpen;
      setAttribute(button, "aria-expanded", String(isOpen));
      if (isOpen && row.alert) showAlertDetail(detail, row.alert, actions.openRule);
    },
  };
  button.addEventListener("click", () => {
    row.show(!row.isOpen);
    actions.open(row);
  });
  acknowledge.addEventListener("click", () => actions.act(row, "acknowledge"));
  resolve.addEventListener("click", () => actions.act(row, "resolve"));
  return row;
}

/**
 * @param {Row} row
 * @param {Alert} alert
 * @param {string | null} session
 */
export function writeRow(row, alert, session) {
  if (row.alert === alert && row.session === session) return;
  const isDetailOld = row.isOpen && row.alert?.id === alert.id && !hasSameDetail(row.alert, alert);
  row.alert = alert;
  row.session = session;
  setAttribute(row.button, "data-alert", String(alert.id));
  setText(row.severity, alert.severity);
  setText(row.title, shortTitle(alert, session));
  setAttribute(row.title, "title", alert.title);
  setText(row.times, alert.occurrences > 1 ? `×${alert.occurrences}` : "");
  const again = `${alert.occurrences} times within its cool-down, last ${formatEastern(alert.last_time)} ET`;
  setAttribute(row.times, "title", alert.occurrences > 1 ? again : null);
  setText(row.score, String(alert.score.total));
  setAttribute(row.score, "title", scoreText(alert));
  setShare(row.score, "--bar", alert.score.total / 100);
  row.acknowledge.hidden = alert.state !== "new";
  row.resolve.hidden = alert.state !== "new" && alert.state !== "acknowledged";
  setAttribute(row.acknowledge, "aria-label", `Acknowledge: ${alert.title}`);
  setAttribute(row.resolve, "aria-label", `Resolve: ${alert.title}`);
  setClass(row.node, `${alert.state} ${alert.severity.toLowerCase()}`);
  if (isDetailOld) row.show(true);
  if (row.long) return writeLong(row, row.long, alert, session);
  setText(row.time, formatEastern(alert.last_time));
  setAttribute(row.time, "title", formatUTC(alert.last_time));
}

/**
 * @param {Row} row
 * @param {NonNullable<Row["long"]>} cells
 * @param {Alert} alert
 * @param {string | null} session
 */
function writeLong(row, cells, alert, session) {
  const direction = directionOfSide(alert.side);
  const date = marketDate(alert.first_time);
  const isToday = session !== null && date === session;
  setText(row.time, `${isToday ? "" : `${formatExpiry(date, session)} `}${formatEastern(alert.first_time)}`);
  setAttribute(row.time, "title", formatUTC(alert.first_time));
  setText(cells.facts, alert.text.split("\n")[0] ?? "");
  setAttribute(cells.facts, "title", alert.text);
  setText(cells.side, alert.side === "unknown" ? "" : `${direction.glyph} ${direction.word}`);
  setClass(cells.side, `side ${direction.className}`);
  setText(cells.premium, alert.premium > 0 ? formatMoney(alert.premium) : "");
  setText(cells.rule, words(alert.rule));
  setText(cells.state, alert.changed_by ? `${alert.state} by ${alert.changed_by}` : alert.state);
  setAttribute(cells.state, "title", `${formatEastern(alert.changed_time)} ET, ${formatUTC(alert.changed_time)}`);
}
