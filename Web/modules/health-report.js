/** What /health says, as types, and how its lines are judged: every figure with its meaning, and with a remedy when it is bad. */
import { formatCompact, formatCount } from "./format.js";

/** @typedef {"good" | "warn" | "bad" | "none"} Tone warn: worth a look; none: nothing to judge */

/**
 * @typedef {object} Line
 * @property {string} name
 * @property {string} value
 * @property {Tone} tone
 * @property {string} meaning one sentence
 * @property {string} remedy what to do about it; "" while the line is good
 * @property {number} [share] length of its bar, 0 to 1
 * @property {string} [time] RFC 3339: the instant the value is of
 */

/** @typedef {{ title: string, meaning: string, lines: Line[] }} Section */
/** @typedef {{ depth: number, capacity: number }} Queue */

/**
 * @typedef {object} Socket
 * @property {string} stream
 * @property {"dialling" | "authenticating" | "streaming" | "waiting" | "refused"} state
 * @property {string | null} since
 * @property {number} dials
 * @property {number} frames
 * @property {number} bytes
 * @property {number} channels
 * @property {number} acknowledged
 * @property {number} quoted_contracts
 * @property {number} left_out_quotes
 * @property {number} refused
 * @property {string | null} refusal
 * @property {number} overflow
 * @property {string | null} trouble
 */

/**
 * @typedef {object} Live
 * @property {Socket[]} sockets
 * @property {{ underlying: string, spot: number | null, spot_origin: string, stale: boolean, expiry: string | null, contracts: number }[]} windows
 * @property {{ underlying: string, contracts: number, age_seconds: number | null, stale: boolean }[]} chains
 * @property {{ requests: number, retries: number, rate_limited: number, failures: number, held_back: boolean, trouble: string | null }} rest
 * @property {{ found: number, filled: number, unfilled: number, open: number, recovered_prints: number }} gaps
 * @property {number} duplicates
 * @property {number} filtered_out
 * @property {boolean} market_closed
 * @property {number} still_seconds
 */

/**
 * @typedef {object} Journal
 * @property {string} path
 * @property {number} appended
 * @property {number} durable
 * @property {number} held_bytes
 * @property {number} missing
 * @property {number} segments
 * @property {number} bytes
 * @property {number | null} sync_age_seconds
 * @property {string | null} error
 * @property {number} recorded_before
 * @property {number} recovered
 * @property {number} recovered_share
 * @property {number | null} snapshot_events
 */

/**
 * @typedef {object} Uploads
 * @property {string} place
 * @property {number} waiting
 * @property {number} waiting_seconds
 * @property {number} uploaded
 * @property {string | null} last_upload_time
 * @property {string | null} error
 */

/**
 * @typedef {object} Lake
 * @property {string} path
 * @property {number} parts
 * @property {number} rows
 * @property {number} bytes
 * @property {number} rows_written
 * @property {number} flushes
 * @property {string | null} last_flush_time
 * @property {number} waiting_rows
 * @property {number} waiting_seconds
 * @property {string | null} error
 * @property {string | null} compaction_error
 * @property {Uploads | null} uploads
 */

/**
 * @typedef {object} Channel
 * @property {string} name
 * @property {string} kind
 * @property {"closed" | "open" | "half_open"} breaker
 * @property {number} waiting
 * @property {number} delivered
 * @property {number} dead
 * @property {number} dead_within_day
 * @property {number} failed_tries
 * @property {string | null} last_error
 * @property {string | null} last_error_time
 * @property {string | null} last_delivery_time
 */

/**
 * @typedef {object} AlertsHealth
 * @property {boolean} running
 * @property {number} new
 * @property {number} acknowledged
 * @property {Queue} queue
 * @property {number} missed
 * @property {number} pending
 * @property {number} messages_waiting
 * @property {number} messages_dead
 * @property {string[]} open_breakers
 * @property {string | null} last_error
 * @property {Channel[]} channels
 */

/**
 * @typedef {object} PositioningHealth
 * @property {number} interval_seconds
 * @property {number} rounds
 * @property {string | null} last_round_time
 * @property {number} age_seconds
 * @property {number} milliseconds
 * @property {number} underlyings
 * @property {number} contracts
 * @property {number} skipped
 * @property {number} crossings
 * @property {number} crossings_missed
 */

/**
 * @typedef {object} Ingest
 * @property {"starting" | "recovering" | "streaming" | "ended" | "failed"} status
 * @property {string} source
 * @property {string[]} subscribed
 * @property {string | null} last_trade_time
 * @property {string | null} stream_time
 * @property {number | null} data_age_seconds
 * @property {string | null} quiet_until
 * @property {number} trades_five_minutes
 * @property {number} events
 * @property {number} trades
 * @property {number} quotes
 * @property {number} events_per_second
 * @property {number} frames
 * @property {number} bad_frames
 * @property {number} bad_events
 * @property {number} unknown_events
 * @property {number} reparsed_frames
 * @property {number} ingest_waits
 */

/**
 * @typedef {object} Storage
 * @property {boolean} enabled
 * @property {string | null} path
 * @property {number} schema_version
 * @property {number} rows_written
 * @property {number} lag_milliseconds
 * @property {string | null} last_flush_time
 * @property {number} flushes
 * @property {number} dropped
 * @property {string | null} error
 */

/**
 * @typedef {object} HealthReport
 * @property {"ok" | "degraded" | "down"} status
 * @property {string[]} reasons
 * @property {string} mode
 * @property {string} version
 * @property {string} epoch
 * @property {number} uptime_seconds
 * @property {string | null} session
 * @property {string | null} digest
 * @property {Ingest} ingest
 * @property {Live | null} live
 * @property {{ events: Queue, storage: Queue, publisher: Queue & { skipped: number } }} queues
 * @property {Storage} storage
 * @property {Journal | null} journal
 * @property {Lake | null} lake
 * @property {PositioningHealth | null} positioning
 * @property {AlertsHealth | null} alerts
 * @property {{ clients: number, messages_sent: number, messages_dropped: number }} stream
 * @property {Record<string, number>} losses
 * @property {{ buy: number, sell: number, mid: number, unknown: number }} sides
 * @property {Record<string, number>} methods
 * @property {number} sweeps
 * @property {number} blocks
 * @property {number} cancellations
 * @property {{ detector: string, state: "on" | "off" | "out_of_service", fault: string | null, faults: number, found: number }[]} detectors
 * @property {Record<string, string>} versions
 */

/**
 * @param {string} name
 * @param {string} value
 * @param {string} meaning
 * @param {Tone} [tone]
 * @param {string} [remedy] is left out while the tone is good or none
 * @param {Partial<Line>} [more]
 * @returns {Line}
 */
export function line(name, value, meaning, tone = "none", remedy = "", more = {}) {
  return { name, value, meaning, tone, remedy: tone === "bad" || tone === "warn" ? remedy : "", ...more };
}

/**
 * @param {boolean} isGood
 * @param {Tone} [otherwise]
 * @returns {Tone}
 */
export function goodIf(isGood, otherwise = "bad") {
  return isGood ? "good" : otherwise;
}

/** @type {Tone[]} */
const ORDER = ["none", "good", "warn", "bad"];

/**
 * The worst of a section's lines: it is what the section is.
 * @param {Line[]} lines
 * @returns {Tone}
 */
export function worst(lines) {
  return lines.reduce(
    (/** @type {Tone} */ known, { tone }) => ORDER.indexOf(tone) > ORDER.indexOf(known) ? tone : known,
    "none",
  );
}

/** @type {Record<string, string>} */
const WORDS = { none: "no data to judge", good: "ok", warn: "worth a look", bad: "problem" };

/** @param {Tone} tone */
export function wordOf(tone) {
  return WORDS[tone] ?? tone;
}

/**
 * A count that should be zero.
 * @param {string} name
 * @param {number | undefined} value
 * @param {string} meaning
 * @param {string} remedy
 * @param {Tone} [otherwise]
 */
export function count(name, value, meaning, remedy, otherwise = "bad") {
  return line(name, formatCount(value), meaning, value === undefined ? "none" : goodIf(value === 0, otherwise), remedy);
}

/**
 * An error in the server's words, or none.
 * @param {string} name
 * @param {string | null} error
 * @param {string} meaning
 * @param {string} remedy
 */
export function errorLine(name, error, meaning, remedy) {
  return line(name, error ?? "none", meaning, goodIf(error === null), remedy);
}

/** @param {number} bytes */
export function bytesOf(bytes) {
  const text = formatCompact(bytes);
  if (text.endsWith("B")) return `${text.slice(0, -1)} GB`;
  return /[KM]$/.test(text) ? `${text.slice(0, -1)} ${text.at(-1)}B` : `${text} B`;
}

/**
 * A name of the API as words: out_of_service is "Out of service".
 * @param {string} name
 */
export function spoken(name) {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
