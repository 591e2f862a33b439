/** What /gex and /positioning say, and the words for it. */
import { formatPrice, formatStrike } from "./format.js";

/** @typedef {"open_interest" | "flow"} Basis */
/** @typedef {{ figure: string, reason: string, detail: string }} Missing */
/** @typedef {{ strike: number | null, expiry: string | null, call: number | null, put: number | null, net: number | null }} GexRow */
/** @typedef {{ price: number, source: "last_price" | "parity", time: string | null }} Spot */
/** @typedef {{ text: string }} Convention */

/**
 * @typedef {object} Gex
 * @property {string} symbol
 * @property {string | null} session
 * @property {string | null} as_of
 * @property {number} age_seconds
 * @property {Basis} basis
 * @property {Spot | null} spot
 * @property {Convention} convention
 * @property {number | null} net
 * @property {number | null} call
 * @property {number | null} put
 * @property {number | null} zero_gamma
 * @property {number | null} gamma_strike
 * @property {number | null} call_wall
 * @property {number | null} put_wall
 * @property {Missing[]} missing
 * @property {GexRow[]} rows ascending
 * @property {{ price: number, gamma_exposure: number }[]} profile ascending; empty where nothing could be priced anew
 */

/**
 * @typedef {object} Book
 * @property {Basis} basis
 * @property {number} contracts
 * @property {number} without_gamma
 * @property {number} zero_gamma_crossings
 * @property {number | null} delta_exposure
 * @property {number | null} gamma_exposure
 * @property {number | null} vega_exposure
 * @property {number | null} theta_exposure
 * @property {number | null} vanna_exposure
 * @property {number | null} charm_exposure
 * @property {number | null} zero_gamma
 * @property {number | null} gamma_strike
 * @property {number | null} call_wall
 * @property {number | null} put_wall
 * @property {number | null} hedge_shares_per_percent_rise
 * @property {"against_move" | "with_move" | "none" | null} hedge_direction
 * @property {"short_gamma" | "long_gamma" | "delta_hedging" | "neutral" | null} bias
 * @property {number | null} gamma_share
 * @property {Missing[]} missing
 */

/**
 * @typedef {object} PutCall
 * @property {number | null} by_volume
 * @property {number | null} by_premium
 * @property {number | null} by_open_interest
 * @property {Missing[]} missing
 */

/** @typedef {{ expiry: string, contracts: number, put_call: PutCall, max_pain: number | null, missing: Missing[] }} ExpiryPositioning */

/** @typedef {{ time: string, level: string, direction: "up" | "down", price: number, level_price: number }} Crossing */

/**
 * @typedef {object} Positioning
 * @property {string} symbol
 * @property {string | null} session
 * @property {string | null} as_of
 * @property {number} age_seconds
 * @property {Spot | null} spot
 * @property {Convention} convention
 * @property {{ contracts: number, without_open_interest: number, without_gamma: number, without_volatility: number }} coverage
 * @property {Book} open_interest
 * @property {Book} flow
 * @property {PutCall} put_call
 * @property {ExpiryPositioning[]} expiries ascending
 * @property {Crossing[]} crossings newest first
 */

/** A line across a picture of gamma. */
/** @typedef {{ kind: "spot" | "flip" | "call-wall" | "put-wall", name: string, price: number }} Mark */

/** @type {{ basis: Basis, title: string, short: string, meaning: string }[]} */
export const BASES = [
  {
    basis: "open_interest",
    title: "Open interest",
    short: "OI",
    meaning: "The whole position, as of the evening before: dealers are taken to be long calls and short puts",
  },
  {
    basis: "flow",
    title: "Flow",
    short: "Flow",
    meaning: "What this session added: dealers are the other side of each print whose aggressor is known",
  },
];

/** Figures older than this are said to be so: they are worked out every five seconds. */
export const OLD_SECONDS = 30;

/**
 * @param {string | null | undefined} text
 * @returns {Basis}
 */
export function basisOf(text) {
  return text === "flow" ? "flow" : "open_interest";
}

/**
 * The rows nearest to the price, as many as asked for; those in the middle when no price is known.
 * @template {{ strike: number | null }} Row
 * @param {Row[]} rows ascending
 * @param {number | null} spot
 * @param {number} count
 */
export function rowsAround(rows, spot, count) {
  if (rows.length <= count) return rows;
  const above = spot === null ? -1 : rows.findIndex((row) => (row.strike ?? 0) >= spot);
  const middle = spot === null ? Math.floor(rows.length / 2) : above < 0 ? rows.length : above;
  const first = Math.min(rows.length - count, Math.max(0, middle - Math.floor(count / 2)));
  return rows.slice(first, first + count);
}

/**
 * The lines of a picture, in the order in which they choose their places.
 * @param {Pick<Gex, "spot" | "zero_gamma" | "call_wall" | "put_wall">} gex
 * @returns {Mark[]}
 */
export function marksOf(gex) {
  /** @type {Mark[]} */
  const marks = [];
  if (gex.spot) marks.push({ kind: "spot", name: `spot ${formatPrice(gex.spot.price)}`, price: gex.spot.price });
  if (gex.zero_gamma !== null) {
    marks.push({ kind: "flip", name: `flip ${formatPrice(gex.zero_gamma)}`, price: gex.zero_gamma });
  }
  if (gex.call_wall !== null) {
    marks.push({ kind: "call-wall", name: `call wall ${formatStrike(gex.call_wall)}`, price: gex.call_wall });
  }
  if (gex.put_wall !== null) {
    marks.push({ kind: "put-wall", name: `put wall ${formatStrike(gex.put_wall)}`, price: gex.put_wall });
  }
  return marks;
}

/**
 * Why a figure is null, in the server's words; "" when it is not among those missing.
 * @param {Missing[]} missing
 * @param {string} figure
 */
export function reasonOf(missing, figure) {
  return missing.find((row) => row.figure === figure)?.detail ?? "";
}

/** @type {[string, string][]} */
const LEVELS = [["zero_gamma", "flip"], ["call_wall", "call wall"], ["put_wall", "put wall"]];

/**
 * The levels that could not be told, as one sentence; "" when all are there.
 * @param {Missing[]} missing
 */
export function explainLevels(missing) {
  /** @type {Map<string, string[]>} */
  const names = new Map();
  for (const [figure, name] of LEVELS) {
    const detail = reasonOf(missing, figure);
    if (detail) names.set(detail, [...(names.get(detail) ?? []), name]);
  }
  return [...names].map(([detail, levels]) => `No ${levels.join(", no ")}: ${detail}.`).join(" ");
}

/** @type {Record<string, string>} */
const PRESSURES = { against_move: "damps moves", with_move: "feeds moves", none: "no pressure" };

/**
 * What hedging does to a move, in two words.
 * @param {Book["hedge_direction"]} direction
 */
export function pressureOf(direction) {
  return direction === null ? "" : PRESSURES[direction] ?? direction;
}

/**
 * The same of what is chosen; nothing while the answer is another underlying's.
 * @param {Pick<Positioning, "symbol"> & Record<Basis, Pick<Book, "hedge_direction">> | null} answer
 * @param {string | null} symbol
 * @param {Basis} basis
 */
export function pressureFor(answer, symbol, basis) {
  return answer === null || answer.symbol !== symbol ? "" : pressureOf(answer[basis].hedge_direction);
}
