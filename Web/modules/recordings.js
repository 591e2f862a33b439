/** The days that can be played, the window that is chosen of one, and the command that plays it beside a server. */
import { minutesOf } from "./market-day.js";
import { formatCompact, formatEastern } from "./format.js";

/**
 * A day that a server can play; null where only its events tell.
 * @typedef {object} Day
 * @property {string} date
 * @property {"journal" | "cache"} source as it was received live, or as it was fetched
 * @property {number} bytes
 * @property {number | null} trades
 * @property {number | null} quotes
 * @property {string | null} first
 * @property {string | null} last
 */

/**
 * What is chosen.
 * @typedef {object} Choice
 * @property {string} day
 * @property {string} source
 * @property {string} from clock time of New York, "" for the beginning
 * @property {string} to
 * @property {string} speed
 */

/**
 * The choice that an address names.
 * @param {Record<string, string>} params
 * @returns {Choice}
 */
export function choiceOf({ day = "", source = "", from = "09:30", to = "16:00", speed = "10" }) {
  return { day, source, from, to, speed };
}

/**
 * What is wrong with a choice, in words; "" for nothing.
 * @param {Choice} choice
 */
export function problemOf({ day, from, to }) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return "Choose a day first.";
  const [first, last] = [from, to].map((clock) => (clock === "" ? null : minutesOf(clock)));
  if ((from !== "" && first === null) || (to !== "" && last === null)) return "A time is written as 09:30.";
  if (typeof first === "number" && typeof last === "number" && last <= first) return `It must end after ${from}.`;
  return "";
}

/**
 * The command that plays it on a port of its own. It keeps nothing: the database belongs to the server that runs.
 * @param {Choice} choice
 * @param {number} port
 */
export function commandText({ day, source, from, to, speed }, port) {
  const words = ["marketflow serve", `--replay ${day}`];
  if (source === "cache") words.push("--from-cache");
  if (from !== "") words.push(`--replay-from ${from}`);
  if (to !== "") words.push(`--replay-to ${to}`);
  words.push(`--replay-speed ${speed}`, "--no-store", `--port ${port}`);
  return words.join(" ");
}

/**
 * A port beside that of this page.
 * @param {string} here as `location.port`
 */
export function portBeside(here) {
  const port = Number(here);
  return port >= 1024 && port < 65_535 ? port + 1 : 8001;
}

/**
 * What is known of a day beside its date, in words.
 * @param {Day} day
 */
export function dayWords({ source, bytes, trades, first, last }) {
  const words = [source === "cache" ? "fetched" : "recorded"];
  if (first !== null && last !== null) {
    words.push(`${formatEastern(first, "minutes")}–${formatEastern(last, "minutes")}`);
  }
  words.push(trades === null ? `${formatCompact(bytes)}B` : `${formatCompact(trades)} prints`);
  return words.join(", ");
}

/** @param {string} date */
export function weekdayOf(date) {
  const instant = Date.parse(date);
  if (!Number.isFinite(instant)) return "";
  return new Intl.DateTimeFormat("en-US", { weekday: "short", timeZone: "UTC" }).format(instant);
}
