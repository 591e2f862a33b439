/** One verdict on how far the figures on screen may be trusted, from everything the page knows. */
import { formatAge, formatEastern } from "./format.js";

/** @typedef {import("./protocol.js").Health} Health */
/** @typedef {import("./protocol.js").State} State */
/** @typedef {import("./stream.js").Phase} Phase */

/** @typedef {"connecting" | "live" | "ended" | "degraded" | "stale" | "disconnected"} Level */

/**
 * @typedef {object} Verdict
 * @property {Level} level
 * @property {string} word what the strip says in capitals
 * @property {string} message one sentence: what is wrong and what happens next
 * @property {number | null} dataAgeSeconds age of the newest event, counted on since it was reported
 */

/**
 * @typedef {object} Evidence
 * @property {Phase} phase
 * @property {Health | null} health of the newest state
 * @property {number} stateAt when it arrived, in the clock of `now`
 * @property {string | null} stateTime its wall time
 * @property {number} now milliseconds, monotonic
 */

/** No state for this long and the page is stale, however open the socket. The server sends one every 250 ms. */
export const STATE_LIMIT_MILLISECONDS = 2_000;
/**
 * A streaming feed whose newest event is older than this is stale, however punctual the states; unless the server, which doubts a
 * silence long before, has nothing against it.
 */
export const DATA_LIMIT_SECONDS = 15;

/**
 * @param {Evidence} evidence
 * @returns {Verdict}
 */
export function assess(evidence) {
  const { phase, health, now } = evidence;
  const silence = health ? (now - evidence.stateAt) / 1000 : 0;
  const reported = health?.data_age_seconds ?? null;
  const dataAgeSeconds = reported === null ? null : reported + silence;
  /** @type {(level: Level, word: string, message: string) => Verdict} */
  const verdict = (level, word, message) => ({ level, word, message, dataAgeSeconds });
  const since = `Stale since ${formatEastern(evidence.stateTime)} ET, ${formatAge(silence)} ago`;

  if (!health) {
    if (phase.kind === "waiting" || phase.attempt > 0) {
      return verdict("disconnected", "Disconnected", `No server. ${nextStep(phase, now)}`);
    }
    return verdict("connecting", "Connecting", "Waiting for the first figures.");
  }
  if (phase.kind !== "open") return verdict("disconnected", "Disconnected", `${since}. ${nextStep(phase, now)}`);
  if (silence * 1000 > STATE_LIMIT_MILLISECONDS) {
    return verdict("stale", "Stale", `${since}. The connection is open but the server is silent.`);
  }
  if (health.ingest_status === "failed" || health.status === "down") {
    return verdict("stale", "Feed down", sentence(health.reasons, "The feed has failed; no new data arrive."));
  }
  if (health.ingest_status === "ended") {
    return verdict("ended", "Ended", "The feed has ended. Figures are final and no longer move.");
  }
  if (health.ingest_status === "recovering") {
    return verdict("stale", "Recovering", sentence(health.reasons, "What was recorded before the start is played."));
  }
  if (health.ingest_status === "streaming" && dataAgeSeconds !== null && dataAgeSeconds > DATA_LIMIT_SECONDS) {
    const moment = formatEastern(Date.parse(evidence.stateTime ?? "") - (reported ?? 0) * 1000);
    if (health.status === "ok") {
      return verdict(
        "live",
        "Quiet",
        `No market data since ${moment} ET, and none are waited for, as in a closed market.`,
      );
    }
    return verdict("stale", "Stale", `No market data since ${moment} ET, ${formatAge(dataAgeSeconds)} ago.`);
  }
  if (health.status === "degraded") {
    return verdict("degraded", "Degraded", sentence(health.reasons, "The server reports a fault without a reason."));
  }
  if (health.ingest_status === "starting") {
    return verdict("connecting", "Starting", "The feed is starting.");
  }
  return verdict("live", "Live", "Figures are current.");
}

/**
 * What an empty panel says: options that have not come yet may still come, unless the feed has ended without one.
 * @param {State | null} state
 * @param {string} otherwise
 */
export function explainNoOptions(state, otherwise) {
  if (state?.health.ingest_status !== "ended" || state.grid !== null || state.top.length > 0) return otherwise;
  return state.health.mode === "replay" ? "No options in this recording." : "No options in this session.";
}

/**
 * @param {Phase} phase
 * @param {number} now
 */
function nextStep(phase, now) {
  if (phase.kind === "waiting") {
    return `Next attempt (${phase.attempt}) in ${formatAge((phase.retryAt - now) / 1000)}.`;
  }
  return phase.kind === "closed" ? "The connection was closed." : "Reconnecting.";
}

/**
 * @param {string[]} reasons
 * @param {string} otherwise
 */
function sentence(reasons, otherwise) {
  if (reasons.length === 0) return otherwise;
  const text = reasons.join("; ");
  return text.endsWith(".") ? text : `${text}.`;
}
