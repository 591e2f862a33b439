/**
 * Whether a rule's filters let a print or a detection through, as the server decides it, so that the form can say what a rule would
 * find in what is there already.
 */
import { marketDaysUntil } from "./market-day.js";

/** @typedef {import("./rule.js").Rule} Rule */

/**
 * What is asked of; a row of /prints or /detections.
 * @typedef {Record<string, any>} Row
 */

/** Members of the frame, which filter nothing. */
const UNASKED = ["name", "source", "enabled", "severity_floor", "cool_down_seconds", "cool_down_scope", "channels"];
/** An equity has none of what these ask for. */
const OF_CONTRACT = ["type", "expiry", "min_strike", "max_strike", "min_dte", "max_dte"];

/** @param {number | null} value @param {unknown} least */
const atLeast = (value, least) => value !== null && value >= Number(least);
/** @param {number | null} value @param {unknown} most */
const atMost = (value, most) => value !== null && value <= Number(most);
/** @param {unknown} wanted @param {unknown} value an empty list does not restrict */
const isAny = (wanted, value) => !Array.isArray(wanted) || wanted.length === 0 || wanted.includes(value);

/** @type {Record<string, (row: Row, value: any) => boolean>} */
const COMMON = {
  symbols: (row, value) => value.length === 0 || value.some((/** @type {string} */ symbol) => isSymbol(row, symbol)),
  type: (row, value) => row.type === value,
  expiry: (row, value) => row.expiry === value,
  min_strike: (row, value) => atLeast(row.strike, value),
  max_strike: (row, value) => atMost(row.strike, value),
  min_dte: (row, value) => atLeast(daysOf(row), value),
  max_dte: (row, value) => atMost(daysOf(row), value),
  side: (row, value) => row.side === value,
  min_premium: (row, value) => atLeast(row.premium, value),
  min_size: (row, value) => atLeast(row.size, value),
};

/** @type {Record<string, Record<string, (row: Row, value: any) => boolean>>} */
const FILTERS = {
  prints: {
    ...COMMON,
    methods: (row, value) => isAny(value, row.method),
    flags: (row, value) => value.every((/** @type {string} */ flag) => row.flags.includes(flag)),
    venues: (row, value) => isAny(value, row.venue),
    min_delta: (row, value) => atLeast(row.delta, value),
    max_delta: (row, value) => atMost(row.delta, value),
    min_gamma: (row, value) => atLeast(row.gamma, value),
    max_gamma: (row, value) => atMost(row.gamma, value),
    min_iv: (row, value) => atLeast(row.iv, value),
    max_iv: (row, value) => atMost(row.iv, value),
  },
  detections: {
    ...COMMON,
    kinds: (row, value) => isAny(value, row.kind),
    min_confidence: (row, value) => atLeast(row.confidence, value),
    min_prints: (row, value) => atLeast(row.prints, value),
    effect: (row, value) => row.effect === value,
  },
};

/**
 * Whether the rule's filters are such that this page can tell.
 * @param {Rule} rule
 */
export function canMatch(rule) {
  const filters = FILTERS[String(rule.source)];
  return filters !== undefined && Object.keys(rule).every((name) => UNASKED.includes(name) || filters[name]);
}

/**
 * @param {Rule} rule one that `canMatch` takes
 * @param {Row} row
 */
export function matches(rule, row) {
  const filters = FILTERS[String(rule.source)] ?? {};
  if (row.state === "withdrawn") return false;
  if (row.type === null && OF_CONTRACT.some((name) => rule[name] !== undefined)) return false;
  return Object.entries(rule).every(([name, value]) => filters[name]?.(row, value) ?? true);
}

/**
 * The question for what a rule is tried on: the newest rows of its least premium.
 * @param {Rule} rule
 * @param {number} limit
 */
export function samplePath(rule, limit) {
  const least = Number(rule.min_premium);
  const premium = Number.isFinite(least) && least > 0 ? `&min_premium=${least}` : "";
  return `/${rule.source}?limit=${limit}${premium}`;
}

/** @param {Row} row */
function daysOf(row) {
  return row.expiry === null ? null : marketDaysUntil(row.last_time ?? row.time, row.expiry);
}

/**
 * @param {Row} row
 * @param {string} symbol
 */
function isSymbol(row, symbol) {
  const name = String(symbol).toUpperCase();
  return name === row.symbol || name === row.underlying || `O:${name}` === row.symbol;
}
