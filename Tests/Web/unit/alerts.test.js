import {
  Alerts,
  CAPACITY,
  countText,
  hasSameDetail,
  isAtLeast,
  scoreText,
  shortTitle,
} from "../../../Web/modules/alerts.js";
import { Desk } from "../../../Web/modules/desk.js";
import { parseMessage } from "../../../Web/modules/protocol.js";
import { expectEqual } from "./expect.js";
import { makeAlert } from "./samples.js";

/** @param {Alerts} alerts */
function ids(alerts) {
  return alerts.rows.map((row) => row.id);
}

Deno.test("what nobody has looked at comes first, of that the most severe, of equal ones the newest", () => {
  const alerts = new Alerts();
  alerts.tell([
    makeAlert(1, { severity: "LOW" }),
    makeAlert(2, { severity: "CRITICAL", state: "acknowledged" }),
    makeAlert(3, { severity: "HIGH" }),
    makeAlert(4, { severity: "LOW" }),
    makeAlert(5, { severity: "CRITICAL" }),
  ]);
  expectEqual(ids(alerts), [5, 3, 4, 1, 2]);
  expectEqual(countText(alerts.rows), "4 new, 1 seen");
  expectEqual(alerts.rows.filter((row) => isAtLeast(row, "HIGH")).map((row) => row.id), [5, 3, 2]);
});

Deno.test("what is resolved or expired is open no more", () => {
  const alerts = new Alerts();
  alerts.tell([makeAlert(1), makeAlert(2), makeAlert(3)]);
  alerts.tell([makeAlert(1, { state: "resolved" }), makeAlert(3, { state: "expired" })]);
  expectEqual(ids(alerts), [2]);
});

Deno.test("an answer takes nothing back that the stream has told meanwhile", () => {
  const alerts = new Alerts();
  alerts.tell([makeAlert(1), makeAlert(2), makeAlert(3)]);
  alerts.ask();
  alerts.tell([makeAlert(2, { state: "resolved" }), makeAlert(3, { occurrences: 4 }), makeAlert(5)]);
  // Of 4 only the answer knows, 1 is open no more: both were so before the question.
  alerts.take([makeAlert(2), makeAlert(3), makeAlert(4)]);
  expectEqual(alerts.rows.map((row) => [row.id, row.occurrences]), [[5, 1], [4, 1], [3, 4]]);
  alerts.ask();
  alerts.tell([makeAlert(5, { occurrences: 2 })]);
  alerts.take([makeAlert(5, { occurrences: 3 })]);
  expectEqual(alerts.rows.map((row) => [row.id, row.occurrences]), [[5, 3]]);
});

Deno.test("a detail is written again when what it says has changed", () => {
  const alert = makeAlert(1);
  const score = { total: 60, premium: 20, confidence: 32, count: 8 };
  const changes = [{ state: /** @type {const} */ ("acknowledged") }, { text: "5 prints." }, { score }];
  expectEqual(changes.map((change) => hasSameDetail(alert, makeAlert(1, change))), [false, false, false]);
  expectEqual(hasSameDetail(alert, makeAlert(1, { last_time: "2026-11-20T15:43:00Z", occurrences: 2 })), true);
});

Deno.test("the list is bounded, and what matters least goes first", () => {
  const alerts = new Alerts();
  alerts.tell([makeAlert(1, { severity: "CRITICAL" })]);
  for (let id = 2; id <= CAPACITY + 4; id += 1) alerts.tell([makeAlert(id, { severity: "LOW" })]);
  expectEqual([alerts.rows.length, ids(alerts)[0], ids(alerts)[1]], [CAPACITY, 1, CAPACITY + 4]);
});

Deno.test("another epoch clears the alerts, and those of another one are not taken", () => {
  const desk = new Desk();
  desk.receive({ type: "hello", epoch: "x", version: "1", mode: "demo", resumed: false, last_print_id: 5 }, 0);
  desk.receive({ type: "alerts", epoch: "w", missed: 0, rows: [makeAlert(1)] }, 0);
  desk.takeAlerts("w", [makeAlert(2)]);
  desk.receive({ type: "alerts", epoch: "x", missed: 0, rows: [makeAlert(3)] }, 0);
  expectEqual(ids(desk.alerts), [3]);
  desk.tellAlert(makeAlert(3, { state: "resolved" }));
  desk.takeAlerts("x", [makeAlert(4)]);
  expectEqual(ids(desk.alerts), [4]);
  desk.receive({ type: "hello", epoch: "y", version: "1", mode: "demo", resumed: false, last_print_id: 5 }, 0);
  expectEqual(ids(desk.alerts), []);
});

Deno.test("a message of alerts has rows, and a score is explained in words", () => {
  expectEqual(parseMessage('{"type":"alerts","epoch":"x","missed":0}'), null);
  expectEqual(
    scoreText(makeAlert(1)),
    "Score 57: premium 17 of 40, confidence 32 of 40, prints 8 of 20",
  );
  expectEqual(
    ["2026-11-20", "2026-11-18", "2025-11-18"].map((session) => shortTitle(makeAlert(1), session)),
    ["0D", "20 Nov", "20 Nov 26"].map((expiry) => `Sweep: SPY ${expiry} 672 call bought, $250 k`),
  );
});
