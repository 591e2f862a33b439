/** Counts of alerts as the page draws them. */
import { marketDate } from "./market-day.js";
import { formatEastern, formatExpiry } from "./format.js";

/** @typedef {{ name: string, count: number }} Count */
/** @typedef {{ time: string, count: number }} HourCount */
/** @typedef {{ start: number, label: string, count: number }} Column */

/**
 * @typedef {object} ChannelCount
 * @property {string} name
 * @property {number} queued
 * @property {number} delivered
 * @property {number} dead
 * @property {number | null} success 0 to 1
 */

/**
 * @typedef {object} Statistics
 * @property {string} since
 * @property {number} alerts
 * @property {number} repeats
 * @property {Count[]} by_kind
 * @property {Count[]} by_rule
 * @property {Count[]} by_severity
 * @property {Count[]} by_state
 * @property {HourCount[]} by_hour
 * @property {ChannelCount[]} channels
 */

/** A channel as /health tells of it. */
/**
 * @typedef {object} ChannelHealth
 * @property {string} name
 * @property {string} kind
 * @property {"closed" | "open" | "half_open"} breaker
 * @property {number} waiting
 * @property {number} dead
 * @property {number} failed_tries
 * @property {string | null} last_error
 * @property {string | null} last_error_time
 * @property {string | null} last_delivery_time
 */

/** Stretches to choose from, in hours. @type {[string, string][]} */
export const STRETCHES = [["24", "24 hours"], ["168", "7 days"], ["720", "30 days"]];

const HOUR = 3_600_000;
/** From so many hours on a column is a day. */
const BY_DAY_FROM = 400;

/**
 * One column for each hour since a moment, or for each day of New York where the hours are many; hours without alerts have none.
 * @param {HourCount[]} hours
 * @param {number} stretch hours
 * @param {number} until milliseconds since 1970; belongs to the last column
 * @returns {Column[]} ascending
 */
export function columnsOf(hours, stretch, until) {
  const counts = new Map(hours.map(({ time, count }) => [Math.floor(Date.parse(time) / HOUR), count]));
  const last = Math.floor(until / HOUR);
  /** @type {Column[]} */
  const columns = [];
  for (let hour = last - stretch; hour <= last; hour += 1) {
    const [start, count] = [hour * HOUR, counts.get(hour) ?? 0];
    const day = marketDate(start);
    const label = stretch < BY_DAY_FROM
      ? `${formatExpiry(day, day)} ${formatEastern(start, "minutes")}`
      : formatExpiry(day, day);
    const before = columns.at(-1);
    if (before && before.label === label) before.count += count;
    else columns.push({ start, label, count });
  }
  return columns;
}

/**
 * What a channel does, in a word; and whether somebody should look at it.
 * @param {ChannelHealth | undefined} health undefined for a channel that is not configured any more
 */
export function channelWords(health) {
  if (!health) return { text: "not configured", isBad: false };
  if (health.breaker === "open") return { text: "left alone: no answer", isBad: true };
  if (health.breaker === "half_open") return { text: "being tried again", isBad: true };
  return health.dead > 0 ? { text: "works; some given up", isBad: true } : { text: "works", isBad: false };
}
