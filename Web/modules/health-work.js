/** Judgement of what is made of the data: positioning, detectors, alerts, the stream to the pages, losses and versions. */
import { formatAge, formatCompact, formatCount, formatEastern, formatMilliseconds } from "./format.js";
import { count, errorLine, goodIf, line, spoken } from "./health-report.js";

/** @typedef {import("./health-report.js").HealthReport} HealthReport */
/** @typedef {import("./health-report.js").Section} Section */
/** @typedef {import("./health-report.js").Line} Line */
/** @typedef {import("./health-report.js").Tone} Tone */

/** Rounds that may be missed before positioning counts as old. */
const LATE_ROUNDS = 3;

/**
 * @param {HealthReport} health
 * @returns {Section | null}
 */
export function positioningSection({ positioning }) {
  if (!positioning) return null;
  const { interval_seconds: interval, age_seconds: age, rounds } = positioning;
  const lines = [
    line(
      "Last round",
      rounds === 0 ? "none yet" : `${formatAge(age)} ago`,
      `Worked out every ${formatAge(interval)}.`,
      goodIf(age <= interval * LATE_ROUNDS, "warn"),
      "Gamma and walls are old: the engine may not answer, or the machine is busy.",
      { time: positioning.last_round_time ?? undefined },
    ),
    line("Took", formatMilliseconds(positioning.milliseconds), "What the last round took."),
    line(
      "Covers",
      `${formatCount(positioning.underlyings)} underlyings, ${formatCount(positioning.contracts)} contracts`,
      "Of the last round.",
    ),
    count(
      "Skipped",
      positioning.skipped,
      "Underlyings it had no time for.",
      "They come first in the next round.",
      "warn",
    ),
    line("Rounds", formatCount(rounds), "Since the start."),
    line("Crossings", formatCount(positioning.crossings), "Levels that a price has crossed since the start."),
    count(
      "Crossings missed",
      positioning.crossings_missed,
      "Those that found the queue to the alerts full.",
      "Alerts of levels are missing: see the queue to the alerts.",
    ),
  ];
  return { title: "Positioning", meaning: "The thread that works out what dealers hold.", lines };
}

/** @type {Record<string, Tone>} */
const DETECTOR_TONES = { on: "good", off: "none", out_of_service: "bad" };

/**
 * @param {HealthReport} health
 * @returns {Section}
 */
export function detectorSection({ detectors }) {
  const lines = detectors.map(({ detector, state, fault, faults, found }) =>
    line(
      spoken(detector),
      state === "on" ? `${formatCount(found)} found` : spoken(state),
      `${spoken(state)}; found today: ${formatCount(found)}; faults since the start: ${formatCount(faults)}.`,
      state === "on" && faults > 0 ? "warn" : DETECTOR_TONES[state] ?? "warn",
      `${
        fault ?? `${formatCount(faults)} faults since the start`
      }. It serves again on the next trading day; please report it.`,
    )
  );
  if (lines.length === 0) lines.push(line("State", "off", "No detector looks on."));
  return { title: "Detectors", meaning: "What looks for sweeps, blocks and the like.", lines };
}

/**
 * @param {HealthReport} health
 * @returns {Section | null}
 */
export function alertsSection({ alerts }) {
  if (!alerts) return null;
  const lines = [
    line(
      "State",
      alerts.running ? "running" : "not running",
      "Whether alerts are made.",
      goodIf(alerts.running),
      "See Error.",
    ),
    errorLine(
      "Error",
      alerts.last_error,
      "Why the file cannot be written, else what a channel failed with last.",
      "See the channel below, or free space.",
    ),
    line(
      "New",
      formatCount(alerts.new),
      `Alerts that nobody has looked at; ${formatCount(alerts.acknowledged)} somebody is at.`,
    ),
    count(
      "Missed",
      alerts.missed,
      "Outputs that found the queue full.",
      "They are read from the database, where there is one; alerts come late.",
      "warn",
    ),
    count("To be kept", alerts.pending, "Alerts that wait for their file.", "It goes on by itself; see Error.", "warn"),
    ...alerts.channels.map(channelLine),
  ];
  return { title: "Alerts", meaning: "Alerts, and the channels that carry them to people.", lines };
}

/** @param {import("./health-report.js").Channel} channel */
function channelLine(channel) {
  const { name, kind, breaker, waiting, delivered, dead_within_day: lost, last_error: error } = channel;
  const others = (waiting > 0 ? `, ${formatCount(waiting)} wait` : "") +
    (lost > 0 ? `, ${formatCount(lost)} lost` : "");
  const rest = breaker === "closed" ? "" : "It is left alone for a while because its receiver does not answer. ";
  const why = error
    ? `Last error: ${error}${channel.last_error_time ? ` at ${formatEastern(channel.last_error_time)} ET` : ""}. `
    : "";
  return line(
    `Channel, ${name}`,
    `${formatCount(delivered)} sent${others}`,
    `${kind}, breaker ${breaker.replace("_", " ")}; ${formatCount(channel.dead)} given up in all, ` +
      `${formatCount(channel.failed_tries)} tries failed since the start; last delivery ${
        formatEastern(channel.last_delivery_time)
      } ET.`,
    breaker === "open" || lost > 0 ? "bad" : goodIf(breaker === "closed" && waiting < 100, "warn"),
    `${rest}${why}${lost > 0 ? "Mend the receiver, then `marketflow alerts resend`." : "It tries again by itself."}`,
  );
}

/**
 * @param {HealthReport} health
 * @returns {Section}
 */
export function streamSection({ stream }) {
  const lines = [
    line("Clients", formatCount(stream.clients), "Pages and programs on the stream now."),
    line(
      "Sent",
      formatCompact(stream.messages_sent),
      `Messages handed to clients: ${formatCount(stream.messages_sent)}.`,
    ),
    line(
      "Dropped",
      formatCount(stream.messages_dropped),
      "Messages that a client did not take in time; it was told, and slows nobody else.",
      goodIf(stream.messages_dropped === 0, "warn"),
      "A client or its network is slow: those pages show a mark where prints are missing.",
    ),
  ];
  return { title: "Stream", meaning: "The WebSocket that fills the pages.", lines };
}

/** @type {[string, string, string, Tone][]} */
const LOSSES = [
  ["store_dropped", "Outputs that are not in the database: its queue was full.", "See Database.", "bad"],
  [
    "missed_cancellations",
    "Cancellations that found the publisher's queue full.",
    "Void prints are not shown as void; the database knows them. Reload the page.",
    "warn",
  ],
  [
    "unrepaired_minutes",
    "Minute bars that still hold a cancelled print.",
    "Those bars are too high by that print.",
    "warn",
  ],
  [
    "refused_sweeps",
    "Sweeps that found no room; their prints count.",
    "Some sweeps of this session are not marked.",
    "warn",
  ],
  [
    "refused_lines",
    "Lines of a recording refused as a whole.",
    "The recording is damaged or of a newer version.",
    "warn",
  ],
  [
    "unmatched_cancellations",
    "Cancellations whose print is not remembered: if it was seen, it still counts.",
    "",
    "none",
  ],
  ["doubted_times", "Times far ahead of the stream that no second event confirmed.", "", "none"],
  ["corrected_rows", "Rows of a recording taken with a correction.", "", "none"],
  ["store_waits", "How often the engine waited for room in the queue to the database.", "", "none"],
];

/**
 * @param {HealthReport} health
 * @returns {Section}
 */
export function lossSection({ losses }) {
  const lines = LOSSES.filter(([name]) => losses[name] !== undefined).map(([name, meaning, remedy, otherwise]) =>
    otherwise === "none"
      ? line(spoken(name), formatCount(losses[name]), meaning)
      : count(spoken(name), losses[name], meaning, remedy, otherwise)
  );
  return { title: "Losses", meaning: "What did not arrive where it belongs, since the start.", lines };
}

/**
 * @param {HealthReport} health
 * @returns {Section}
 */
export function programSection(health) {
  const lines = [
    line("Running", formatAge(health.uptime_seconds), `Since the start; epoch ${health.epoch}.`),
    line("Mode", health.mode, "Where the data come from."),
    line("Session", health.session ?? "none yet", "Trading day of the sums."),
    ...Object.entries(health.versions).map(([name, version]) => line(name, version, `Version of ${name}.`)),
  ];
  if (health.digest !== null) {
    lines.push(line("Digest", health.digest, "Of the engine's state: equal runs have equal digests."));
  }
  return { title: "Program", meaning: "What runs, and since when.", lines };
}

/** @typedef {{ phase: string, missed: number, reconnects: number, badMessages: number, failures: number, dataAge: number | null }} PageFacts */

/**
 * What this page itself has seen: the server cannot know it.
 * @param {PageFacts} page
 * @returns {Section}
 */
export function pageSection(page) {
  const lines = [
    line(
      "Connection",
      page.phase,
      "This page's stream.",
      goodIf(page.phase === "open"),
      "It connects again by itself.",
    ),
    line("Data age here", formatAge(page.dataAge), "Age of the newest event, as this page sees it."),
    count(
      "Missed prints",
      page.missed,
      "Prints that this page did not get.",
      "Reload to fetch the newest again.",
      "warn",
    ),
    count(
      "Reconnects",
      page.reconnects,
      "Times this page had to connect again.",
      "The server or the network was away.",
      "warn",
    ),
    count(
      "Bad messages",
      page.badMessages,
      "Frames of the stream that could not be read.",
      "Reload the page: it may be older than the server.",
    ),
    count(
      "Failed fetches",
      page.failures,
      "Times older rows could not be had.",
      "They are asked for again by themselves.",
      "warn",
    ),
  ];
  return { title: "This page", meaning: "What this browser has seen of the stream.", lines };
}
