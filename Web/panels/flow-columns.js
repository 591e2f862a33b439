/** The columns of the ticker page's tables. */
import { keyOf, nameOf } from "../modules/flow.js";
import {
  formatCompact,
  formatCount,
  formatEastern,
  formatMoney,
  formatPrice,
  formatShare,
  formatUTC,
  MISSING,
} from "../modules/format.js";
import { directionOfValue } from "../modules/sides.js";

/** @typedef {import("../modules/flow.js").FlowRow} FlowRow */
/** @typedef {import("../modules/flow.js").Breakdown} Breakdown */
/** @typedef {import("../modules/protocol.js").Minute} Minute */
/**
 * @template Row
 * @typedef {import("./flow-table.js").Column<Row>} Column
 */

/** What the bars and shares of a table are measured by; written before each update. */
export class Scale {
  /** Largest call or put premium of a row. */
  half = 1;
  /** Largest premium of a row. */
  whole = 1;
  /** Premium of all rows. */
  total = 1;
  session = /** @type {string | null} */ (null);

  /**
   * @param {FlowRow[]} rows
   * @param {string | null} session
   */
  measure(rows, session) {
    this.half = Math.max(1, ...rows.map((row) => Math.max(row.call_premium, row.put_premium)));
    this.whole = Math.max(1, ...rows.map((row) => row.premium));
    this.total = Math.max(1, rows.reduce((sum, row) => sum + row.premium, 0));
    this.session = session;
  }
}

/**
 * Calls to the left, puts to the right of the strike.
 * @param {Scale} scale
 * @returns {Column<FlowRow>[]}
 */
export function strikeColumns(scale) {
  return [
    netDelta,
    net,
    {
      head: "Calls",
      meaning: "Premium of calls, USD",
      className: "bar-call",
      text: (row) => formatMoney(row.call_premium),
      value: (row) => row.call_premium,
      share: (row) => row.call_premium / scale.half,
    },
    {
      head: "Strike",
      className: "strike",
      text: (row) => nameOf("strike", row, null),
      value: (row) => row.strike,
    },
    {
      head: "Puts",
      meaning: "Premium of puts, USD",
      className: "bar-put",
      text: (row) => formatMoney(row.put_premium),
      value: (row) => row.put_premium,
      share: (row) => row.put_premium / scale.half,
    },
    trades,
  ];
}

/**
 * @param {Breakdown} by
 * @param {string} head
 * @param {Scale} scale
 * @returns {Column<FlowRow>[]}
 */
export function rowColumns(by, head, scale) {
  return [
    {
      head,
      className: "left name",
      text: (row) => nameOf(by, row, scale.session),
      value: (row) => keyOf(by, row),
      title: (row) => by === "interval" ? formatUTC(row.from) : row.expiry,
    },
    {
      head: "Premium",
      meaning: "USD; the bar is its part of the largest",
      className: "premium",
      text: (row) => formatMoney(row.premium),
      value: (row) => row.premium,
      share: (row) => row.premium / scale.whole,
    },
    {
      head: "Share",
      meaning: "Of all premium in this table",
      className: "quiet wide",
      text: (row) => formatShare(row.premium / scale.total),
      value: (row) => row.premium / scale.total,
    },
    {
      head: "Calls",
      meaning: "Premium of calls, USD",
      className: "call",
      text: (row) => formatMoney(row.call_premium),
      value: (row) => row.call_premium,
    },
    {
      head: "Puts",
      meaning: "Premium of puts, USD",
      className: "put",
      text: (row) => formatMoney(row.put_premium),
      value: (row) => row.put_premium,
    },
    net,
    {
      head: "Sent.",
      meaning: "Sentiment, −1 bearish (calls sold, puts bought) to 1 bullish (calls bought, puts sold)",
      text: (row) => sentimentText(row.sentiment),
      value: (row) => row.sentiment,
      tone: (row) => directionOfValue(row.sentiment ?? 0).className,
      title: (row) => reasonOf(row, "sentiment"),
    },
    {
      head: "Inst.",
      meaning: "Part of the premium in prints of institutional size",
      className: "quiet wide",
      text: (row) => formatShare(row.institutional_share),
      value: (row) => row.institutional_share,
      title: (row) => reasonOf(row, "institutional_share"),
    },
    { ...trades, className: "quiet wide" },
  ];
}

/** @type {Column<FlowRow>} */
const net = {
  head: "Net",
  meaning: "Premium bought less premium sold, USD",
  text: (row) => signed(row.net_premium),
  value: (row) => row.net_premium,
  tone: (row) => directionOfValue(row.net_premium).className,
};

/** @type {Column<FlowRow>} */
const netDelta = {
  head: "Net Δ",
  meaning: "Delta bought less delta sold, in contracts",
  className: "wide",
  text: (row) => {
    const direction = directionOfValue(Math.round(row.net_delta));
    return `${direction.glyph} ${formatCompact(Math.abs(row.net_delta))}`;
  },
  value: (row) => row.net_delta,
  tone: (row) => directionOfValue(Math.round(row.net_delta)).className,
};

/** @type {Column<FlowRow>} */
const trades = {
  head: "Prints",
  className: "quiet",
  text: (row) => formatCount(row.trades),
  value: (row) => row.trades,
};

/** @type {Column<Minute>[]} */
export const MINUTE_COLUMNS = [
  {
    head: "Minute",
    className: "left name",
    text: (minute) => formatEastern(minute.time, "minutes"),
    value: (minute) => minute.time,
    title: (minute) => formatUTC(minute.time),
  },
  {
    head: "Calls",
    meaning: "Premium of calls, USD",
    className: "call",
    text: (minute) => formatMoney(minute.call_premium),
    value: (minute) => minute.call_premium,
  },
  {
    head: "Puts",
    meaning: "Premium of puts, USD",
    className: "put",
    text: (minute) => formatMoney(minute.put_premium),
    value: (minute) => minute.put_premium,
  },
  {
    head: "Net",
    meaning: "Premium bought less premium sold, USD",
    text: (minute) => signed(minute.net_premium),
    value: (minute) => minute.net_premium,
    tone: (minute) => directionOfValue(minute.net_premium).className,
  },
  {
    head: "Prints",
    className: "quiet",
    text: (minute) => formatCount(minute.trades),
    value: (minute) => minute.trades,
  },
  {
    head: "Price",
    meaning: "Last price of the underlying in the minute",
    text: (minute) => formatPrice(minute.underlying_price),
    value: (minute) => minute.underlying_price,
  },
];

/**
 * An amount with its direction as a glyph.
 * @param {number} amount
 */
export function signed(amount) {
  return `${directionOfValue(amount).glyph} ${formatMoney(Math.abs(amount))}`;
}

/** @param {number | null} sentiment */
export function sentimentText(sentiment) {
  if (sentiment === null) return MISSING;
  return `${directionOfValue(sentiment).glyph} ${Math.abs(sentiment).toFixed(2)}`;
}

/**
 * Why a figure is not there.
 * @param {FlowRow} row
 * @param {string} field
 */
export function reasonOf(row, field) {
  return row.missing.find((missing) => missing.field === field)?.reason ?? null;
}
