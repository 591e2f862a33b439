/** Prints as a table with exact values, as the API names and writes them: what a list of prints gives as CSV. */

/** @typedef {import("./protocol.js").Print} Print */

/** @type {(keyof Print)[]} */
const COLUMNS = [
  "id",
  "time",
  "symbol",
  "underlying",
  "expiry",
  "type",
  "strike",
  "price",
  "size",
  "premium",
  "side",
  "method",
  "bid",
  "ask",
  "quote_age_ms",
  "underlying_price",
  "delta",
  "gamma",
  "iv",
  "greeks_source",
  "net_delta",
  "venue",
  "venue_name",
  "conditions",
  "condition_names",
  "sweep_id",
  "flags",
  "injected",
  "backfilled",
  "cancelled",
];

/**
 * @param {Print[]} prints
 * @returns {string[][]} the first row is the head; a value that is missing is empty, several are parted by a space or "; "
 */
export function tableOfPrints(prints) {
  return [COLUMNS, ...prints.map((print) => COLUMNS.map((column) => textOf(print[column])))];
}

/** @param {Print[keyof Print]} value */
function textOf(value) {
  if (Array.isArray(value)) return value.join(value.some((item) => typeof item === "string") ? "; " : " ");
  return value === null ? "" : String(value);
}
