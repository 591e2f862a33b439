/** A print against the best quotes it met: where it lies between them, and what was concluded, in words. */
import { formatMilliseconds, formatPrice } from "./format.js";

/** @typedef {import("./protocol.js").Print} Print */
/** @typedef {{ bid: number, mid: number, ask: number, price: number }} Places 0 is the left edge, 1 the right */

/** Part of the width that is left free at each edge. */
const MARGIN = 0.12;

/**
 * Places on a line for bid, middle, ask and price; null without a quote that is one.
 * @param {Print} print
 * @returns {Places | null}
 */
export function placesOf({ bid, ask, price }) {
  if (bid === null || ask === null || ask < bid) return null;
  const low = Math.min(bid, price);
  const span = Math.max(ask, price) - low;
  /** @type {(value: number) => number} */
  const place = (value) => span > 0 ? MARGIN + ((value - low) / span) * (1 - 2 * MARGIN) : 0.5;
  return { bid: place(bid), mid: place((bid + ask) / 2), ask: place(ask), price: place(price) };
}

/** @type {Record<string, string>} */
const METHODS = {
  above_mid: "above the middle of the quote",
  below_mid: "below the middle of the quote",
  at_mid: "at the middle of the quote",
  tick: "at the middle; the side is told by the last change of price",
  tick_without_quote: "without a quote; the side is told by the last change of price",
  no_quote: "no quote was known",
  crossed_quote: "the quote was crossed",
  stale_quote: "the quote was too old to tell",
  multi_leg: "leg of an order in several instruments, which says nothing of a side",
  stock_tied: "tied to a trade in the stock, which says nothing of a side",
  cross: "a cross: both sides were arranged",
  late_or_out_of_sequence: "reported late or out of sequence",
  cancelled: "cancelled",
  off_market: "may be priced outside the market",
};

/** @type {Record<string, string>} */
const SIDES = { buy: "Bought", sell: "Sold", mid: "Neither bought nor sold", unknown: "Side unknown" };

/**
 * What was concluded and why: "Bought: at the ask, quote 120 ms old".
 * @param {Print} print
 */
export function methodWords(print) {
  const age = print.quote_age_ms === null ? "no quote" : `quote ${formatMilliseconds(print.quote_age_ms)} old`;
  return `${SIDES[print.side] ?? print.side}: ${reasonOf(print)}, ${age}`;
}

/** @param {Print} print */
function reasonOf(print) {
  if (print.method === "at_or_above_ask") {
    return print.ask !== null && print.price > print.ask ? `above the ask of ${formatPrice(print.ask)}` : "at the ask";
  }
  if (print.method === "at_or_below_bid") {
    return print.bid !== null && print.price < print.bid ? `below the bid of ${formatPrice(print.bid)}` : "at the bid";
  }
  return METHODS[print.method] ?? print.method.replaceAll("_", " ");
}
