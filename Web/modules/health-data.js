/** Judgement of what comes in and what waits: feed and queues. The limits are those of the server. */
import { formatAge, formatCompact, formatCount, formatEastern, formatShare } from "./format.js";
import { count, goodIf, line } from "./health-report.js";

/** @typedef {import("./health-report.js").HealthReport} HealthReport */
/** @typedef {import("./health-report.js").Section} Section */
/** @typedef {import("./health-report.js").Line} Line */
/** @typedef {import("./health-report.js").Tone} Tone */

/** Seconds of silence after which a streaming feed is doubted, and after which it counts as dead. */
export const [STALE_SECONDS, DEAD_SECONDS] = [5, 60];
/** Fill of a queue that is worth a look, and that is bad. */
export const [FULL_SHARE, OVERFULL_SHARE] = [0.5, 0.9];

/**
 * @param {HealthReport} health
 * @returns {Section}
 */
export function ingestSection({ ingest, live }) {
  const isStreaming = ingest.status === "streaming";
  /** @type {Record<string, Tone>} */
  const states = { streaming: "good", ended: "none", failed: "bad" };
  const lines = [
    line(
      "Feed",
      ingest.status,
      "What the feed says of itself.",
      states[ingest.status] ?? "warn",
      ingest.status === "failed"
        ? "The reasons above say why. Mend that and start the server again."
        : "It gets there by itself; figures are not live before it streams.",
    ),
    line("Source", ingest.source, "Where the data come from."),
    dataAge(ingest, isStreaming && live?.market_closed !== true),
    line("Events", `${formatCount(ingest.events_per_second)} /s`, "Events through the engine, over the last seconds."),
    line("Trades, 5 min", formatCount(ingest.trades_five_minutes), "Prints of the last five minutes of stream time."),
    line(
      "Since start",
      `${formatCompact(ingest.trades)} prints, ${formatCompact(ingest.quotes)} quotes`,
      `Of ${formatCount(ingest.events)} events in ${formatCount(ingest.frames)} frames.`,
    ),
    line("Newest print", formatEastern(ingest.last_trade_time), "Time on the newest print, New York.", "none", "", {
      time: ingest.last_trade_time ?? undefined,
    }),
    count(
      "Bad frames",
      ingest.bad_frames,
      "Messages that could not be read at all.",
      "The vendor's format may have changed: look for a newer version, and keep a recording of the feed.",
    ),
    count(
      "Bad events",
      ingest.bad_events,
      "Events that could not be used; their neighbours in the frame were.",
      "Few are the vendor's slips. Many: look for a newer version, and keep a recording of the feed.",
    ),
    count(
      "Unknown events",
      ingest.unknown_events,
      "Events of a kind that this version does not know.",
      "Harmless as long as prints and quotes come; a newer version may know them.",
      "warn",
    ),
    line(
      "Full parser",
      formatShare(ingest.frames > 0 ? ingest.reparsed_frames / ingest.frames : null),
      "Share of the frames that the fast scanner handed to the full parser: slower, not worse.",
    ),
    count(
      "Feed waits",
      ingest.ingest_waits,
      "How often the feed waited for room in the event queue.",
      "The engine does not keep up: follow fewer symbols, or give it a faster core.",
      "warn",
    ),
  ];
  return { title: "Feed", meaning: "What comes in, and whether it can be read.", lines };
}

/**
 * @param {HealthReport["ingest"]} ingest
 * @param {boolean} isJudged
 */
function dataAge({ data_age_seconds: age, quiet_until: quiet }, isJudged) {
  const waits = quiet ? ` It waits on purpose until ${formatEastern(quiet)} ET.` : "";
  const tone = !isJudged || quiet ? "none" : age === null ? "warn" : ageTone(age);
  return line(
    "Data age",
    formatAge(age),
    `Since the last event came in.${waits}`,
    tone,
    "The market may be silent; else see the feed's connections and the network of this machine.",
  );
}

/**
 * @param {number} seconds
 * @returns {Tone}
 */
export function ageTone(seconds) {
  return seconds > DEAD_SECONDS ? "bad" : goodIf(seconds <= STALE_SECONDS, "warn");
}

/**
 * @param {HealthReport} health
 * @returns {Section}
 */
export function queueSection({ queues, alerts }) {
  const lines = [
    queueLine(
      "Feed → engine",
      queues.events,
      "Events that wait for the engine.",
      "Follow fewer symbols, or a faster core.",
    ),
    queueLine(
      "Engine → database",
      queues.storage,
      "Outputs that wait for the database.",
      "The disk does not keep up: see Database, and whether another program uses the disk.",
    ),
    queueLine(
      "Engine → network",
      queues.publisher,
      "Outputs that wait to be sent to pages.",
      "Too many or too slow clients, or a busy machine.",
    ),
  ];
  if (alerts) {
    lines.push(queueLine("Engine → alerts", alerts.queue, "Outputs that wait for the alert rules.", "Simplify rules."));
  }
  lines.push(
    count(
      "Skipped outputs",
      queues.publisher.skipped,
      "Outputs that found the queue to the network full: they are in the database and not in the stream.",
      "Pages miss prints. It happens when the machine is busy; a reload brings the newest 500 from the server.",
      "warn",
    ),
  );
  return { title: "Queues", meaning: "What waits between the threads: near zero when all keep up.", lines };
}

/**
 * @param {string} name
 * @param {{ depth: number, capacity: number }} queue
 * @param {string} meaning
 * @param {string} remedy
 */
export function queueLine(name, { depth, capacity }, meaning, remedy) {
  const share = capacity > 0 ? depth / capacity : 0;
  const tone = share > OVERFULL_SHARE ? "bad" : goodIf(share <= FULL_SHARE, "warn");
  const value = `${formatCount(depth)} of ${formatCompact(capacity)}`;
  return line(name, value, meaning, tone, remedy, { share });
}
