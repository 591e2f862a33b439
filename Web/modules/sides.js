/** Direction in words, glyphs and classes: never by colour alone. */

/** @typedef {import("./protocol.js").Side} Side */
/** @typedef {{ glyph: string, word: string, className: string }} Direction */

/** @type {Record<Side, Direction>} */
const SIDES = {
  buy: { glyph: "▲", word: "buy", className: "up" },
  sell: { glyph: "▼", word: "sell", className: "down" },
  mid: { glyph: "◆", word: "mid", className: "flat" },
  unknown: { glyph: "?", word: "n/a", className: "flat" },
};

/**
 * @param {Side} side
 * @returns {Direction}
 */
export function directionOfSide(side) {
  return SIDES[side] ?? SIDES.unknown;
}

/**
 * @param {number} value
 * @returns {Direction}
 */
export function directionOfValue(value) {
  if (value > 0) return { glyph: "▲", word: "up", className: "up" };
  if (value < 0) return { glyph: "▼", word: "down", className: "down" };
  return { glyph: "·", word: "even", className: "flat" };
}

/** @param {"call" | "put" | null | undefined} type */
export function classOfType(type) {
  return type === "call" ? "call" : type === "put" ? "put" : "";
}

/** @param {"call" | "put" | null | undefined} type */
export function letterOfType(type) {
  return type === "call" ? "C" : type === "put" ? "P" : "";
}
