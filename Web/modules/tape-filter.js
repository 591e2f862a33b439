/** Which prints a reader wants: from the address, as a test of one print, and as a question to the server. */
import { daysToExpiry } from "./format.js";
import { isSweep } from "./tape.js";

/** @typedef {import("./protocol.js").Print} Print */
/** @typedef {import("./protocol.js").Side} Side */

/**
 * @typedef {object} Subject what a text like "SPY 672 C" asks for; null leaves it open
 * @property {string | null} underlying
 * @property {string | null} contract as the vendor writes it
 * @property {number | null} strike
 * @property {"call" | "put" | null} type
 * @property {string | null} unread the first word that says nothing: then no print is meant
 */

/**
 * @typedef {object} TapeFilter
 * @property {Subject} subject
 * @property {"call" | "put" | "stock" | null} type
 * @property {Side | null} side
 * @property {number} minPremium USD
 * @property {number} minSize contracts or shares
 * @property {string | null} expiry "0D", "week" or a day
 * @property {Kind[]} kinds any of them; none asks for nothing special
 * @property {boolean} hidesVoid
 */

/** @typedef {"sweep" | "block" | "off_exchange" | "multi_leg"} Kind */

/** @type {Record<Kind, (print: Print) => boolean>} */
const KINDS = {
  sweep: isSweep,
  block: (print) => print.flags.includes("block"),
  off_exchange: (print) => print.flags.includes("off_exchange"),
  multi_leg: (print) => print.flags.includes("multi_leg"),
};

const CONTRACT = /^(?:O:)?([A-Z][A-Z0-9.]{0,5}\d{6}[CP]\d{8})$/;
const STRIKE = /^\$?(\d+(?:\.\d+)?)(C|P|CALLS?|PUTS?)?$/;
const TYPE = /^(C|P|CALLS?|PUTS?)$/;
const UNDERLYING = /^[A-Z][A-Z0-9.]{0,9}$/;

/**
 * @param {string} text
 * @returns {Subject}
 */
export function readSubject(text) {
  /** @type {Subject} */
  const subject = { underlying: null, contract: null, strike: null, type: null, unread: null };
  for (const word of text.toUpperCase().split(/\s+/).filter((part) => part !== "")) {
    const contract = CONTRACT.exec(word);
    const strike = STRIKE.exec(word);
    if (contract) subject.contract = `O:${contract[1]}`;
    else if (strike) {
      subject.strike = Number(strike[1]);
      if (strike[2]) subject.type = typeOf(strike[2]);
      // "C" alone is a ticker, behind a symbol or a strike it is the calls.
    } else if (TYPE.test(word) && (subject.underlying !== null || subject.strike !== null || word.length > 1)) {
      subject.type = typeOf(word);
    } else if (UNDERLYING.test(word) && subject.underlying === null) subject.underlying = word;
    else subject.unread ??= word;
  }
  return subject;
}

/** @param {string} word */
function typeOf(word) {
  return word.startsWith("C") ? "call" : "put";
}

/**
 * @param {Record<string, string>} params of the address
 * @returns {TapeFilter}
 */
export function readFilter(params) {
  const kinds = (params.kind ?? "").split(",");
  return {
    subject: readSubject(params.symbol ?? ""),
    type: oneOf(params.type, ["call", "put", "stock"]),
    side: oneOf(params.side, ["buy", "sell", "mid", "unknown"]),
    minPremium: amountOf(params.min_premium),
    minSize: amountOf(params.min_size),
    expiry: /^(0D|week|\d{4}-\d{2}-\d{2})$/.test(params.expiry ?? "") ? params.expiry ?? null : null,
    kinds: /** @type {Kind[]} */ (Object.keys(KINDS).filter((kind) => kinds.includes(kind))),
    hidesVoid: params.hide === "void",
  };
}

/**
 * @template {string} Choice
 * @param {string | undefined} text
 * @param {Choice[]} choices
 * @returns {Choice | null}
 */
function oneOf(text, choices) {
  return choices.find((choice) => choice === text) ?? null;
}

/** @param {string | undefined} text */
function amountOf(text) {
  const amount = Number(text ?? "");
  return Number.isFinite(amount) && amount > 0 ? amount : 0;
}

/**
 * The test of a print.
 * @param {TapeFilter} filter
 * @param {string | null} session day that "0D" and "week" are told from
 * @returns {(print: Print) => boolean}
 */
export function passesOf(filter, session) {
  const { subject, type, side, minPremium, minSize, expiry, kinds, hidesVoid } = filter;
  if (subject.unread !== null) return () => false;
  return (print) =>
    print.premium >= minPremium && print.size >= minSize &&
    (side === null || print.side === side) &&
    (type === null || print.type === (type === "stock" ? null : type)) &&
    isOfSubject(print, subject) &&
    (expiry === null || expires(print, expiry, session)) &&
    (kinds.length === 0 || kinds.some((kind) => KINDS[kind](print))) &&
    !(hidesVoid && isVoid(print));
}

/**
 * @param {Print} print
 * @param {Subject} subject
 */
function isOfSubject(print, subject) {
  return (subject.underlying === null || print.underlying === subject.underlying) &&
    (subject.contract === null || print.symbol === subject.contract) &&
    (subject.strike === null || print.strike === subject.strike) &&
    (subject.type === null || print.type === subject.type);
}

/**
 * @param {Print} print
 * @param {string} expiry
 * @param {string | null} session
 */
function expires(print, expiry, session) {
  if (print.expiry === null) return false;
  if (expiry !== "0D" && expiry !== "week") return print.expiry === expiry;
  const days = daysToExpiry(print.expiry, session);
  return days !== null && (expiry === "0D" ? days === 0 : days >= 0 && days <= 7);
}

/**
 * Whether a print counts in no sum: it was cancelled, or it is an option print with a condition that keeps it out of the volume
 * (the tape's cancellations and late reports, 201 to 207).
 * @param {Print} print
 */
export function isVoid(print) {
  return print.cancelled || (print.type !== null && print.conditions.some((number) => number >= 201 && number <= 207));
}

/**
 * What the server can leave out of its answer already; the rest is left to `passesOf`.
 * @param {TapeFilter} filter
 * @param {string | null} session
 * @returns {Record<string, string>}
 */
export function questionOf(filter, session) {
  const { subject } = filter;
  /** @type {Record<string, string>} */
  const question = {};
  const symbol = subject.contract ?? subject.underlying;
  if (symbol !== null) question.symbol = symbol;
  if (subject.strike !== null) question.min_strike = question.max_strike = String(subject.strike);
  const type = subject.type ?? filter.type;
  if (type === "call" || type === "put") question.type = type;
  if (filter.side !== null) question.side = filter.side;
  if (filter.minPremium > 0) question.min_premium = String(filter.minPremium);
  const expiry = filter.expiry === "0D" ? session : filter.expiry;
  if (expiry !== null && expiry !== "week") question.expiry = expiry;
  // The server's other trade types exclude each other; only "sweep", its first, is the same as here.
  if (filter.kinds.length === 1 && filter.kinds[0] === "sweep") question.trade_type = "sweep";
  // It counts options only, so that stock would go with the void.
  if (filter.hidesVoid && question.type !== undefined) question.counted = "true";
  return question;
}
