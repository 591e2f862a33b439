/** A rule of alerts as people see and share it: the letters of its link, and its members as fields of a form. */
import { get } from "./api.js";

/** @typedef {Record<string, unknown>} Rule */

/**
 * What the API's description says of a member.
 * @typedef {object} MemberSchema
 * @property {string} [type]
 * @property {string} [format]
 * @property {string[]} [enum]
 * @property {MemberSchema} [items]
 * @property {string} [description]
 */

/** Members that every rule has, in the order of the form. */
export const FRAME = [
  "name",
  "source",
  "enabled",
  "severity_floor",
  "cool_down_seconds",
  "cool_down_scope",
  "channels",
];

const OF_BOTH = [
  "symbols",
  "type",
  "side",
  "min_premium",
  "min_size",
  "expiry",
  "min_dte",
  "max_dte",
  "min_strike",
  "max_strike",
];
/** The filters that each source knows, those that are asked for most first. @type {Record<string, string[]>} */
export const FILTERS = {
  prints: [
    ...OF_BOTH,
    "methods",
    "flags",
    "venues",
    "min_delta",
    "max_delta",
    "min_gamma",
    "max_gamma",
    "min_iv",
    "max_iv",
  ],
  detections: ["kinds", ...OF_BOTH, "min_confidence", "min_prints", "effect"],
  levels: ["symbols", "levels"],
  incidents: ["incidents"],
};

/** What a member is when it is left out. */
const STANDARDS = /** @type {Rule} */ ({
  enabled: true,
  severity_floor: "INFO",
  cool_down_seconds: 300,
  cool_down_scope: "contract",
});

/** A rule to begin with. */
export const FRESH = /** @type {Rule} */ ({
  name: "my-rule",
  source: "prints",
  severity_floor: "MEDIUM",
  min_premium: 1_000_000,
});

/**
 * The whole rule in letters that a URL takes (base64url), as GET /alerts/rules writes it.
 * @param {Rule} rule
 */
export function tokenOf(rule) {
  const bytes = new TextEncoder().encode(JSON.stringify(rule));
  const letters = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * The rule of a link.
 * @param {string} token
 * @returns {Rule | null} null when it is none; whether the rule can be used is the server's to say
 */
export function ruleOf(token) {
  try {
    const letters = atob(token.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const rule = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof rule === "object" && rule !== null && !Array.isArray(rule) ? rule : null;
  } catch (_noRule) {
    return null;
  }
}

/**
 * The token in a page's address; null when it names no rule.
 * @param {string} hash
 */
export function tokenIn(hash) {
  return hash.startsWith("#rule=") ? hash.slice("#rule=".length) : null;
}

/**
 * @param {Rule} rule
 * @param {string} name
 */
export function valueOf(rule, name) {
  return rule[name] ?? STANDARDS[name];
}

/**
 * A value as a field of text shows it.
 * @param {unknown} value
 */
export function textOf(value) {
  if (value === undefined || value === null) return "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/**
 * What somebody has written into a field, as the rule's JSON takes it; undefined for a field that was left empty. A number that is
 * none stays text: the server says what is wrong with it.
 * @param {string} text
 * @param {MemberSchema} schema
 */
export function valueFrom(text, schema) {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  switch (schema.type) {
    case "boolean":
      return trimmed === "true";
    case "integer":
    case "number":
      return numberFrom(trimmed);
    case "array": {
      const parts = trimmed.split(/[\s,]+/).filter((part) => part !== "");
      return schema.items?.type === "integer" ? parts.map(numberFrom) : parts;
    }
    default:
      return trimmed;
  }
}

/** @param {string} text */
function numberFrom(text) {
  const number = Number(text.replaceAll(",", ""));
  return Number.isFinite(number) ? number : text;
}

/** What the server makes of a rule. @typedef {{ done: boolean, exists: boolean, member: string | null, words: string }} Saved */

/**
 * Saves a rule.
 * @param {Rule} rule
 * @param {boolean} replaces one of the same name
 * @returns {Promise<Saved>}
 */
export async function save(rule, replaces) {
  const address = replaces ? `/alerts/rules/${encodeURIComponent(textOf(rule.name))}` : "/alerts/rules";
  const response = await fetch(address, {
    method: replaces ? "PUT" : "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(rule),
  });
  const answer = await response.json();
  return {
    done: response.ok,
    exists: response.status === 409 && !replaces,
    member: answer.parameter ?? null,
    words: response.ok ? "" : answer.detail ?? `${address}: answered ${response.status}`,
  };
}

/** A rule as the server lists it. @typedef {{ rule: Rule, built_in: boolean, token: string, link: string }} RuleRow */

/**
 * A rule that the server has.
 * @param {string} name
 * @returns {Promise<Rule | null>}
 */
export async function fetchRule(name) {
  /** @type {{ rows: { rule: Rule }[] }} */
  const answer = await get("/alerts/rules");
  return answer.rows.find((row) => row.rule.name === name)?.rule ?? null;
}

/**
 * What the API's description says of a rule's members, in its order.
 * @returns {Promise<[string, MemberSchema][]>}
 */
export async function fetchMembers() {
  const description = await get("/openapi.json");
  return Object.entries(description.components.schemas.AlertRule.properties);
}
