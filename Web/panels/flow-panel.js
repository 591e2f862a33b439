/** A panel with the sums of one breakdown. */
import { element } from "../modules/dom.js";
import { rowColumns, Scale, strikeColumns } from "./flow-columns.js";
import { FlowTable } from "./flow-table.js";

/** @typedef {import("../modules/flow.js").Flow} Flow */
/** @typedef {import("../modules/flow.js").FlowRow} FlowRow */
/** @typedef {import("../modules/flow.js").Breakdown} Breakdown */

/**
 * @param {(by: Breakdown, row: FlowRow) => void} open
 */
export function makeFlowPanels(open) {
  return {
    strike: makePanel("strike", "By strike", "premium of calls and puts, USD", open),
    expiry: makePanel("expiry", "By expiry", "0D expires today", open),
    type: makePanel("type", "Trade type", "how it came to the tape", open),
    side: makePanel("side", "Side", "who crossed the spread", open),
    interval: makePanel("interval", "Interval flow", "premium in steps of time", open),
  };
}

/**
 * @param {Breakdown} by
 * @param {string} title
 * @param {string} note
 * @param {(by: Breakdown, row: FlowRow) => void} open
 */
function makePanel(by, title, note, open) {
  const scale = new Scale();
  const table = new FlowTable({
    name: `flow-by-${by}`,
    label: title,
    columns: by === "strike"
      ? strikeColumns(scale)
      : rowColumns(by, title.replace("By e", "E").replace(" flow", ""), scale),
    key: by === "strike" ? 3 : 0,
    open: (/** @type {FlowRow} */ row) => open(by, row),
  });
  const empty = element("p", "empty", {}, ["No prints yet."]);
  const heading = element("header", "panel-head", {}, [
    element("h2", "", { id: `flow-${by}-title` }, [title]),
    element("p", "note", {}, [note]),
    element("p", "aside"),
  ]);
  const scroll = element("div", "scroll", { tabindex: "0", role: "group", "aria-labelledby": `flow-${by}-title` }, [
    table.node,
    empty,
  ]);
  const node = element("section", `panel panel-flow-${by}`, { "aria-labelledby": `flow-${by}-title` }, [
    heading,
    scroll,
  ]);
  let centred = "";
  return {
    node,
    head: heading,
    /**
     * @param {Flow | null} flow
     * @param {string | null} session
     * @param {number | null} spot
     */
    show(flow, session, spot) {
      const rows = flow?.rows ?? [];
      // The highest strike and the newest interval stand on top.
      const ordered = by === "strike" || by === "interval" ? rows.toReversed() : rows;
      scale.measure(rows, session);
      const near = spot === null ? null : nearest(rows, spot);
      table.update(ordered, (row) => row.strike !== null && row.strike === near ? "atm" : "");
      empty.hidden = rows.length > 0;
      if (near === null || centred === flow?.symbol) return;
      centred = flow?.symbol ?? "";
      const mark = table.node.querySelector(".atm");
      if (!(mark instanceof HTMLElement)) return;
      // To a whole row: half a one under the head reads as a fault.
      const height = mark.offsetHeight;
      scroll.scrollTop = Math.round((mark.offsetTop - scroll.clientHeight / 2) / height) * height;
    },
  };
}

/**
 * The strike next to a price.
 * @param {FlowRow[]} rows
 * @param {number} spot
 */
function nearest(rows, spot) {
  let best = /** @type {number | null} */ (null);
  for (const { strike } of rows) {
    if (strike !== null && (best === null || Math.abs(strike - spot) < Math.abs(best - spot))) best = strike;
  }
  return best;
}
