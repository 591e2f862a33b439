/** Order-flow sums of one underlying, as `/flow` and `/ticker` tell them, and the prints behind a row. */
import { formatCount, formatEastern, formatExpiry, formatMoney, formatStrike } from "./format.js";

/** @typedef {import("./protocol.js").Minute} Minute */
/** @typedef {import("./protocol.js").Print} Print */
/** @typedef {"strike" | "expiry" | "type" | "side" | "interval"} Breakdown */

/**
 * @typedef {object} FlowRow
 * @property {number | null} strike
 * @property {string | null} expiry
 * @property {string | null} trade_type
 * @property {import("./protocol.js").Side | null} side
 * @property {string | null} from
 * @property {string | null} to
 * @property {number} trades
 * @property {number} volume
 * @property {number} premium
 * @property {number} call_premium
 * @property {number} put_premium
 * @property {number | null} call_put_premium_ratio
 * @property {number | null} call_put_volume_ratio
 * @property {number} net_premium
 * @property {number} net_delta
 * @property {number | null} sentiment
 * @property {number | null} unlabelled_share
 * @property {number} institutional_premium
 * @property {number | null} institutional_share
 * @property {{ field: string, reason: string }[]} missing
 * @property {string} prints
 * @property {string} institutional_prints
 */

/**
 * @typedef {object} Flow
 * @property {string} symbol
 * @property {string | null} as_of
 * @property {boolean} is_whole
 * @property {Breakdown} by
 * @property {string | null} from
 * @property {number} institutional_threshold
 * @property {FlowRow} totals
 * @property {FlowRow[]} rows
 */

/**
 * @typedef {object} Drill the prints behind a sum, and the sum
 * @property {string} title
 * @property {string} path
 * @property {number | null} trades null when only the premium is told
 * @property {number} premium USD
 * @property {string | null} asOf
 */

/** @typedef {{ trades: number, size: number, premium: number }} Sums */
/** @typedef {{ kind: "partial" | "agrees" | "differs", text: string }} Verdict */

const MINUTE = 60_000;

/** @type {Record<string, string>} */
const TRADE_TYPES = {
  sweep: "Sweep",
  block: "Block",
  multi_leg: "Multi-leg",
  off_book: "Off book",
  single: "Single",
};
/** @type {Record<string, string>} */
const SIDES = { buy: "▲ Bought", sell: "▼ Sold", mid: "◆ At mid", unknown: "? Unknown" };

/**
 * What tells a row from the others of its breakdown; it stands in the address.
 * @param {Breakdown} by
 * @param {FlowRow} row
 */
export function keyOf(by, row) {
  const key = { strike: row.strike, expiry: row.expiry, type: row.trade_type, side: row.side, interval: row.from }[by];
  return String(key ?? "");
}

/**
 * A row's name for people.
 * @param {Breakdown} by
 * @param {FlowRow} row
 * @param {string | null} session
 */
export function nameOf(by, row, session) {
  switch (by) {
    case "strike":
      return formatStrike(row.strike);
    case "expiry":
      return row.expiry === session ? "0D" : formatExpiry(row.expiry, session);
    case "type":
      return TRADE_TYPES[row.trade_type ?? ""] ?? row.trade_type ?? "";
    case "side":
      return SIDES[row.side ?? ""] ?? "";
    case "interval":
      return `${formatEastern(row.from, "minutes")}–${formatEastern(row.to, "minutes")}`;
  }
}

/**
 * @param {FlowRow} row
 * @param {string} title
 * @param {string | null} asOf
 * @param {boolean} isInstitutional only prints of the institutional size
 * @returns {Drill}
 */
export function drillOf(row, title, asOf, isInstitutional) {
  return isInstitutional
    ? { title, path: row.institutional_prints, trades: null, premium: row.institutional_premium, asOf }
    : { title, path: row.prints, trades: row.trades, premium: row.premium, asOf };
}

/**
 * @param {string} symbol
 * @param {Minute} minute
 * @param {string | null} asOf
 * @returns {Drill}
 */
export function drillOfMinute(symbol, minute, asOf) {
  const to = new Date(Date.parse(minute.time) + MINUTE).toISOString();
  const question = new URLSearchParams({ symbol, counted: "true", from: minute.time, to, limit: "1000" });
  return {
    title: `minute ${formatEastern(minute.time, "minutes")}`,
    path: `/prints?${question}`,
    trades: minute.trades,
    premium: minute.call_premium + minute.put_premium,
    asOf,
  };
}

/**
 * The address of the next page of prints.
 * @param {string} path of the first
 * @param {number} before an id; `Infinity` for the first page
 */
export function pageBefore(path, before) {
  if (!Number.isFinite(before)) return path;
  const [route, query] = path.split("?");
  const question = new URLSearchParams(query);
  question.set("cursor", String(before));
  return `${route}?${question}`;
}

/**
 * @param {Print[]} prints
 * @returns {Sums}
 */
export function sumsOf(prints) {
  const sums = { trades: 0, size: 0, premium: 0 };
  for (const print of prints) {
    sums.trades += 1;
    sums.size += print.size;
    sums.premium += print.premium;
  }
  return sums;
}

/**
 * Whether the prints come to what the row says.
 * @param {Drill} drill
 * @param {Sums} seen
 * @param {boolean} isWhole all of the prints are here
 * @returns {Verdict}
 */
export function compare(drill, seen, isWhole) {
  const prints = `${formatCount(seen.trades)} ${seen.trades === 1 ? "print" : "prints"}`;
  if (!isWhole) {
    const all = drill.trades === null ? "" : ` of ${formatCount(drill.trades)}`;
    const text = `So far ${formatCount(seen.trades)}${all} prints, ${formatMoney(seen.premium)} of ${
      formatMoney(drill.premium)
    }.`;
    return { kind: "partial", text };
  }
  // Sums of amounts in millionths of a dollar: what differs by less than a cent is the same.
  const isSame = Math.abs(seen.premium - drill.premium) < 0.01 &&
    (drill.trades === null || drill.trades === seen.trades);
  if (isSame) return { kind: "agrees", text: `${prints}, ${dollars(seen.premium)}: the figures agree.` };
  const more = drill.trades === null ? 0 : seen.trades - drill.trades;
  const why = more > 0
    ? `${formatCount(more)} more came since.`
    : more < 0
    ? `${formatCount(-more)} were taken back since or are no longer kept.`
    : "Some were taken back or corrected since.";
  const told = drill.trades === null ? "" : `${formatCount(drill.trades)} prints, `;
  return {
    kind: "differs",
    text: `${prints}, ${dollars(seen.premium)}; the row said ${told}${dollars(drill.premium)}. ${why}`,
  };
}

/** @param {number} amount */
function dollars(amount) {
  return `$${formatCount(Math.round(amount))}`;
}

/**
 * Minutes of the last hour: the one under way and the 59 before it.
 * @param {Minute[]} minutes ascending
 */
export function lastHour(minutes) {
  const last = Date.parse(minutes.at(-1)?.time ?? "");
  return minutes.filter((minute) => Date.parse(minute.time) > last - 60 * MINUTE);
}

/**
 * What several questions were refused with, each reason once.
 * @param {string[]} refusals "" for none
 */
export function joined(refusals) {
  return [...new Set(refusals.filter((refusal) => refusal !== ""))].join(" ");
}
