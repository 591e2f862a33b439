/** The alerts of the day on the timeline, as a list: one leads to the moment before it. */
import { shortTitle } from "../modules/alerts.js";
import { element, RowPool, setAttribute, setClass, setText } from "../modules/dom.js";
import { formatEastern, formatMoney, formatUTC } from "../modules/format.js";
import { stretchOf } from "../modules/player.js";
import { addressOf } from "../modules/route.js";
import { effectWhile } from "../modules/signals.js";

/** @typedef {import("../modules/timeline.js").Mark} Mark */

const LEAD_MILLISECONDS = 5_000;

/**
 * @param {import("../modules/pages.js").Context} context
 * @param {import("../modules/signals.js").Signal<Mark[]>} marks
 * @param {import("../modules/signals.js").Signal<string>} date
 */
export function playedAlerts({ playing, isShown }, marks, date) {
  const list = element("ol", "alerts marks-list", { "aria-label": "Alerts of the day, earliest first" });
  const empty = element("p", "empty");
  const aside = element("p", "aside");
  const pool = new RowPool(list, () => {
    const cells = {
      time: element("time", "time"),
      severity: element("span", "severity"),
      title: element("span", "title"),
      premium: element("span", "premium"),
    };
    const button = element("button", "alert", { type: "button" }, Object.values(cells));
    const row = { node: element("li", "", {}, [button]), button, ...cells, instant: 0, address: "" };
    button.addEventListener("click", () => {
      if (playing.isReplay.peek()) playing.seek(row.instant - LEAD_MILLISECONDS);
      else location.hash = row.address;
    });
    return row;
  });
  effectWhile(isShown, () => {
    const isReplay = playing.isReplay.value;
    setText(aside, isReplay ? "a row leads to the moment before it" : "a row opens the alert");
    setText(empty, date.value === "" ? "No day is chosen." : `No alerts of ${date.value} are known to this server.`);
    empty.hidden = marks.value.length > 0;
    pool.update(marks.value, (row, { instant, alert }) => {
      row.instant = instant;
      const { rule, underlying, id } = alert;
      row.address = addressOf("alerts", "", { rule, symbol: underlying, open: String(id) });
      setText(row.time, formatEastern(instant));
      setAttribute(row.time, "title", formatUTC(instant));
      setText(row.severity, alert.severity);
      setText(row.title, shortTitle(alert, date.value));
      setAttribute(row.title, "title", alert.title);
      setText(row.premium, alert.premium > 0 ? formatMoney(alert.premium) : "");
    });
  });
  effectWhile(isShown, () => {
    const player = playing.player.value;
    const here = playing.isReplay.value && player ? stretchOf(player)?.position ?? Infinity : Infinity;
    const rows = [...list.children];
    marks.value.forEach(({ instant, alert }, index) => {
      const row = rows[index];
      if (row) setClass(row, `${alert.severity.toLowerCase()} ${instant > here ? "ahead" : "passed"}`);
    });
  });
  return element("section", "panel panel-marks", { "aria-labelledby": "marks-title" }, [
    element("header", "panel-head", {}, [element("h2", "", { id: "marks-title" }, ["Alerts of the day"]), aside]),
    element("div", "scroll", { tabindex: "0", role: "group", "aria-labelledby": "marks-title" }, [list, empty]),
  ]);
}
