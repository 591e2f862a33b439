/** Rules in plain words: the members of the form with their units, and a rule as a sentence. */
import { words } from "./detections.js";
import { formatMoney } from "./format.js";

/** @typedef {import("./rule.js").Rule} Rule */

/** What a member is called, and its unit. @type {Record<string, [label: string, unit?: string]>} */
const LABELS = {
  name: ["Name"],
  source: ["Looks at"],
  enabled: ["Switched"],
  severity_floor: ["Least severity"],
  cool_down_seconds: ["Cool-down", "seconds"],
  cool_down_scope: ["Cool-down per"],
  channels: ["Also told on"],
  symbols: ["Symbols"],
  type: ["Calls or puts"],
  expiry: ["Expiry", "date"],
  min_strike: ["Strike from", "USD"],
  max_strike: ["Strike up to", "USD"],
  min_dte: ["Expires in at least", "days"],
  max_dte: ["Expires within", "days"],
  side: ["Customer's side"],
  min_premium: ["Premium from", "USD"],
  min_size: ["Size from", "contracts"],
  methods: ["Side decided by"],
  flags: ["All these marks"],
  venues: ["Venues", "numbers"],
  min_delta: ["Delta from", "−1 to 1"],
  max_delta: ["Delta up to", "−1 to 1"],
  min_gamma: ["Gamma from", "per USD"],
  max_gamma: ["Gamma up to", "per USD"],
  min_iv: ["IV from", "0.35 = 35%"],
  max_iv: ["IV up to", "0.35 = 35%"],
  kinds: ["Kinds"],
  min_confidence: ["Confidence from", "0 to 1"],
  min_prints: ["Prints from", "prints"],
  effect: ["Position"],
  levels: ["Levels"],
  incidents: ["Incidents"],
  role: ["May"],
  min_severity: ["Told from"],
  rules: ["Only these rules"],
  messages_a_minute: ["Messages a minute", "at most"],
  quiet_hours: ["Quiet hours", "New York"],
  critical_passes: ["Critical ones"],
};

/** Where the API's description speaks to programs. @type {Record<string, string>} */
const HELPS = {
  enabled: "Off: nothing comes of it, and it stays here.",
  severity_floor: "What scores less makes no alert.",
  cool_down_seconds:
    "For so long after an alert, repeats that are no more severe are counted on it instead of making another.",
  cool_down_scope: "Whether repeats are those of the same contract, or of anything of the same underlying.",
  channels: "Told of every alert of this rule, beside the subscribers that want it.",
  role: "Each role may what those before it may.",
  min_severity: "What is less severe is not told.",
  messages_a_minute: "More than these wait, and come as one digest.",
  critical_passes: "Whether CRITICAL alerts wait for the end of the quiet hours.",
};

/** Choices that say more than their names. @type {Record<string, Record<string, string>>} */
const CHOICES = {
  source: {
    prints: "prints",
    detections: "detections",
    levels: "levels of dealers",
    incidents: "incidents of the data",
  },
  enabled: { true: "on", false: "off" },
  critical_passes: { true: "are told in quiet hours, too", false: "wait like all others" },
  role: {
    viewer: "look (viewer)",
    trader: "acknowledge and resolve (trader)",
    admin: "change rules and subscribers (admin)",
  },
};

/** @param {string} member */
export function labelOf(member) {
  return LABELS[member]?.[0] ?? words(member);
}

/**
 * What a member does.
 * @param {string} member
 * @param {string | undefined} description of the API
 */
export function helpOf(member, description) {
  return HELPS[member] ?? description ?? "Not known to this server.";
}

/** @param {string} member @returns {string} "" where there is none */
export function unitOf(member) {
  return LABELS[member]?.[1] ?? "";
}

/**
 * @param {string} member
 * @param {string} choice
 */
export function choiceText(member, choice) {
  return CHOICES[member]?.[choice] ?? (choice === choice.toUpperCase() ? choice : words(choice));
}

/** How each filter reads in a sentence. @type {[string, (value: any) => string][]} */
const PHRASES = [
  ["kinds", (value) => listText(value, "or")],
  ["symbols", (value) => `of ${listText(value, "or")}`],
  ["type", (value) => `${value}s`],
  ["side", (value) => (value === "buy" ? "bought" : value === "sell" ? "sold" : `side ${value}`)],
  ["min_premium", (value) => `from ${formatMoney(value)}`],
  ["min_size", (value) => `size from ${Number(value).toLocaleString("en-US")}`],
  ["min_prints", (value) => `from ${value} prints`],
  ["min_confidence", (value) => `confidence from ${Math.round(value * 100)}%`],
  ["expiry", (value) => `expiring ${value}`],
  ["min_dte", (value) => `from ${value} days to expiry`],
  ["max_dte", (value) => (Number(value) === 0 ? "expiring today" : `up to ${value} days to expiry`)],
  ["min_strike", (value) => `strike from ${value}`],
  ["max_strike", (value) => `strike up to ${value}`],
  ["methods", (value) => `side decided ${listText(value, "or")}`],
  ["flags", (value) => `marked ${listText(value, "and")}`],
  ["venues", (value) => `at venue ${listText(value, "or")}`],
  ["min_delta", (value) => `delta from ${value}`],
  ["max_delta", (value) => `delta up to ${value}`],
  ["min_gamma", (value) => `gamma from ${value}`],
  ["max_gamma", (value) => `gamma up to ${value}`],
  ["min_iv", (value) => `IV from ${Math.round(value * 100)}%`],
  ["max_iv", (value) => `IV up to ${Math.round(value * 100)}%`],
  ["effect", (value) => words(String(value))],
  ["levels", (value) => listText(value, "or")],
  ["incidents", (value) => listText(value, "or")],
];

const SUBJECTS = {
  prints: "Prints",
  detections: "Detections",
  levels: "The price crosses",
  incidents: "The data:",
};

/**
 * What a rule looks for, as a sentence.
 * @param {Rule} rule
 */
export function ruleWords(rule) {
  const source = /** @type {keyof typeof SUBJECTS} */ (rule.source);
  const phrases = PHRASES.flatMap(([member, phrase]) => {
    const value = rule[member];
    return value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [phrase(value)];
  });
  if (source === "levels" && rule.levels === undefined) phrases.unshift("any level of the dealers' positioning");
  if (source === "incidents" && rule.incidents === undefined) phrases.unshift("anything that happens to it");
  // A kind says by itself what it is a kind of.
  const subject = source === "detections" && rule.kinds !== undefined ? "" : SUBJECTS[source] ?? String(source);
  const text = `${subject} ${phrases.join(", ")}`.trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * How often a rule may tell.
 * @param {Rule} rule
 */
export function coolDownWords(rule) {
  const seconds = Number(rule.cool_down_seconds ?? 300);
  if (seconds === 0) return "every time";
  const span = seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
  return `once in ${span} per ${rule.cool_down_scope ?? "contract"}`;
}

/**
 * @param {unknown} value
 * @param {"and" | "or"} conjunction
 */
function listText(value, conjunction) {
  const names = (Array.isArray(value) ? value : [value]).map((name) => words(String(name)));
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} ${conjunction} ${names.at(-1)}`;
}
