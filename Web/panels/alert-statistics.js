/** How many alerts there were, of what, and when; and what became of the messages about them. */
import { poll } from "../modules/api.js";
import { columnsOf, STRETCHES } from "../modules/alert-statistics.js";
import { words } from "../modules/detections.js";
import { element, RowPool, setAttribute, setShare, setText } from "../modules/dom.js";
import { formatEastern, formatUTC } from "../modules/format.js";
import { addressOf } from "../modules/route.js";
import { effectWhile } from "../modules/signals.js";
import { mountChannels } from "./alert-channels.js";
import { segments } from "./segments.js";

/** @typedef {import("../modules/pages.js").Context} Context */
/** @typedef {import("../modules/alert-statistics.js").Statistics} Statistics */
/** @typedef {import("../modules/alert-statistics.js").Count} Count */

const POLL_MILLISECONDS = 10_000;
const STANDARD = "24";

/**
 * @param {HTMLElement} host
 * @param {Context} context
 */
export function mountAlertStatistics(host, context) {
  const { router, isShown } = context;
  const chosen = () => {
    const { hours = STANDARD } = router.route.value.params;
    return STRETCHES.some(([value]) => value === hours) ? hours : STANDARD;
  };
  const stretch = segments("Stretch of time", STRETCHES, (value) => {
    router.filter({ hours: value === STANDARD ? null : value });
  });
  const note = element("p", "alerts-note", { role: "status" });
  const facts = element("p", "note");
  const hours = hourPanel(element("div", "spring-right", {}, [stretch.node]), facts);
  // A bar leads to the alerts that it counts.
  const lists = {
    by_kind: countPanel("By kind", (name) => addressOf("alerts", "", { kind: name })),
    by_rule: countPanel("By rule", (name) => addressOf("alerts", "", { rule: name })),
    by_severity: countPanel("By severity", (name) => addressOf("alerts", "", { severity: name })),
    by_state: countPanel("By state", (name) => addressOf("alerts", "", { state: name })),
  };
  const channels = element("section", "panel stat-channels", { "aria-labelledby": "channels-title" });
  host.append(
    hours.node,
    channels,
    lists.by_kind.node,
    lists.by_rule.node,
    element("div", "stat-pair", {}, [lists.by_severity.node, lists.by_state.node]),
    note,
  );
  const showChannels = mountChannels(channels, context, note);

  poll({
    isShown,
    milliseconds: POLL_MILLISECONDS,
    path: () => `/alerts/statistics?hours=${chosen()}`,
    take: (/** @type {Statistics} */ answer) => {
      setText(note, "");
      const repeats = answer.repeats.toLocaleString("en-US");
      setText(facts, `${answer.alerts.toLocaleString("en-US")} alerts, ${repeats} repeats folded into them`);
      hours.show(answer, Number(chosen()));
      for (const [name, list] of Object.entries(lists)) list.show(answer[/** @type {keyof typeof lists} */ (name)]);
      showChannels(answer.channels);
    },
    refuse: (error) => setText(note, error.message),
  });
  effectWhile(isShown, () => stretch.show(chosen()));
}

/**
 * Columns by hour, or by day.
 * @param {HTMLElement} choice
 * @param {HTMLElement} facts
 */
function hourPanel(choice, facts) {
  const title = element("h2", "", { id: "hours-title" }, ["By hour"]);
  const bars = element("div", "columns", { "aria-hidden": "true" });
  const pool = new RowPool(bars, () => ({ node: element("i") }));
  const [first, last, most] = ["", "", "most"].map((kind) => element("span", kind));
  const table = element("tbody");
  const rows = new RowPool(table, () => {
    const [time, count] = [element("th", "", { scope: "row" }), element("td")];
    return { node: element("tr", "", {}, [time, count]), time, count };
  });
  const node = element("section", "panel stat-hours", { "aria-labelledby": "hours-title" }, [
    element("header", "panel-head", {}, [title, facts, choice]),
    element("div", "columns-frame", {}, [
      bars,
      element("p", "axis", { "aria-hidden": "true" }, [first ?? "", most ?? "", last ?? ""]),
    ]),
    element("table", "visually-hidden", { "aria-labelledby": "hours-title" }, [
      element("thead", "", {}, [
        element("tr", "", {}, [
          element("th", "", { scope: "col" }, ["From, Eastern"]),
          element("th", "", { scope: "col" }, ["Alerts"]),
        ]),
      ]),
      table,
    ]),
  ]);

  return {
    node,
    /**
     * @param {Statistics} answer
     * @param {number} stretch hours
     */
    show(answer, stretch) {
      const columns = columnsOf(answer.by_hour, stretch, Date.parse(answer.since) + stretch * 3_600_000);
      const peak = Math.max(1, ...columns.map(({ count }) => count));
      const isByDay = columns.length < stretch;
      setText(title, isByDay ? "By day" : "By hour");
      pool.update(columns, ({ node: bar }, { label, count, start }) => {
        setShare(bar, "--bar", count / peak);
        setAttribute(bar, "title", `${label} ET (${formatUTC(start)}): ${count}`);
        setAttribute(bar, "class", count > 0 ? "some" : "none");
      });
      if (first && last && most) {
        setText(first, columns[0]?.label ?? "");
        setText(most, `most ${peak.toLocaleString("en-US")} ${isByDay ? "a day" : "an hour"}`);
        setText(
          last,
          isByDay ? columns.at(-1)?.label ?? "" : `now, ${formatEastern(columns.at(-1)?.start, "minutes")} ET`,
        );
      }
      rows.update(columns.filter(({ count }) => count > 0), (row, { label, count }) => {
        setText(row.time, label);
        setText(row.count, String(count));
      });
    },
  };
}

let panels = 0;

/**
 * Names with how many, as bars that are links.
 * @param {string} title
 * @param {(name: string) => string} address
 */
function countPanel(title, address) {
  panels += 1;
  const id = `count-title-${panels}`;
  const list = element("ul", "counts");
  const empty = element("p", "empty", {}, ["Counting."]);
  const pool = new RowPool(list, () => {
    const cells = { name: element("span"), count: element("b") };
    const link = element("a", "", {}, Object.values(cells));
    return { node: element("li", "", {}, [link]), link, ...cells };
  });
  return {
    node: element("section", "panel", { "aria-labelledby": id }, [
      element("header", "panel-head", {}, [element("h2", "", { id }, [title])]),
      element("div", "scroll", { tabindex: "0", role: "group", "aria-labelledby": id }, [list, empty]),
    ]),
    /** @param {Count[]} counts */
    show(counts) {
      const most = Math.max(1, ...counts.map(({ count }) => count));
      setText(empty, "None in this time.");
      empty.hidden = counts.length > 0;
      pool.update(counts, (row, { name, count }) => {
        setText(row.name, name === name.toUpperCase() ? name : words(name));
        setText(row.count, count.toLocaleString("en-US"));
        setAttribute(row.link, "href", address(name));
        setShare(row.node, "--bar", count / most);
      });
    },
  };
}
