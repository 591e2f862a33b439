/** Gamma exposure by strike as a picture: bars up and down from zero, with spot, flip and walls as named lines. */
import { formatSignedMoney, formatStrike } from "../modules/format.js";
import { marksOf, rowsAround } from "../modules/gamma.js";
import { axisOf, formatTick, isMultiple, placeAmong, placeNames, strikeStep } from "../modules/scale.js";
import { drawing, hatching } from "../modules/svg.js";

/** @typedef {import("../modules/gamma.js").Gex} Gex */
/** @typedef {import("../modules/gamma.js").GexRow} GexRow */
/** @typedef {import("../modules/gamma.js").Mark} Mark */
/** @typedef {{ left: number, right: number, top: number, bottom: number, columns: number, low: number, high: number }} Frame */

const AXIS = 40;
const NAME_ROW = 13;
const STRIKE_ROW = 17;
const STRIKE_PIXELS = 38;
/** Narrower, and neighbours could not be told apart. */
const LEAST_COLUMN = 9;
/** Width of a letter of the names, which are small: near enough to keep them apart. */
const LETTER = 5.4;

export class GexChart {
  node = drawing("svg", "gex-chart", { "aria-hidden": "true" });
  #hatching = hatching();
  #isCompact;
  #mostStrikes;

  /** @param {{ isCompact: boolean, mostStrikes: number }} options compact: no bars of calls and puts behind those of both */
  constructor({ isCompact, mostStrikes }) {
    this.#isCompact = isCompact;
    this.#mostStrikes = mostStrikes;
  }

  /**
   * @param {Gex} gex
   * @param {number} width pixels
   * @param {number} height pixels
   * @returns {GexRow[]} those that are drawn
   */
  draw(gex, width, height) {
    const fitting = Math.max(5, Math.floor((width - AXIS) / LEAST_COLUMN));
    const rows = rowsAround(gex.rows, gex.spot?.price ?? null, Math.min(this.#mostStrikes, fitting));
    const strikes = rows.map((row) => row.strike ?? 0);
    const column = (width - AXIS - 4) / Math.max(1, rows.length);
    const across = (/** @type {number} */ price) => {
      const place = Math.min(strikes.length - 0.5, Math.max(-0.5, placeAmong(price, strikes)));
      return AXIS + (place + 0.5) * column;
    };
    const marks = marksOf(gex).map((mark) => ({ mark, name: nameOf(mark, strikes), at: across(mark.price) }));
    const places = placeNames(marks.map(({ name, at }) => ({ at, width: name.length * LETTER })), width, 4);
    const nameRows = Math.max(0, ...places.map((place) => place.row + 1));
    const axis = axisOf(this.#amounts(rows), height > 260 ? 7 : 4);
    const [top, bottom] = [nameRows * NAME_ROW + 4, height - STRIKE_ROW];
    const down = (/** @type {number} */ amount) => top + (axis.high - amount) / (axis.high - axis.low) * (bottom - top);

    const lines = axis.ticks.flatMap((tick) => [
      drawing("line", tick === 0 ? "zero" : "rule", { x1: AXIS, x2: width, y1: down(tick), y2: down(tick) }),
      drawing("text", "tick", { x: AXIS - 5, y: down(tick) + 3.5, "text-anchor": "end" }, [formatTick(tick)]),
    ]);
    const step = strikeStep(strikes, column, STRIKE_PIXELS);
    const names = strikes.filter((strike) => isMultiple(strike, step)).map((strike) =>
      drawing("text", "tick", { x: across(strike), y: height - 5, "text-anchor": "middle" }, [formatStrike(strike)])
    );
    const columns = rows.map((row, index) => {
      const left = AXIS + index * column;
      const title = drawing("title", "", {}, [titleOf(row)]);
      const hit = drawing("rect", "hit", { x: left, width: column, y: top, height: Math.max(0, bottom - top) });
      return drawing("g", "", {}, [hit, ...this.#bars(row, left, column, down, isWall(row, gex)), title]);
    });
    const crossings = marks.flatMap(({ mark, name, at }, index) => {
      const place = places[index] ?? { row: 0, start: at };
      const y = (place.row + 1) * NAME_ROW - 3;
      return [
        drawing("line", `mark ${mark.kind}`, { x1: at, x2: at, y1: y - 8, y2: bottom }),
        drawing("text", `mark ${mark.kind}`, { x: place.start, y }, [name]),
      ];
    });
    this.node.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.node.replaceChildren(this.#hatching.definition, ...lines, ...names, ...columns, ...crossings);
    return rows;
  }

  /** @param {GexRow[]} rows */
  #amounts(rows) {
    return rows.flatMap((row) => this.#isCompact ? [row.net ?? 0] : [row.net ?? 0, row.call ?? 0, row.put ?? 0]);
  }

  /**
   * @param {GexRow} row
   * @param {number} left
   * @param {number} column
   * @param {(amount: number) => number} down
   * @param {boolean} isWalled
   */
  #bars(row, left, column, down, isWalled) {
    const gap = Math.min(2, column * 0.12);
    const bar = (/** @type {string} */ name, /** @type {number} */ amount, /** @type {string} */ fill = "") => {
      const [from, to] = [down(Math.max(0, amount)), down(Math.min(0, amount))];
      const place = { x: left + gap, width: column - 2 * gap, y: from, height: Math.max(0.5, to - from) };
      return drawing("rect", name, fill ? { ...place, fill } : place);
    };
    const parts = [];
    if (!this.#isCompact) {
      if (row.call !== null) parts.push(bar("bar part plus", row.call));
      if (row.put !== null) parts.push(bar("bar part minus", row.put));
    }
    if (row.net === null) return parts;
    parts.push(bar(`bar ${row.net < 0 ? "minus" : "plus"}${isWalled ? " wall" : ""}`, row.net));
    if (row.net < 0) parts.push(bar("hatched", row.net, this.#hatching.fill));
    return parts;
  }
}

/**
 * A level beyond the strikes that are drawn stands at the edge, with an arrow to where it is.
 * @param {Mark} mark
 * @param {number[]} strikes
 */
function nameOf(mark, strikes) {
  const place = placeAmong(mark.price, strikes);
  if (place < 0) return `◂ ${mark.name}`;
  return place > strikes.length - 1 ? `${mark.name} ▸` : mark.name;
}

/**
 * @param {GexRow} row
 * @param {Gex} gex
 */
function isWall(row, gex) {
  return row.strike !== null && (row.strike === gex.call_wall || row.strike === gex.put_wall);
}

/** @param {GexRow} row */
function titleOf(row) {
  if (row.net === null) {
    return `${formatStrike(row.strike)}: of none of its contracts are position, gamma and price known`;
  }
  return `${formatStrike(row.strike)}: ${formatSignedMoney(row.net)} per 1% move (calls ` +
    `${formatSignedMoney(row.call)}, puts ${formatSignedMoney(row.put)})`;
}
