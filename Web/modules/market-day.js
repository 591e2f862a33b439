/** Days and clock times of New York: what an address, a command or a window of time is written in. */
import { easternOffsetMilliseconds, instantOf } from "./format.js";

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;

/** The regular session of stocks; index options go on for a quarter of an hour. */
export const OPEN = "09:30";
export const CLOSE = "16:00";
/** Trading before and after it. */
export const FIRST = "04:00";
export const LAST = "20:00";

/**
 * The day in New York at an instant: "2026-11-20"; "" for no time.
 * @param {string | number | null | undefined} time
 */
export function marketDate(time) {
  const instant = instantOf(time);
  if (instant === null) return "";
  return new Date(instant + easternOffsetMilliseconds(instant)).toISOString().slice(0, 10);
}

/**
 * The instant at which New York's clocks show this, in milliseconds since 1970; null for what is no day or no time.
 * @param {string} date "2026-11-20"
 * @param {string} clock "09:30"
 */
export function marketInstant(date, clock) {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  const minutes = minutesOf(clock);
  if (!Number.isFinite(day) || minutes === null) return null;
  const local = day + minutes * MINUTE;
  // New York is five hours behind for half of the year, four for the other: a first guess finds which.
  return local - easternOffsetMilliseconds(local + 5 * HOUR);
}

/**
 * Minutes since midnight of "09:30"; null for what is no such time.
 * @param {string} clock
 */
export function minutesOf(clock) {
  const parts = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(clock);
  return parts ? Number(parts[1]) * 60 + Number(parts[2]) : null;
}

/**
 * Whole days from an instant's day in New York to another day.
 * @param {string | number} time
 * @param {string} date
 */
export function marketDaysUntil(time, date) {
  return Math.round((Date.parse(date) - Date.parse(marketDate(time))) / DAY);
}
