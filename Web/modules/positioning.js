/** Where dealers stand, in words: what their book makes of a move, and how far the price is from where that turns. */
import { formatCompact, formatPrice, MISSING } from "./format.js";

/** @typedef {import("./gamma.js").Book} Book */
/** @typedef {import("./gamma.js").Spot} Spot */
/** @typedef {import("./gamma.js").Missing} Missing */

/** @type {Record<string, { title: string, meaning: string, tone: "up" | "down" | "flat" }>} */
const BIASES = {
  long_gamma: {
    title: "Long gamma",
    meaning: "Dealers sell rises and buy falls: expect smaller moves, pulled back to the strikes with most gamma.",
    tone: "up",
  },
  short_gamma: {
    title: "Short gamma",
    meaning: "Dealers buy rises and sell falls: expect moves that feed on themselves, so breakouts run further.",
    tone: "down",
  },
  delta_hedging: {
    title: "Delta hedging",
    meaning: "Gamma is balanced and delta is not: dealers trade to stay flat, and neither damp nor feed moves by much.",
    tone: "flat",
  },
  neutral: {
    title: "Neutral",
    meaning: "Gamma and delta are balanced: dealers' hedging tells little about the next move.",
    tone: "flat",
  },
};

/** @param {Book["bias"]} bias */
export function biasOf(bias) {
  return bias === null ? null : BIASES[bias] ?? { title: bias, meaning: "", tone: "flat" };
}

/**
 * How far the price is from the level where dealers' gamma turns, in words; "" when one of them is not known.
 * @param {Spot | null} spot
 * @param {number | null} flip
 */
export function distanceToFlip(spot, flip) {
  if (!spot || flip === null || spot.price === 0) return "";
  const share = Math.abs(spot.price - flip) / spot.price;
  const where = spot.price >= flip ? "above" : "below";
  return `Spot ${formatPrice(spot.price)} is ${(share * 100).toFixed(2)}% ${where} the flip at ${formatPrice(flip)}.`;
}

/**
 * What dealers trade when the price moves by 1%.
 * @param {number | null} shares bought for a rise; negative: sold
 */
export function hedgeOf(shares) {
  if (shares === null) return "";
  if (shares === 0) return "Dealers need not trade on a 1% move.";
  const amount = formatCompact(Math.abs(shares));
  return shares < 0
    ? `For a 1% rise dealers sell ${amount} shares, for a 1% fall they buy as many.`
    : `For a 1% rise dealers buy ${amount} shares, for a 1% fall they sell as many.`;
}

/** @param {number | null} ratio puts over calls */
export function formatRatio(ratio) {
  return ratio === null ? MISSING : ratio.toFixed(2);
}

/** @type {Record<string, string>} */
const NAMES = {
  delta_exposure: "delta",
  gamma_exposure: "gamma",
  vega_exposure: "vega",
  theta_exposure: "theta",
  vanna_exposure: "vanna",
  charm_exposure: "charm",
  zero_gamma: "flip",
  gamma_strike: "gamma strike",
  call_wall: "call wall",
  put_wall: "put wall",
  hedge_shares_per_percent_rise: "hedging",
  hedge_direction: "",
  bias: "bias",
  gamma_share: "gamma share",
};

/** @param {string} level */
export function nameOfLevel(level) {
  return NAMES[level] ?? level.replaceAll("_", " ");
}

/**
 * The figures that could not be told, each reason once.
 * @param {Missing[]} missing
 * @returns {string[]} sentences
 */
export function explainMissing(missing) {
  /** @type {Map<string, string[]>} */
  const names = new Map();
  for (const { figure, detail } of missing) {
    const name = NAMES[figure] ?? figure.replaceAll("_", " ");
    if (name) names.set(detail, [...(names.get(detail) ?? []), name]);
  }
  return [...names].map(([detail, figures]) => `No ${figures.join(", ")}: ${detail}.`);
}
