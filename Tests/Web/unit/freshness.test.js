import { assess, explainNoOptions } from "../../../Web/modules/freshness.js";
import { expect, expectEqual } from "./expect.js";
import { makeHealth, makeState } from "./samples.js";

/** @type {import("../../../Web/modules/stream.js").Phase} */
const open = { kind: "open", attempt: 0, retryAt: 0 };
const base = { phase: open, health: makeHealth(), stateAt: 1_000, stateTime: "2026-11-20T15:42:17.000Z", now: 1_250 };

Deno.test("fresh states of a healthy server are live", () => {
  expectEqual(assess(base).level, "live");
  expectEqual(assess({ ...base, now: 3_000 }).level, "live");
});

Deno.test("no state for two seconds is stale though the socket is open", () => {
  const verdict = assess({ ...base, now: 3_001 });
  expectEqual(verdict.level, "stale");
  expect(verdict.message.includes("10:42:17 ET"), `says since when: ${verdict.message}`);
});

Deno.test("the age of the data counts on while no state comes", () => {
  expectEqual(assess({ ...base, now: 2_000 }).dataAgeSeconds, 1.1);
});

Deno.test("old data are stale though states are punctual, unless the feed has ended", () => {
  const reasons = ["no data for 16 s although the feed says it streams"];
  const old = makeHealth({ data_age_seconds: 16, status: "degraded", reasons });
  const verdict = assess({ ...base, health: old });
  expectEqual(verdict.level, "stale");
  expect(verdict.message.includes("10:42:01 ET"), `names the last data: ${verdict.message}`);
  expectEqual(assess({ ...base, health: { ...old, ingest_status: "ended" } }).level, "ended");
});

Deno.test("old data that the server does not doubt are a quiet market, until the server itself is silent", () => {
  const quiet = { ...base, health: makeHealth({ data_age_seconds: 3_600 }) };
  const verdict = assess(quiet);
  expectEqual([verdict.level, verdict.word], ["live", "Quiet"]);
  expect(verdict.message.includes("09:42:17 ET"), `names the last data: ${verdict.message}`);
  expectEqual(assess({ ...quiet, now: 3_001 }).level, "stale");
});

Deno.test("what is played from the record is not live", () => {
  const health = makeHealth({
    ingest_status: "recovering",
    status: "degraded",
    reasons: ["playing what was recorded, 40 %"],
  });
  const verdict = assess({ ...base, health });
  expectEqual(verdict.level, "stale");
  expectEqual(verdict.word, "Recovering");
  expect(verdict.message.includes("40 %"), verdict.message);
});

Deno.test("a lost connection outranks everything and says what comes next", () => {
  const verdict = assess({ ...base, phase: { kind: "waiting", attempt: 4, retryAt: 6_250 }, now: 3_250 });
  expectEqual(verdict.level, "disconnected");
  expect(verdict.message.includes("Next attempt (4) in 3.0 s"), verdict.message);
  expectEqual(assess({ ...base, phase: { ...open, kind: "connecting" } }).level, "disconnected");
});

Deno.test("before the first state: connecting, and disconnected once it has failed", () => {
  expectEqual(assess({ ...base, health: null, phase: { ...open, kind: "connecting" } }).level, "connecting");
  expectEqual(
    assess({ ...base, health: null, phase: { kind: "waiting", attempt: 1, retryAt: 2_000 } }).level,
    "disconnected",
  );
});

Deno.test("the server's own word is repeated with its reasons", () => {
  const degraded = assess({ ...base, health: makeHealth({ status: "degraded", reasons: ["storage: queue full"] }) });
  expectEqual([degraded.level, degraded.message], ["degraded", "storage: queue full."]);
  expectEqual(assess({ ...base, health: makeHealth({ ingest_status: "failed" }) }).level, "stale");
  expectEqual(assess({ ...base, health: makeHealth({ status: "down" }) }).level, "stale");
});

Deno.test("an empty panel waits until the feed has ended without an option", () => {
  const ended = makeState("a", 1, { ingest_status: "ended", mode: "replay" });
  const grid = { underlying: "SPY", spot: null, spot_time: null, expiry: "2026-11-20", atm_strike: null, rows: [] };
  expectEqual(explainNoOptions(ended, "No strikes yet."), "No options in this recording.");
  expectEqual(explainNoOptions({ ...ended, grid }, "No strikes yet."), "No strikes yet.");
  expectEqual(explainNoOptions(makeState("a", 1, { mode: "replay" }), "No strikes yet."), "No strikes yet.");
  expectEqual(explainNoOptions(null, "No strikes yet."), "No strikes yet.");
});
