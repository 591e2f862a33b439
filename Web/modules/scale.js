/** Arithmetic of axes: round steps, places in pixels, and names of lines that do not lie on each other. */

/**
 * A round step (1, 2, 2.5 or 5 times a power of ten) that cuts `span` in at most `parts`.
 * @param {number} span more than zero
 * @param {number} parts
 */
export function roundStep(span, parts) {
  const least = span / Math.max(1, parts);
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 2.5, 5].find((candidate) => candidate * power >= least) ?? 10;
  return factor * power;
}

/**
 * An axis that holds all values and zero, with its ends on round figures.
 * @param {number[]} values
 * @param {number} parts at most, about
 * @returns {{ low: number, high: number, ticks: number[] }} ticks ascending
 */
export function axisOf(values, parts) {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  if (low === high) return { low: -1, high: 1, ticks: [0] };
  const step = roundStep(high - low, parts);
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step)];
  // The ends are not rounded up to a whole step where half of one is enough: bars get the room.
  const ticks = [];
  for (let index = first; index <= last; index += 1) ticks.push(index * step === 0 ? 0 : index * step);
  const [least, most] = [Math.max(first * step, low - step / 4), Math.min(last * step, high + step / 4)];
  return { low: least, high: most, ticks: ticks.filter((tick) => tick >= least && tick <= most) };
}

/** @type {[number, string][]} */
const UNITS = [[1e9, "B"], [1e6, "M"], [1e3, "K"], [1, ""]];

/**
 * An amount on an axis, without zeros that say nothing: 500M, 1B, −2.5B.
 * @param {number} amount
 */
export function formatTick(amount) {
  const [size, unit] = UNITS.find(([least]) => Math.abs(amount) >= least * 0.9995) ?? [1, ""];
  return `${Number((amount / size).toFixed(2))}${unit}`.replace("-", "−");
}

/**
 * Where a price lies among ascending strikes, in steps from the first: 2.5 is halfway between the third and the fourth. Below the
 * first it is less than zero, above the last more than the last index, by one at most.
 * @param {number} price
 * @param {number[]} strikes
 */
export function placeAmong(price, strikes) {
  const first = strikes[0];
  const last = strikes.at(-1);
  if (first === undefined || last === undefined) return 0;
  if (price < first) return -1;
  if (price > last) return strikes.length;
  const above = strikes.findIndex((strike) => strike >= price);
  const upper = strikes[above] ?? last;
  const lower = strikes[above - 1] ?? upper;
  return upper === price ? above : above - 1 + (price - lower) / (upper - lower);
}

/**
 * The step of strikes to write below an axis, so that their names do not touch: round, and no finer than the strikes themselves.
 * @param {number[]} strikes ascending
 * @param {number} pixelsEach between two strikes
 * @param {number} pixelsNeeded for one name
 * @returns {number} write a strike that is a multiple of it
 */
export function strikeStep(strikes, pixelsEach, pixelsNeeded) {
  const gaps = strikes.slice(1).map((strike, index) => strike - (strikes[index] ?? strike)).filter((gap) => gap > 0);
  const gap = gaps.length > 0 ? Math.min(...gaps) : 1;
  const wanted = gap * Math.ceil(pixelsNeeded / Math.max(1, pixelsEach));
  return Math.max(gap, roundStep(wanted, 1));
}

/**
 * @param {number} value
 * @param {number} step
 */
export function isMultiple(value, step) {
  const ratio = value / step;
  return Math.abs(ratio - Math.round(ratio)) < 1e-6;
}

/** @typedef {{ at: number, width: number }} Name at: the place of its line in pixels; width: of its text */
/** @typedef {{ row: number, start: number }} Place row: from the top; start: left end of its text in pixels */

/** What it costs a name to lie one row lower, and to lie across the line of another. */
const [ROW_COST, CROSSING_COST] = [1, 1.5];

/**
 * Rows for names of vertical lines, each beside its line: none on another, none outside, and across another's line only where that saves
 * more than a row. The first in the list has the first choice.
 * @param {Name[]} names
 * @param {number} width of the picture
 * @param {number} gap between a line and its name
 * @returns {Place[]} in the same order
 */
export function placeNames(names, width, gap) {
  /** @type {{ row: number, start: number, end: number }[]} */
  const taken = [];
  return names.map((name) => {
    // A picture narrower than a name takes it as it is; a row of its own is always free.
    let best = { row: taken.length, start: Math.max(0, Math.min(width - name.width, name.at + gap)) };
    let least = Infinity;
    for (let row = 0; row <= taken.length; row += 1) {
      for (const start of [name.at + gap, name.at - gap - name.width]) {
        const end = start + name.width;
        const isFree = taken.every((other) =>
          other.row !== row || end + gap <= other.start || start >= other.end + gap
        );
        if (!isFree || start < 0 || end > width) continue;
        const crossed = names.filter((other) => other !== name && other.at > start && other.at < end).length;
        const cost = row * ROW_COST + crossed * CROSSING_COST;
        if (cost >= least) continue;
        least = cost;
        best = { row, start };
      }
    }
    taken.push({ ...best, end: best.start + name.width });
    return best;
  });
}
