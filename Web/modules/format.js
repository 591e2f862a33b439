/** Numbers and times as the desk reads them. A missing value is an em dash, never a zero. Times are New York's. */

export const MISSING = "—";
const MINUS = "−";
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const price = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const strike = new Intl.NumberFormat("en-US", { useGrouping: false, maximumFractionDigits: 3 });
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** @typedef {number | null | undefined} Maybe */

/**
 * @param {Maybe} value
 * @returns {value is number}
 */
function known(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/** @param {Maybe} value */
export function formatCount(value) {
  return known(value) ? grouped.format(value).replace("-", MINUS) : MISSING;
}

/** @param {Maybe} value */
export function formatPrice(value) {
  return known(value) ? price.format(value).replace("-", MINUS) : MISSING;
}

/** @param {Maybe} value */
export function formatStrike(value) {
  return known(value) ? strike.format(value) : MISSING;
}

/**
 * Four characters of magnitude with a unit: 950, 26.6K, 9.9M, 1.24B.
 * @param {Maybe} value
 */
export function formatCompact(value) {
  if (!known(value)) return MISSING;
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : "";
  // The limits sit where rounding would print "1000": 999,950 is already 1.0M.
  if (size < 999.5) return sign + size.toFixed(0);
  if (size < 999_950) return `${sign}${(size / 1e3).toFixed(1)}K`;
  if (size < 999_950_000) return `${sign}${(size / 1e6).toFixed(1)}M`;
  return `${sign}${(size / 1e9).toFixed(2)}B`;
}

/**
 * US dollars, compact.
 * @param {Maybe} value
 */
export function formatMoney(value) {
  if (!known(value)) return MISSING;
  const text = formatCompact(value);
  return text.startsWith(MINUS) ? `${MINUS}$${text.slice(1)}` : `$${text}`;
}

/**
 * US dollars, compact, with the sign always shown.
 * @param {Maybe} value
 */
export function formatSignedMoney(value) {
  return known(value) && value > 0 ? `+${formatMoney(value)}` : formatMoney(value);
}

/**
 * A share of one as a whole per cent.
 * @param {Maybe} share
 */
export function formatShare(share) {
  return known(share) ? `${Math.round(share * 100)}%` : MISSING;
}

/**
 * Delta in the trade's own style: no leading zero.
 * @param {Maybe} value
 */
export function formatDelta(value) {
  if (!known(value)) return MISSING;
  const text = Math.abs(value).toFixed(2);
  return (value < 0 && text !== "0.00" ? MINUS : "") + (text.startsWith("0") ? text.slice(1) : text);
}

/**
 * Implied volatility, a fraction, in vol points.
 * @param {Maybe} value
 */
export function formatVolatility(value) {
  return known(value) ? (value * 100).toFixed(1) : MISSING;
}

/**
 * "21 Nov" from "2026-11-21"; the year is added when it is not the session's.
 * @param {string | null | undefined} expiry
 * @param {string | null | undefined} session
 */
export function formatExpiry(expiry, session) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(expiry ?? "");
  if (!parts) return MISSING;
  const month = MONTHS[Number(parts[2]) - 1];
  if (month === undefined) return MISSING;
  const day = `${Number(parts[3])} ${month}`;
  return session && session.slice(0, 4) !== parts[1] ? `${day} ${parts[1]?.slice(2)}` : day;
}

/**
 * Whole days between session and expiry, or null.
 * @param {string | null | undefined} expiry
 * @param {string | null | undefined} session
 */
export function daysToExpiry(expiry, session) {
  const days = (Date.parse(expiry ?? "") - Date.parse(session ?? "")) / DAY;
  return Number.isFinite(days) ? Math.round(days) : null;
}

/**
 * A span of time: 0.2 s, 14 s, 3 m 12 s, 2 h 05 m.
 * @param {Maybe} seconds
 */
export function formatAge(seconds) {
  if (!known(seconds)) return MISSING;
  const span = Math.max(0, seconds);
  if (span < 9.95) return `${span.toFixed(1)} s`;
  const whole = Math.round(span);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${pad(whole % 60, 2)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60), 2)} m`;
}

/** @param {Maybe} milliseconds */
export function formatMilliseconds(milliseconds) {
  if (!known(milliseconds)) return MISSING;
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : formatAge(milliseconds / 1000);
}

const zone = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/New_York",
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
});
/** @type {Map<number, number>} */
const offsets = new Map();

/**
 * New York's offset from UTC at an instant, in milliseconds. Offsets change on whole hours only, so one answer per hour
 * is kept: asking Intl for every print would cost more than drawing it.
 * @param {number} instant
 */
export function easternOffsetMilliseconds(instant) {
  const hour = Math.floor(instant / HOUR);
  const remembered = offsets.get(hour);
  if (remembered !== undefined) return remembered;
  /** @type {Record<string, number>} */
  const field = {};
  for (const part of zone.formatToParts(hour * HOUR)) field[part.type] = Number(part.value);
  const local = Date.UTC(field.year ?? 1970, (field.month ?? 1) - 1, field.day, field.hour);
  const offset = local - hour * HOUR;
  if (offsets.size > 512) offsets.clear();
  offsets.set(hour, offset);
  return offset;
}

/**
 * Milliseconds since 1970 of an RFC 3339 time or of a number, or null.
 * @param {string | number | null | undefined} time
 */
export function instantOf(time) {
  const instant = typeof time === "number" ? time : Date.parse(time ?? "");
  return Number.isFinite(instant) ? instant : null;
}

/**
 * Wall clock in New York.
 * @param {string | number | null | undefined} time
 * @param {"minutes" | "seconds" | "milliseconds"} precision
 */
export function formatEastern(time, precision = "seconds") {
  const instant = instantOf(time);
  if (instant === null) return MISSING;
  const local = instant + easternOffsetMilliseconds(instant);
  const ofDay = ((local % DAY) + DAY) % DAY;
  const minutes = `${pad(Math.floor(ofDay / HOUR), 2)}:${pad(Math.floor((ofDay % HOUR) / MINUTE), 2)}`;
  if (precision === "minutes") return minutes;
  const seconds = `${minutes}:${pad(Math.floor((ofDay % MINUTE) / 1000), 2)}`;
  return precision === "seconds" ? seconds : `${seconds}.${pad(Math.floor(ofDay % 1000), 3)}`;
}

/**
 * The same instant in UTC, for a tooltip.
 * @param {string | number | null | undefined} time
 */
export function formatUTC(time) {
  const instant = instantOf(time);
  if (instant === null) return "";
  return `${new Date(instant).toISOString().replace("T", " ").replace("Z", "")} UTC`;
}

/**
 * @param {number} value
 * @param {number} digits
 */
function pad(value, digits) {
  return String(value).padStart(digits, "0");
}
