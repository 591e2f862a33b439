/** One row of a tape: its cells, and what they say of a print. */
import { element, setAttribute, setClass, setText } from "../modules/dom.js";
import {
  daysToExpiry,
  formatCount,
  formatDelta,
  formatEastern,
  formatExpiry,
  formatMilliseconds,
  formatMoney,
  formatPrice,
  formatStrike,
  formatUTC,
  formatVolatility,
} from "../modules/format.js";
import { chipsOf } from "../modules/flags.js";
import { methodWords } from "../modules/nbbo.js";
import { classOfType, directionOfSide, letterOfType } from "../modules/sides.js";
import { LARGE_PREMIUM } from "../modules/tape.js";

/** @typedef {import("../modules/tape.js").Entry} Entry */
/** @typedef {import("../modules/protocol.js").Print} Print */
/** @typedef {ReturnType<typeof makeRow>} Row */

let rowsMade = 0;

/**
 * @param {"cell" | "gridcell"} role
 * @param {boolean} isWide with quote, venue and greeks
 */
export function makeRow(role, isWide) {
  rowsMade += 1;
  /** @type {(className: string) => HTMLSpanElement} */
  const cell = (className) => element("span", className, { role });
  const cells = {
    time: cell("time"),
    symbol: cell("symbol"),
    contract: cell("contract-cell"),
    side: cell("side"),
    price: cell("price"),
    size: cell("size"),
    premium: cell("premium"),
    chips: cell("chips"),
  };
  const wide = isWide
    ? { quote: cell("quote"), age: cell("age"), delta: cell("delta"), iv: cell("iv"), venue: cell("venue") }
    : null;
  const clock = element("span");
  const fraction = element("span", "fraction");
  cells.time.append(clock, fraction);
  const leg = element("span");
  const expiry = element("span");
  cells.contract.append(leg, " ", expiry);
  const glyph = element("span");
  const word = element("span", "word");
  cells.side.append(glyph, " ", word);
  const { chips, ...first } = cells;
  const node = element("div", "tape-row", { role: "row", id: `tape-row-${rowsMade}` }, [
    ...Object.values(first),
    ...Object.values(wide ?? {}),
    chips,
  ]);
  return {
    node,
    ...cells,
    wide,
    clock,
    fraction,
    leg,
    expiry,
    glyph,
    word,
    print: /** @type {Print | null} */ (null),
    missedBefore: 0,
    session: /** @type {string | null} */ (null),
    isActive: false,
    marks: "",
    index: -1,
  };
}

/**
 * @param {Row} row
 * @param {Entry} entry
 * @param {string | null} session
 */
export function writeRow(row, { print, missedBefore }, session) {
  const direction = directionOfSide(print.side);
  const classes = ["tape-row"];
  if (print.premium >= LARGE_PREMIUM) classes.push("large", `${direction.className}-row`);
  if (print.cancelled) classes.push("cancelled");
  if (missedBefore > 0) classes.push("gap");
  if (row.isActive) classes.push("active");
  setClass(row.node, classes.join(" "));

  const time = formatEastern(print.time, "milliseconds");
  setText(row.clock, time.slice(0, 8));
  setText(row.fraction, time.slice(8));
  setAttribute(row.time, "title", formatUTC(print.time));
  setText(row.symbol, print.underlying);
  setText(row.leg, print.strike === null ? "stock" : `${formatStrike(print.strike)} ${letterOfType(print.type)}`);
  setClass(row.leg, classOfType(print.type));
  const isToday = daysToExpiry(print.expiry, session) === 0;
  setText(row.expiry, print.expiry === null ? "" : isToday ? "0D" : formatExpiry(print.expiry, session));
  setClass(row.expiry, isToday ? "chip chip-zero" : "quiet");
  setText(row.glyph, direction.glyph);
  setText(row.word, row.wide === null ? direction.word : `${direction.word} ${SHORT_METHODS[print.method] ?? ""}`);
  setClass(row.side, `side ${direction.className}`);
  setAttribute(row.side, "title", explanation(print));
  setText(row.price, formatPrice(print.price));
  setText(row.size, formatCount(print.size));
  setText(row.premium, formatMoney(print.premium));
  setClass(row.premium, `premium ${direction.className === "flat" ? "" : direction.className}`.trimEnd());
  if (row.wide !== null) writeWide(row.wide, print);
  const chips = chipsOf(print, missedBefore);
  // Most prints have none, and rows are many.
  const marks = chips.map((chip) => `${chip.className} ${chip.text} ${chip.meaning}`).join();
  if (row.marks === marks) return;
  row.marks = marks;
  row.chips.replaceChildren(
    ...chips.map((chip) => element("span", `chip ${chip.className}`, { title: chip.meaning }, [chip.text])),
  );
}

/** The rule that decided a side in the few letters a column has. @type {Record<string, string>} */
const SHORT_METHODS = {
  at_or_above_ask: "at ask",
  at_or_below_bid: "at bid",
  above_mid: "over mid",
  below_mid: "under mid",
  at_mid: "",
  tick: "by tick",
  tick_without_quote: "by tick",
  no_quote: "no quote",
  crossed_quote: "crossed",
  stale_quote: "old quote",
  multi_leg: "multi",
  stock_tied: "stock-tied",
  cross: "cross",
  late_or_out_of_sequence: "late",
  cancelled: "cancel",
  off_market: "off market",
};

/**
 * @param {NonNullable<Row["wide"]>} wide
 * @param {Print} print
 */
function writeWide(wide, print) {
  setText(
    wide.quote,
    print.bid === null || print.ask === null ? "no quote" : `${formatPrice(print.bid)} × ${formatPrice(print.ask)}`,
  );
  setText(wide.age, formatMilliseconds(print.quote_age_ms));
  setText(wide.delta, formatDelta(print.delta));
  setText(wide.iv, formatVolatility(print.iv));
  setText(wide.venue, print.venue_name);
  setAttribute(wide.venue, "title", print.condition_names.join(", ") || "regular");
}

/** @param {Print} print */
function explanation(print) {
  return `${methodWords(print)}; ${print.venue_name}; ${print.condition_names.join(", ") || "regular"}`;
}
