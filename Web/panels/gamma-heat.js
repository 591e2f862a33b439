/** How gamma by strike has moved through the session: a map to point at or to walk with the arrow keys, and the same as a table. */
import { element, RowPool, setAttribute, setClass, setText } from "../modules/dom.js";
import { formatEastern, formatPrice, formatSignedMoney, formatStrike, formatUTC, MISSING } from "../modules/format.js";
import { boxOf, cellAt, fieldOf, moved, valueAt } from "../modules/heatmap.js";
import { formatTick } from "../modules/scale.js";
import { drawHeat } from "./heat-canvas.js";

/** @typedef {import("../modules/heatmap.js").Field} Field */
/** @typedef {import("../modules/heatmap.js").Frame} Frame */
/** @typedef {import("../modules/heatmap.js").Cell} Cell */
/** @typedef {import("../modules/heatmap.js").GexMinute} GexMinute */
/** @typedef {"picture" | "table"} View */

const LEAST_ROW = 9;
const MOST_STRIKES = 40;
const TABLE_STRIKES = 13;
const TABLE_MINUTES = 60;
const KEYS_HINT = "Point at a cell, or come here with Tab and walk with the arrow keys.";

/**
 * @param {HTMLElement} host a section of class "panel"
 * @param {(view: View) => void} choose
 * @returns {{ draw: (minutes: GexMinute[] | null, view: View, refusal: string) => void }}
 */
export function mountGammaHeat(host, choose) {
  const view = build(host, choose);
  /** @type {{ minutes: GexMinute[], field: Field, frame: Frame } | null} */
  let drawn = null;
  let minutes = /** @type {GexMinute[] | null} */ (null);
  let size = { width: 0, height: 0 };
  /** Kept by time and strike, so that it stays where it is when a minute is added. */
  let cursor = /** @type {{ time: string, strike: number } | null} */ (null);

  function paint() {
    const { width, height } = size;
    if (!minutes || minutes.length === 0 || width === 0 || height === 0) return;
    const field = fieldOf(minutes, Math.max(5, Math.min(MOST_STRIKES, Math.floor(height / LEAST_ROW))));
    drawn = { minutes, field, frame: drawHeat(view.canvas, field, width, height) };
    writeLegend(view.legend, field.largest);
    show(cellOf(field, cursor));
  }

  /** @param {Cell | null} cell */
  function show(cell) {
    view.cursor.hidden = view.tip.hidden = cell === null || drawn === null;
    if (!drawn || !cell) {
      setText(view.readout, KEYS_HINT);
      return;
    }
    const { field, frame } = drawn;
    const minute = field.minutes[cell.minute];
    const strike = field.strikes[cell.strike];
    if (!minute || strike === undefined) return;
    const box = boxOf(cell, frame);
    for (const [name, value] of Object.entries({ "--x": box.x, "--y": box.y, "--w": box.width, "--h": box.height })) {
      view.picture.style.setProperty(name, `${value}px`);
    }
    setText(
      view.readout,
      `${formatEastern(minute.time, "minutes")} ET · strike ${formatStrike(strike)} · ` +
        `${formatSignedMoney(valueAt(field, cell))} per 1% · all strikes ${formatSignedMoney(minute.total)} · ` +
        `spot ${formatPrice(minute.spot)} · flip ${formatPrice(minute.flip)}`,
    );
    setAttribute(view.readout, "title", formatUTC(minute.time));
    setText(
      view.tip,
      `${formatEastern(minute.time, "minutes")} · ${formatStrike(strike)} · ${formatSignedMoney(valueAt(field, cell))}`,
    );
    // Beside the cell, on the side that has room.
    setClass(view.tip, `heat-tip${box.x > frame.left + frame.width / 2 ? " before" : ""}`);
  }

  /** @param {Cell | null} cell */
  function put(cell) {
    const [minute, strike] = cell && drawn ? [drawn.field.minutes[cell.minute], drawn.field.strikes[cell.strike]] : [];
    cursor = minute && strike !== undefined ? { time: minute.time, strike } : null;
    show(cell);
  }

  new ResizeObserver(([entry]) => {
    const { width, height } = entry?.contentRect ?? size;
    if (width === size.width && height === size.height) return;
    size = { width: Math.floor(width), height: Math.floor(height) };
    paint();
  }).observe(view.picture);
  // A canvas has no colours of its own to follow the page's.
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", paint);
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-theme"] });

  view.picture.addEventListener("pointermove", (event) => {
    if (drawn) put(cellAt(event.offsetX, event.offsetY, drawn.frame, drawn.field));
  });
  view.picture.addEventListener("pointerleave", () => put(null));
  view.picture.addEventListener("blur", () => put(null));
  view.picture.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !drawn) return;
    const next = moved(event.key, cellOf(drawn.field, cursor), drawn.field);
    if (!next) return;
    event.preventDefault();
    put(next);
  });

  return {
    draw(next, chosen, refusal) {
      minutes = next;
      const isEmpty = !next || next.length === 0;
      for (const [name, button] of view.buttons) setAttribute(button, "aria-pressed", String(name === chosen));
      view.picture.hidden = isEmpty || chosen !== "picture";
      view.foot.hidden = view.picture.hidden;
      view.scroll.hidden = isEmpty || chosen !== "table";
      view.empty.hidden = !isEmpty;
      setText(view.empty, refusal || (next ? "No minute is complete yet." : "Asking for the figures…"));
      if (isEmpty) drawn = null;
      else if (chosen === "table") writeTable(view, next);
      else paint();
    },
  };
}

/**
 * @param {Field} field
 * @param {{ time: string, strike: number } | null} cursor
 * @returns {Cell | null}
 */
function cellOf(field, cursor) {
  if (!cursor) return null;
  const minute = field.minutes.findIndex((known) => known.time === cursor.time);
  const strike = field.strikes.indexOf(cursor.strike);
  return minute < 0 || strike < 0 ? null : { minute, strike };
}

/**
 * @param {HTMLElement[]} names from the least to the most
 * @param {number} largest
 */
function writeLegend(names, largest) {
  const end = Number(largest.toPrecision(2));
  [-end, 0, end].forEach((amount, index) => {
    const name = names[index];
    if (name) setText(name, formatTick(amount));
  });
}

/**
 * @param {ReturnType<typeof build>} view
 * @param {GexMinute[]} minutes
 */
function writeTable(view, minutes) {
  const newest = minutes.slice(-TABLE_MINUTES);
  const field = fieldOf(newest, TABLE_STRIKES);
  view.heads.update(field.strikes, (head, strike) => setText(head.node, formatStrike(strike)));
  const indices = newest.map((_, index) => index).reverse();
  view.rows.update(indices, (row, minute) => {
    const known = field.minutes[minute];
    setText(row.time, formatEastern(known?.time, "minutes"));
    setAttribute(row.time, "title", formatUTC(known?.time));
    setText(row.spot, formatPrice(known?.spot));
    setText(row.total, formatSignedMoney(known?.total));
    row.cells.update(field.strikes, (cell, _, strike) => {
      const value = valueAt(field, { minute, strike });
      setText(cell.node, value === null ? MISSING : formatSignedMoney(value));
      setClass(cell.node, value === null || value === 0 ? "quiet" : value < 0 ? "down" : "up");
    });
  });
}

/**
 * @param {HTMLElement} host
 * @param {(view: View) => void} choose
 */
function build(host, choose) {
  /** @type {Map<View, HTMLButtonElement>} */
  const buttons = new Map();
  const segments = element("div", "segments", { role: "group", "aria-label": "How the minutes are shown" });
  for (const [name, title] of /** @type {[View, string][]} */ ([["picture", "Map"], ["table", "Table"]])) {
    const button = element("button", "", { type: "button" }, [title]);
    button.addEventListener("click", () => choose(name));
    buttons.set(name, button);
    segments.append(button);
  }
  const canvas = element("canvas", "", { "aria-hidden": "true" });
  const cursor = element("span", "heat-cursor", { "aria-hidden": "true", hidden: "" });
  const tip = element("span", "heat-tip", { "aria-hidden": "true", hidden: "" });
  const picture = element("div", "heat", {
    tabindex: "0",
    role: "group",
    "aria-roledescription": "map of cells",
    "aria-labelledby": "gamma-heat-title",
    "aria-describedby": "gamma-heat-note",
  }, [canvas, cursor, tip]);
  const readout = element("p", "heat-readout", { role: "status" }, [KEYS_HINT]);
  const legend = [0, 1, 2].map(() => element("span"));
  const foot = element("footer", "heat-foot", {}, [
    readout,
    element("div", "heat-legend", { title: "The colour grows with the square root of the amount" }, [
      element("span", "heat-key spot", {}, ["spot"]),
      element("span", "heat-key flip", {}, ["flip"]),
      element("span", "quiet", {}, ["$ per 1%"]),
      element("div", "heat-ramp", {}, legend),
    ]),
  ]);
  const [headRow, body] = [element("tr"), element("tbody")];
  for (const name of ["Time ET", "Spot", "All strikes"]) headRow.append(element("th", "", { scope: "col" }, [name]));
  const table = element("table", "sheet heat-sheet", {}, [element("thead", "", {}, [headRow]), body]);
  const scroll = element("div", "scroll", { tabindex: "0", role: "group", "aria-labelledby": "gamma-heat-title" }, [
    table,
  ]);
  const empty = element("p", "empty");
  host.setAttribute("aria-labelledby", "gamma-heat-title");
  host.append(
    element("header", "panel-head", {}, [
      element("h2", "", { id: "gamma-heat-title" }, ["Gamma by strike and minute"]),
      segments,
      element("p", "note", { id: "gamma-heat-note" }, ["$ per 1% move · blue above zero, orange and hatched below"]),
    ]),
    picture,
    foot,
    scroll,
    empty,
  );
  const heads = new RowPool(headRow, () => ({ node: element("th", "", { scope: "col" }) }));
  const rows = new RowPool(body, makeRow);
  return { buttons, canvas, cursor, tip, picture, readout, legend, foot, scroll, empty, heads, rows };
}

function makeRow() {
  const time = element("th", "", { scope: "row" });
  const [spot, total] = [element("td"), element("td")];
  const node = element("tr", "", {}, [time, spot, total]);
  return { node, time, spot, total, cells: new RowPool(node, () => ({ node: element("td") })) };
}
