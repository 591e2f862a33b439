/** The gaps of a live feed with their times, newest first, as the database has them. */
import { send } from "../modules/api.js";
import { element, RowPool, setAttribute, setText } from "../modules/dom.js";
import { formatAge, formatCount, formatEastern, formatUTC, instantOf } from "../modules/format.js";

const LIMIT = 50;
const QUESTION = "SELECT scope, gap_start, gap_end, state, recovered FROM feed_gaps ORDER BY found_at DESC";
/** The question runs in a process of its own: it is asked when the counts have changed, and no more often than this. */
const LEAST_MILLISECONDS = 10_000;

/** @typedef {[string, string | null, string | null, string, number | null]} Gap scope, start, end, state, prints recovered */

/** @returns {{ node: HTMLElement, write: (gaps: { found: number, filled: number, unfilled: number } | null) => void }} */
export function makeGaps() {
  const body = element("tbody");
  const heads = [["From", "left"], ["Lasts", ""], ["What", ""], ["State", ""], ["Prints", ""]].map((
    [name = "", className],
  ) => element("th", className, { scope: "col" }, [name]));
  const table = element("table", "sheet", {}, [element("thead", "", {}, [element("tr", "", {}, heads)]), body]);
  const note = element("p", "health-meaning");
  const scroll = element("div", "scroll", { tabindex: "0", role: "group", "aria-labelledby": "health-gaps-title" }, [
    table,
  ]);
  const node = element("section", "panel health-card health-gaps", { "aria-labelledby": "health-gaps-title" }, [
    element("header", "panel-head", {}, [
      element("h2", "", { id: "health-gaps-title" }, ["List of gaps"]),
      element("p", "note", {}, ["newest first, Eastern"]),
    ]),
    note,
    scroll,
  ]);
  const rows = new RowPool(body, makeRow);
  let asked = { key: "", at: -Infinity };

  /** @param {{ found: number, filled: number, unfilled: number } | null} gaps */
  function write(gaps) {
    node.hidden = gaps === null || gaps.found === 0;
    const key = gaps ? `${gaps.found} ${gaps.filled} ${gaps.unfilled}` : "";
    if (!gaps || gaps.found === 0 || key === asked.key || performance.now() - asked.at < LEAST_MILLISECONDS) return;
    asked = { key, at: performance.now() };
    void list();
  }

  async function list() {
    try {
      /** @type {{ rows: Gap[] }} */
      const answer = await send("POST", "/query", { sql: QUESTION, limit: LIMIT });
      setText(note, "");
      rows.update(answer.rows, writeRow);
    } catch (error) {
      asked.key = "";
      setText(note, `The list cannot be had: ${error instanceof Error ? error.message : error}`);
    }
  }
  return { node, write };
}

function makeRow() {
  const [from, span, scope, state, prints] = [
    element("th", "left", { scope: "row" }),
    element("td"),
    element("td"),
    element("td"),
    element("td"),
  ];
  return { node: element("tr", "", {}, [from, span, scope, state, prints]), from, span, scope, state, prints };
}

/**
 * @param {ReturnType<typeof makeRow>} row
 * @param {Gap} gap
 */
function writeRow(row, [scope, start, end, state, recovered]) {
  const [first, last] = [instantOf(start), instantOf(end)];
  setText(row.from, formatEastern(start));
  setAttribute(row.from, "title", formatUTC(start));
  setText(row.span, formatAge(first === null || last === null ? null : (last - first) / 1000));
  setText(row.scope, scope);
  setText(row.state, state);
  setAttribute(row.node, "data-state", state);
  setText(row.prints, formatCount(recovered));
}
