import { ageTone, ingestSection, queueLine, queueSection } from "../../../Web/modules/health-data.js";
import { liveSections } from "../../../Web/modules/health-live.js";
import { bytesOf, line, worst } from "../../../Web/modules/health-report.js";
import { describeSides, methodShares } from "../../../Web/modules/health-sides.js";
import { journalSection, lakeSection, storageSection } from "../../../Web/modules/health-storage.js";
import { alertsSection, detectorSection, lossSection, positioningSection } from "../../../Web/modules/health-work.js";
import { VitalsHistory, wayAboveZero } from "../../../Web/modules/vitals.js";
import { expect, expectEqual } from "./expect.js";
import { healthReport, liveFeed } from "./health-samples.js";

/** @typedef {import("../../../Web/modules/health-report.js").Section} Section */

/**
 * @param {Section | null | undefined} section
 * @param {string} name
 */
function lineOf(section, name) {
  const found = section?.lines.find((known) => known.name === name);
  if (!found) throw new Error(`no line "${name}" among ${section?.lines.map((known) => known.name)}`);
  return found;
}

Deno.test("a healthy report has no line that is bad", () => {
  const report = healthReport();
  const sections = [
    ...liveSections({ ...report, live: liveFeed() }),
    ingestSection(report),
    queueSection(report),
    storageSection(report),
    journalSection(report),
    lakeSection(report),
    positioningSection(report),
    alertsSection(report),
    detectorSection(report),
    lossSection(report),
  ];
  for (const section of sections) {
    for (const { name, tone, remedy, meaning } of section?.lines ?? []) {
      expect(tone === "good" || tone === "none", `${section?.title}, ${name}: is ${tone}`);
      expect(remedy === "" && meaning !== "", `${section?.title}, ${name}: a meaning and no remedy`);
    }
  }
});

Deno.test("silence is worth a look, then bad, and nothing when it is on purpose", () => {
  expectEqual([ageTone(0.1), ageTone(5), ageTone(5.1), ageTone(61)], ["good", "good", "warn", "bad"]);
  const report = healthReport();
  report.ingest.data_age_seconds = 300;
  expectEqual(lineOf(ingestSection(report), "Data age").tone, "bad");
  expectEqual(
    lineOf(ingestSection({ ...report, live: { ...liveFeed(), market_closed: true } }), "Data age").tone,
    "none",
  );
  report.ingest.quiet_until = "2026-11-20T15:00:00.000Z";
  expectEqual(lineOf(ingestSection(report), "Data age").tone, "none");
  report.ingest.status = "ended";
  expectEqual(lineOf(ingestSection(report), "Feed").tone, "none");
});

Deno.test("a queue is judged by its share, and an unknown capacity is no division by zero", () => {
  /** @param {number} depth */
  const tone = (depth) => queueLine("q", { depth, capacity: 100 }, "", "").tone;
  expectEqual([tone(0), tone(50), tone(51), tone(91)], ["good", "good", "warn", "bad"]);
  expectEqual(queueLine("q", { depth: 0, capacity: 0 }, "", "").share, 0);
});

Deno.test("storage: off is said, late and lost rows are bad", () => {
  const report = healthReport();
  report.storage.lag_milliseconds = 5_001;
  report.storage.dropped = 1;
  report.storage.error = "disk is full";
  const section = storageSection(report);
  expectEqual(["Lag", "Not stored", "Error"].map((name) => lineOf(section, name).tone), ["bad", "bad", "bad"]);
  expect(lineOf(section, "Error").remedy !== "", "a remedy");
  report.storage.enabled = false;
  expectEqual(storageSection(report).lines.map((known) => known.value), ["off"]);
});

Deno.test("a live feed: refused sockets, stale prices and unfilled gaps are bad, but not in a closed market", () => {
  const live = liveFeed();
  const [socket, window] = [live.sockets[0], live.windows[0]];
  if (!socket || !window) throw new Error("the sample has a socket and a window");
  socket.state = "refused";
  socket.trouble = "the key is not allowed";
  window.stale = true;
  live.gaps = { found: 3, filled: 1, unfilled: 1, open: 1, recovered_prints: 9 };
  const sections = liveSections({ ...healthReport(), live });
  const [connections, subscriptions, gaps] = sections;
  expectEqual(lineOf(connections, "Socket, options").tone, "bad");
  expect(lineOf(connections, "Socket, options").remedy.includes("the key is not allowed"), "the vendor's words");
  expectEqual(lineOf(subscriptions, "Strikes, SPY").tone, "bad");
  expectEqual([lineOf(gaps, "Open").tone, lineOf(gaps, "Unfilled").tone], ["warn", "bad"]);
  live.market_closed = true;
  expectEqual(lineOf(liveSections({ ...healthReport(), live })[1], "Strikes, SPY").tone, "none");
  expectEqual(liveSections(healthReport()).length, 0, "sections without a live feed");
});

Deno.test("what is switched off has no section, what is broken says why", () => {
  const report = healthReport();
  expectEqual([journalSection(report), lakeSection({ ...report, lake: null })], [null, null]);
  const detector = report.detectors[0];
  const channel = report.alerts?.channels[0];
  if (!detector || !channel) throw new Error("the sample has a detector and a channel");
  detector.state = "out_of_service";
  detector.fault = "premium overflowed";
  expect(lineOf(detectorSection(report), "Sweep").remedy.startsWith("premium overflowed."), "the fault");
  channel.breaker = "open";
  channel.last_error = "HTTP 500";
  const judged = lineOf(alertsSection(report), "Channel, console");
  expectEqual(judged.tone, "bad");
  expect(judged.remedy.includes("HTTP 500"), "the receiver's error");
  report.losses = { store_dropped: 4 };
  expectEqual(lossSection(report).lines.map(({ name, tone }) => [name, tone]), [["Store dropped", "bad"]]);
});

Deno.test("a section is as bad as its worst line, and a good line has no remedy", () => {
  const lines = [line("a", "", ""), line("b", "", "", "warn", "do"), line("c", "", "", "good", "do")];
  expectEqual(worst(lines), "warn");
  expectEqual(worst([]), "none");
  expectEqual(lines.map(({ remedy }) => remedy), ["", "do", ""]);
});

Deno.test("label methods are shares of all prints, largest first", () => {
  expectEqual(methodShares({ tick: 1, at_mid: 3, cross: 0 }), [
    { name: "At mid", prints: 3, share: 0.75 },
    { name: "Tick", prints: 1, share: 0.25 },
  ]);
  expectEqual(methodShares({ tick: 0 }), []);
  expectEqual(describeSides({ buy: 0, sell: 0, mid: 0, unknown: 0 }), "No prints yet.");
});

Deno.test("bytes have a unit", () => {
  expectEqual([bytesOf(0), bytesOf(98_123_456), bytesOf(1_240_000_000)], ["0 B", "98.1 MB", "1.24 GB"]);
});

Deno.test("ten minutes are kept, one sample every two seconds", () => {
  const history = new VitalsHistory();
  const vitals = { dataAge: null, events: 1, queue: 0, lag: 5 };
  expectEqual([history.add(0, vitals), history.add(1_999, vitals), history.add(2_000, { ...vitals, dataAge: 0.5 })], [
    true,
    false,
    true,
  ]);
  expectEqual(history.values("dataAge"), [0.5], "what is not known is left out");
  for (let second = 4; second < 2_000; second += 2) history.add(second * 1_000, { ...vitals, events: second });
  expectEqual([history.values("events").length, history.seconds, history.values("events").at(-1)], [300, 600, 1_998]);
});

Deno.test("a way stands on zero, so that a small figure looks small", () => {
  expectEqual(wayAboveZero([0, 1], 10), "0.0,97.0 100.0,87.6");
  expectEqual(wayAboveZero([5], 10), "");
});
