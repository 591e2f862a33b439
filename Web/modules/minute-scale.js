/** Where the minutes of a day lie on a chart: calls above the line, puts below it, one scale for both. */
import { roundStep } from "./scale.js";

/** @typedef {import("./protocol.js").Minute} Minute */

/**
 * @typedef {object} MinuteScale
 * @property {(time: string) => number} x left edge of a minute's slot
 * @property {(amount: number) => number} y
 * @property {number} slot width of one minute
 * @property {number[]} ticks amounts that a line is drawn for, ascending
 * @property {number[]} times milliseconds that a label is drawn for
 */

const MINUTE = 60_000;
/** Fewer minutes than these leave room at the right rather than fat bars. */
const LEAST_MINUTES = 30;
const LABEL_PIXELS = 64;
const TICKS = 3;

/**
 * @param {Minute[]} minutes ascending, at least one
 * @param {number} width pixels
 * @param {number} height pixels
 * @returns {MinuteScale}
 */
export function minuteScale(minutes, width, height) {
  const first = Date.parse(minutes[0]?.time ?? "");
  const last = Date.parse(minutes.at(-1)?.time ?? "");
  const count = Math.max(LEAST_MINUTES, (last - first) / MINUTE + 1);
  const slot = width / count;
  const above = Math.max(1, ...minutes.map((minute) => Math.max(minute.call_premium, minute.net_premium)));
  const below = Math.max(1, ...minutes.map((minute) => Math.max(minute.put_premium, -minute.net_premium)));
  const step = roundStep(Math.max(above, below), TICKS);
  const [top, bottom] = [Math.ceil(above / step) * step, Math.ceil(below / step) * step];
  const ticks = [];
  for (let tick = -bottom; tick <= top + step / 2; tick += step) ticks.push(tick);
  const every = [5, 10, 15, 30, 60, 120].find((stride) => stride * slot >= LABEL_PIXELS) ?? 240;
  const times = [];
  const stride = every * MINUTE;
  for (let time = Math.ceil(first / stride) * stride; time <= last; time += stride) times.push(time);
  return {
    x: (time) => ((Date.parse(time) - first) / MINUTE) * slot,
    y: (amount) => ((top - amount) / (top + bottom)) * height,
    slot,
    ticks,
    times,
  };
}
