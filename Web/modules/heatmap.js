/** Arithmetic of a map of gamma by strike and minute: its cells, their shade, and the way of a cursor among them. */
import { placeAmong } from "./scale.js";

/**
 * @typedef {object} GexMinute
 * @property {string} time
 * @property {number | null} spot
 * @property {number | null} total
 * @property {number | null} flip
 * @property {number[]} strikes ascending
 * @property {(number | null)[]} values $ for a 1% move, one for each strike
 */

/**
 * @typedef {object} Field
 * @property {GexMinute[]} minutes ascending
 * @property {number[]} strikes ascending: rows from the bottom
 * @property {Float64Array} values by minute, then by strike; NaN where nothing is known
 * @property {number} largest in size, 0 when nothing is known
 */

/** @typedef {{ minute: number, strike: number }} Cell indices into minutes and strikes */
/** @typedef {{ left: number, top: number, width: number, height: number, columns: number, rows: number }} Frame pixels, cells */

/** What a field of so many minutes is at least as wide as: the first minutes of a session are no broad bars. */
export const LEAST_COLUMNS = 30;

/**
 * The strikes around the price's way, at most so many, as one field.
 * @param {GexMinute[]} minutes ascending
 * @param {number} mostStrikes
 * @returns {Field}
 */
export function fieldOf(minutes, mostStrikes) {
  const all = [...new Set(minutes.flatMap((minute) => minute.strikes))].sort((left, right) => left - right);
  const strikes = strikesAround(all, minutes, mostStrikes);
  const places = new Map(strikes.map((strike, index) => [strike, index]));
  const values = new Float64Array(minutes.length * strikes.length).fill(NaN);
  let largest = 0;
  minutes.forEach((minute, column) =>
    minute.strikes.forEach((strike, index) => {
      const row = places.get(strike);
      const value = minute.values[index] ?? null;
      if (row === undefined || value === null) return;
      values[column * strikes.length + row] = value;
      largest = Math.max(largest, Math.abs(value));
    })
  );
  return { minutes, strikes, values, largest };
}

/**
 * @param {number[]} strikes ascending
 * @param {GexMinute[]} minutes
 * @param {number} count
 */
function strikesAround(strikes, minutes, count) {
  if (strikes.length <= count) return strikes;
  const spots = minutes.flatMap((minute) => minute.spot === null ? [] : [minute.spot]);
  const middle = spots.length > 0 ? (Math.min(...spots) + Math.max(...spots)) / 2 : strikes[strikes.length >> 1] ?? 0;
  const place = Math.round(Math.min(strikes.length, Math.max(0, placeAmong(middle, strikes))));
  const first = Math.min(strikes.length - count, Math.max(0, place - (count >> 1)));
  return strikes.slice(first, first + count);
}

/**
 * How deep the colour of an amount is, -1 to 1. It grows with the square root, so that strikes beside a wall are still told apart.
 * @param {number} value
 * @param {number} largest
 */
export function shadeOf(value, largest) {
  if (!(largest > 0) || Number.isNaN(value)) return 0;
  return Math.sign(value) * Math.sqrt(Math.min(1, Math.abs(value) / largest));
}

/**
 * @param {Field} field
 * @param {Cell} cell
 * @returns {number | null}
 */
export function valueAt(field, cell) {
  const value = field.values[cell.minute * field.strikes.length + cell.strike] ?? NaN;
  return Number.isNaN(value) ? null : value;
}

/**
 * The cell below a point; null outside.
 * @param {number} x
 * @param {number} y
 * @param {Frame} frame
 * @param {Field} field
 * @returns {Cell | null}
 */
export function cellAt(x, y, frame, field) {
  const minute = Math.floor((x - frame.left) / frame.width * frame.columns);
  const strike = frame.rows - 1 - Math.floor((y - frame.top) / frame.height * frame.rows);
  const isInside = minute >= 0 && minute < field.minutes.length && strike >= 0 && strike < field.strikes.length;
  return isInside ? { minute, strike } : null;
}

/**
 * Left edge, top edge and size of a cell.
 * @param {Cell} cell
 * @param {Frame} frame
 */
export function boxOf(cell, frame) {
  const [width, height] = [frame.width / frame.columns, frame.height / frame.rows];
  return { x: frame.left + cell.minute * width, y: frame.top + (frame.rows - 1 - cell.strike) * height, width, height };
}

/**
 * Where a price lies in the picture; null when it is beyond the strikes.
 * @param {number | null} price
 * @param {Field} field
 * @param {Frame} frame
 */
export function heightOf(price, field, frame) {
  if (price === null) return null;
  const place = placeAmong(price, field.strikes);
  if (place < 0 || place > field.strikes.length - 1) return null;
  return frame.top + (frame.rows - place - 0.5) * frame.height / frame.rows;
}

/**
 * Where a key takes the cursor, which starts at the newest minute and the strike at the money; null when the key is none of its.
 * @param {string} key
 * @param {Cell | null} cell
 * @param {Field} field
 * @returns {Cell | null}
 */
export function moved(key, cell, field) {
  const [lastMinute, lastStrike] = [field.minutes.length - 1, field.strikes.length - 1];
  if (lastMinute < 0 || lastStrike < 0) return null;
  const steps = /** @type {Record<string, [number, number]>} */ ({
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, 1],
    ArrowDown: [0, -1],
    PageUp: [0, 10],
    PageDown: [0, -10],
    Home: [-Infinity, 0],
    End: [Infinity, 0],
  });
  const step = steps[key];
  if (!step) return null;
  const spot = field.minutes[lastMinute]?.spot ?? null;
  const start = cell ?? {
    minute: lastMinute,
    strike: spot === null ? lastStrike >> 1 : Math.round(placeAmong(spot, field.strikes)),
  };
  const [across, up] = cell ? step : [0, 0];
  return { minute: within(start.minute + across, lastMinute), strike: within(start.strike + up, lastStrike) };
}

/**
 * @param {number} value
 * @param {number} last
 */
function within(value, last) {
  return Math.min(last, Math.max(0, value));
}
