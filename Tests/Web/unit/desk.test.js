import { Desk } from "../../../Web/modules/desk.js";
import { sparkline } from "../../../Web/modules/sparkline.js";
import { TapeView } from "../../../Web/modules/tape-view.js";
import { expectEqual } from "./expect.js";
import { makePrint, makeState } from "./samples.js";

/**
 * @param {string} epoch
 * @param {boolean} resumed
 * @returns {import("../../../Web/modules/protocol.js").Hello}
 */
function hello(epoch, resumed) {
  return { type: "hello", epoch, version: "1", mode: "demo", resumed, last_print_id: 10 };
}

Deno.test("another epoch clears the tape and the figures, the same one keeps them", () => {
  const desk = new Desk();
  desk.receive(hello("a", false), 0);
  desk.receive(makeState("a", 1), 10);
  desk.receive({ type: "prints", epoch: "a", missed: 2, rows: [makePrint(11)] }, 20);
  desk.receive(hello("a", true), 30);
  expectEqual([desk.tape.count, desk.missed.value, desk.reconnects.value], [1, 2, 1]);
  desk.receive(hello("b", false), 40);
  expectEqual([desk.tape.count, desk.state.value, desk.reconnects.value], [0, null, 2]);
});

Deno.test("a server that cannot resume clears the tape: what was taken back meanwhile must not stay", () => {
  const desk = new Desk();
  const view = new TapeView();
  desk.tape.attach(view);
  desk.receive(hello("a", false), 0);
  desk.receive({ type: "prints", epoch: "a", missed: 0, rows: [makePrint(11)] }, 10);
  desk.receive({ ...hello("a", false), last_print_id: 31 }, 20);
  expectEqual([desk.tape.count, view.count, desk.missed.value], [0, 0, 20]);
  desk.receive({ ...hello("a", false), last_print_id: 33 }, 25);
  expectEqual(desk.missed.value, 22, "an empty tape knows where it stood");
  desk.receive({ type: "prints", epoch: "a", missed: 0, rows: [makePrint(34)] }, 30);
  desk.backfill("a", [makePrint(33), makePrint(11, { cancelled: true })]);
  expectEqual(view.prints.map(({ id, cancelled }) => [id, cancelled]), [[34, false], [33, false], [11, true]]);
  expectEqual(view.missed, 0, "the prints that were fetched have no gap");
});

Deno.test("a mark of missed prints waits for a print, and does not survive the tape", () => {
  const desk = new Desk();
  const view = new TapeView();
  desk.tape.attach(view);
  desk.receive(hello("a", false), 0);
  desk.receive({ type: "prints", epoch: "a", missed: 7, rows: [] }, 10);
  desk.receive({ type: "prints", epoch: "a", missed: 2, rows: [makePrint(20)] }, 20);
  expectEqual([view.entry(0)?.missedBefore, desk.missed.value], [9, 9]);
  desk.receive({ type: "prints", epoch: "a", missed: 5, rows: [] }, 30);
  desk.receive(hello("b", false), 40);
  desk.receive({ type: "prints", epoch: "b", missed: 0, rows: [makePrint(11)] }, 50);
  expectEqual([view.count, view.missed], [1, 0]);
});

Deno.test("prints and history of another epoch are not mixed in", () => {
  const desk = new Desk();
  desk.receive(hello("a", false), 0);
  desk.receive({ type: "prints", epoch: "z", missed: 5, rows: [makePrint(99)] }, 10);
  desk.backfill("z", [makePrint(1)]);
  expectEqual([desk.tape.count, desk.missed.value], [0, 0]);
  desk.backfill("a", [makePrint(2), makePrint(1)]);
  expectEqual(desk.tape.count, 2);
});

Deno.test("the watchdog turns the desk stale when states stop, and back", () => {
  const desk = new Desk();
  desk.phase.value = { kind: "open", attempt: 0, retryAt: 0 };
  desk.receive(hello("a", false), 0);
  desk.receive(makeState("a", 1), 1_000);
  expectEqual(desk.verdict.value.level, "live");
  desk.tick(3_250);
  expectEqual(desk.verdict.value.level, "stale");
  desk.receive(makeState("a", 2), 3_300);
  expectEqual(desk.verdict.value.level, "live");
});

Deno.test("a sparkline spans its box, flat prices lie in the middle", () => {
  expectEqual(sparkline([5]), "");
  expectEqual(sparkline([1, 3, 2]), "0.0,95.0 50.0,5.0 100.0,50.0");
  expectEqual(sparkline([2, 2]), "0.0,50.0 100.0,50.0");
});
