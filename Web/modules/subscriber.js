/** Who is told of alerts, and in which words the page says so. */
import { get } from "./api.js";

/** @typedef {import("./rule.js").MemberSchema} MemberSchema */

/**
 * @typedef {object} Subscriber
 * @property {string} name
 * @property {"viewer" | "trader" | "admin"} [role]
 * @property {boolean} [enabled]
 * @property {string[]} [channels]
 * @property {string} [min_severity]
 * @property {string[]} [rules]
 * @property {string[]} [symbols]
 * @property {number} [messages_a_minute]
 * @property {string} [quiet_hours]
 * @property {boolean} [critical_passes]
 */

/** What a member is when it is left out. @type {Record<string, unknown>} */
const STANDARDS = {
  role: "viewer",
  enabled: true,
  min_severity: "MEDIUM",
  messages_a_minute: 10,
  critical_passes: true,
};

/** A subscriber to begin with. */
export const FRESH = { name: "me" };

/**
 * @param {Subscriber} subscriber
 * @param {string} name
 */
export function valueOf(subscriber, name) {
  return /** @type {Record<string, unknown>} */ (subscriber)[name] ?? STANDARDS[name];
}

/**
 * What somebody is told, as a sentence.
 * @param {Subscriber} subscriber
 */
export function wantsWords(subscriber) {
  const least = subscriber.min_severity ?? "MEDIUM";
  const parts = [
    least === "INFO" ? "All alerts" : least === "CRITICAL" ? "CRITICAL alerts" : `Alerts from ${least} up`,
  ];
  if (subscriber.rules?.length) parts.push(`of ${subscriber.rules.join(", ")}`);
  if (subscriber.symbols?.length) parts.push(`about ${subscriber.symbols.join(", ")} and the data`);
  return parts.join(" ");
}

/**
 * How much of it at once, and when not.
 * @param {Subscriber} subscriber
 */
export function paceWords(subscriber) {
  const most = `${subscriber.messages_a_minute ?? 10} a minute`;
  if (!subscriber.quiet_hours) return most;
  const but = subscriber.critical_passes === false ? "" : " but for CRITICAL";
  return `${most}, quiet ${subscriber.quiet_hours}${but}`;
}

/**
 * What the API's description says of a subscriber's members, with the channels and the rules that there are.
 * @returns {Promise<[string, MemberSchema][]>}
 */
export async function fetchMembers() {
  const [description, health, rules] = await Promise.all([get("/openapi.json"), get("/health"), get("/alerts/rules")]);
  /** @type {Record<string, MemberSchema>} */
  const members = { ...description.components.schemas.Subscriber.properties };
  /** @type {Record<string, string[]>} */
  const choices = {
    channels: health.alerts?.channels.map((/** @type {any} */ channel) => channel.name) ?? [],
    rules: rules.rows.map((/** @type {any} */ row) => row.rule.name),
  };
  for (const [name, names] of Object.entries(choices)) {
    const member = members[name];
    if (member && names.length > 0) members[name] = { ...member, items: { type: "string", enum: names } };
  }
  return Object.entries(members);
}
