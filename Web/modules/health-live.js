/** Judgement of a live feed: its connections, what it follows, and what it missed. */
import { formatAge, formatCompact, formatCount, formatEastern, formatExpiry, formatPrice } from "./format.js";
import { bytesOf, count, goodIf, line } from "./health-report.js";

/** @typedef {import("./health-report.js").HealthReport} HealthReport */
/** @typedef {import("./health-report.js").Live} Live */
/** @typedef {import("./health-report.js").Section} Section */
/** @typedef {import("./health-report.js").Line} Line */
/** @typedef {import("./health-report.js").Tone} Tone */

/** How long no event may be newer than those before, in an open market. */
export const STILL_SECONDS = 15;

/**
 * @param {HealthReport} health
 * @returns {Section[]} none for a demo or a recording
 */
export function liveSections({ live, session }) {
  if (!live) return [];
  return [connections(live), subscriptions(live, session), gaps(live)];
}

/** @type {Record<string, Tone>} */
const SOCKET_TONES = { streaming: "good", dialling: "warn", authenticating: "warn", waiting: "bad", refused: "bad" };

/** @type {Record<string, string>} */
const SOCKET_REMEDIES = {
  waiting: "It was lost and is dialled again by itself; what is missed is filled from history. See the network.",
  refused: "The vendor does not let us in: see the key, its plan, and whether another program uses the same key.",
};

/** @param {Live} live */
function connections(live) {
  const lines = live.sockets.flatMap((socket) => [
    line(
      `Socket, ${socket.stream}`,
      socket.state,
      `Since ${formatEastern(socket.since)} ET; dialled ${formatCount(socket.dials)} times, ` +
        `${formatCompact(socket.frames)} messages, ${bytesOf(socket.bytes)}.${
          socket.trouble ? ` Last: ${socket.trouble}` : ""
        }`,
      SOCKET_TONES[socket.state] ?? "warn",
      [socket.trouble && `Last: ${socket.trouble}`, SOCKET_REMEDIES[socket.state] ?? "It goes on by itself."].filter(
        Boolean,
      ).join(". "),
      { time: socket.since ?? undefined },
    ),
    count(
      `Overflow, ${socket.stream}`,
      socket.overflow,
      "Messages that found the queue full; each is a gap.",
      "This machine does not keep up: follow fewer symbols. The gaps are filled from history.",
    ),
  ]);
  const { rest } = live;
  lines.push(
    line(
      "Still for",
      formatAge(live.still_seconds),
      "How long no event has been newer than those before.",
      live.market_closed ? "none" : goodIf(live.still_seconds <= STILL_SECONDS),
      "Nothing shown is live: the vendor repeats old prints or has stopped.",
    ),
    line("Market", live.market_closed ? "closed" : "open", "In a closed market silence means nothing."),
    line(
      "Requests",
      formatCount(rest.requests),
      `To the vendor's REST; ${formatCount(rest.retries)} repeated, ${formatCount(rest.rate_limited)} rate limited.`,
      rest.held_back ? "bad" : goodIf(rest.failures === 0, "warn"),
      `${
        rest.held_back ? "Held back after failures; it tries again by itself" : `${formatCount(rest.failures)} given up`
      }${rest.trouble ? `: ${rest.trouble}` : ""}. See the plan's rate limit and the network.`,
    ),
    line("Twice", formatCount(live.duplicates), "Prints that came twice; the second is dropped."),
    line("Not followed", formatCount(live.filtered_out), "Prints of symbols that are not followed."),
  );
  return { title: "Connections", meaning: "The live feed's sockets and requests.", lines };
}

/**
 * @param {Live} live
 * @param {string | null} session
 */
function subscriptions(live, session) {
  const lines = live.sockets.flatMap((socket) => {
    const answered = socket.acknowledged + socket.refused;
    const rows = [
      line(
        `Channels, ${socket.stream}`,
        `${formatCount(socket.acknowledged)} of ${formatCount(socket.channels)}`,
        "Acknowledged, of those asked for; that does not prove that a symbol exists.",
        socket.refused > 0 ? "bad" : goodIf(answered >= socket.channels, "warn"),
        socket.refused > 0
          ? `The vendor refuses ${formatCount(socket.refused)}: ${socket.refusal ?? "no words"}. See the plan.`
          : "The vendor has not answered for all yet.",
      ),
    ];
    if (socket.quoted_contracts > 0 || socket.left_out_quotes > 0) {
      rows.push(line(
        "Quotes followed",
        formatCount(socket.quoted_contracts),
        "Contracts whose quotes are asked for: the sides of their prints are known. At most 1,000.",
        goodIf(socket.left_out_quotes === 0, "warn"),
        `${formatCount(socket.left_out_quotes)} more are wanted: follow fewer symbols, or fewer with --strikes.`,
      ));
    }
    return rows;
  });
  for (const window of live.windows) {
    lines.push(line(
      `Strikes, ${window.underlying}`,
      `${formatCount(window.contracts)} at ${formatPrice(window.spot)}`,
      `Around the money, expiry ${formatExpiry(window.expiry, session)}; price from ${
        window.spot_origin.replaceAll("_", " ")
      }.`,
      live.market_closed ? "none" : goodIf(!window.stale),
      "The price is not the market's of now: see the stocks socket, or give --default-spots.",
    ));
  }
  for (const chain of live.chains) {
    lines.push(line(
      `Chain, ${chain.underlying}`,
      `${formatCount(chain.contracts)}, ${formatAge(chain.age_seconds)} old`,
      "Greeks and open interest as read last; over a minute is old.",
      live.market_closed ? "none" : goodIf(!chain.stale, "warn"),
      "Greeks are old: see Requests.",
    ));
  }
  return { title: "Subscriptions", meaning: "What the live feed follows.", lines };
}

/** @param {Live} live */
function gaps({ gaps: { found, filled, unfilled, open, recovered_prints: recovered } }) {
  const lines = [
    count("Open", open, "Gaps that are being filled from the vendor's history.", "It goes on by itself.", "warn"),
    count(
      "Unfilled",
      unfilled,
      "Gaps that could not be read, or not wholly.",
      "Prints are missing in sums and charts of that time; a later replay from the vendor's files has them.",
    ),
    line("Filled", `${formatCount(filled)} of ${formatCount(found)}`, "Complete as far as the vendor's history is."),
    line("Recovered", formatCount(recovered), "Prints that were missing and came from the vendor's history."),
  ];
  return { title: "Gaps", meaning: "Stretches that may not have been received.", lines };
}
