import { chipsOf } from "../../../Web/modules/flags.js";
import { isSweep, Tape } from "../../../Web/modules/tape.js";
import { TapeView } from "../../../Web/modules/tape-view.js";
import { expect, expectEqual } from "./expect.js";
import { makePrint } from "./samples.js";

/** @param {TapeView} view */
function idsOf(view) {
  return Array.from({ length: view.count }, (_, index) => view.entry(index)?.print.id);
}

/**
 * A tape and a view of it.
 * @param {import("../../../Web/modules/tape-view.js").Passes} [passes]
 * @param {{ capacity?: number, reachesBack?: boolean }} [options]
 */
function makeTape(passes, { capacity = 5_000, reachesBack = false } = {}) {
  const tape = new Tape(capacity);
  const view = new TapeView(passes, { reachesBack });
  view.bound = capacity;
  tape.attach(view);
  return { tape, view };
}

/** @type {(print: import("../../../Web/modules/protocol.js").Print) => boolean} */
const isLarge = (print) => print.premium >= 100_000;

Deno.test("the newest print is entry 0; repeats are not shown twice", () => {
  const { tape, view } = makeTape();
  tape.append([makePrint(1), makePrint(2)]);
  tape.append([makePrint(2), makePrint(3)]);
  expectEqual(idsOf(view), [3, 2, 1]);
  expectEqual(view.appended, 3);
  expectEqual(tape.lastID, 3);
});

Deno.test("a cancel marks the print that is there already", () => {
  const { tape, view } = makeTape();
  tape.append([makePrint(1), makePrint(2)]);
  tape.append([makePrint(1, { cancelled: true })]);
  expectEqual(view.entry(1)?.print.cancelled, true);
  expectEqual(view.count, 2);
});

Deno.test("cancelled ids mark prints that are here, and only those", () => {
  const { tape, view } = makeTape();
  tape.append([makePrint(10), makePrint(12)]);
  tape.cancel([9, 10, 11, 13]);
  expectEqual([view.entry(1)?.print.cancelled, view.entry(0)?.print.cancelled], [true, false]);
});

Deno.test("missed prints are told once, before the first print that came", () => {
  const { tape, view } = makeTape();
  tape.append([makePrint(10), makePrint(11)], 7);
  expectEqual([view.entry(1)?.missedBefore, view.entry(0)?.missedBefore], [7, 0]);
});

Deno.test("a filtered view marks what was missed on its next print that passes", () => {
  const { tape, view } = makeTape(isLarge);
  const all = new TapeView();
  tape.attach(all);
  tape.append([makePrint(10, { premium: 1e6 })]);
  tape.append([makePrint(20)], 3);
  expectEqual([view.count, view.missed], [1, 3]);
  tape.append([makePrint(30, { premium: 1e6 })], 4);
  expectEqual([view.entry(0)?.missedBefore, view.entry(1)?.missedBefore, view.missed], [7, 0, 7]);
  expectEqual([all.entry(0)?.missedBefore, all.entry(1)?.missedBefore], [4, 3], "each view has its own marks");
  tape.refill(view);
  expectEqual([view.entry(0)?.missedBefore, view.missed], [7, 7]);
  tape.cancel([30]);
  expectEqual([view.entry(0)?.print.cancelled, all.entry(0)?.print.cancelled], [true, true]);
});

Deno.test("a print that passes no longer goes, and its mark to the next one", () => {
  const { tape, view } = makeTape((print) => !print.cancelled, { reachesBack: true });
  tape.append([makePrint(10), makePrint(11)]);
  tape.append([makePrint(20), makePrint(21)], 5);
  view.extend([makePrint(9)], 1);
  tape.cancel([20, 9]);
  expectEqual([idsOf(view), view.entry(0)?.missedBefore], [[21, 11, 10], 5]);
  tape.append([makePrint(10, { cancelled: true })]);
  expectEqual(idsOf(view), [21, 11], "one that is sent again");
  view.pause();
  tape.append([makePrint(30), makePrint(31)], 2);
  tape.cancel([21, 30, 31]);
  expectEqual([idsOf(view), view.waiting, view.missed], [[11], 0, 7]);
  view.resume();
  tape.append([makePrint(40)]);
  expectEqual([idsOf(view), view.entry(0)?.missedBefore], [[40, 11], 7]);
});

Deno.test("several views keep in step, each with its own filter", () => {
  const { tape, view } = makeTape(isLarge);
  const sweeps = new TapeView(isSweep);
  tape.append([makePrint(1), makePrint(2, { premium: 100_000 }), makePrint(3, { sweep_id: 9 })]);
  tape.attach(sweeps);
  tape.append([makePrint(4, { premium: 99_999 }), makePrint(5, { premium: 2e6 })]);
  tape.append([makePrint(6, { flags: ["sweep_order"] }), makePrint(7, { sweep_id: 10 })]);
  expectEqual(idsOf(view), [5, 2]);
  expectEqual(idsOf(sweeps), [7, 3], "the condition of a sweep order alone is no sweep");
  tape.detach(sweeps);
  view.setFilter((print) => print.type !== null);
  tape.refill(view);
  tape.append([makePrint(8, { symbol: "SPY", expiry: null, type: null, strike: null }), makePrint(9)]);
  expectEqual(idsOf(view), [9, 7, 6, 5, 4, 3, 2, 1]);
  expectEqual(idsOf(sweeps), [7, 3], "a view that was let go stands still");
  expectEqual(tape.count, 9);
});

Deno.test("the tape is bounded, its filtered view too", () => {
  const { tape, view } = makeTape(isLarge, { capacity: 1_000 });
  for (let id = 1; id <= 10_000; id += 1) tape.append([makePrint(id, { premium: id % 10 === 0 ? 1e6 : 1 })]);
  expect(tape.count <= 1_125, `bounded: ${tape.count}`);
  expectEqual(view.entry(0)?.print.id, 10_000);
  const oldest = view.entry(view.count - 1)?.print.id ?? 0;
  expect(oldest > 8_000, `the view forgot the oldest: ${oldest}`);
  expectEqual(view.coversFrom, tape.firstID);
});

Deno.test("a view that reaches back keeps what the tape lets go, up to its own bound", () => {
  const { tape, view } = makeTape(isLarge, { capacity: 1_000, reachesBack: true });
  for (let id = 1; id <= 5_000; id += 1) tape.append([makePrint(id, { premium: id % 10 === 0 ? 1e6 : 1 })]);
  expectEqual([view.count, view.coversFrom], [500, 1]);
  for (let id = 5_001; id <= 20_000; id += 1) tape.append([makePrint(id, { premium: id % 10 === 0 ? 1e6 : 1 })]);
  expect(view.count <= 1_125, `bounded: ${view.count}`);
  expectEqual(view.coversFrom, view.entry(view.count - 1)?.print.id, "what was let go can be fetched again");
  tape.cancel([view.coversFrom]);
  expectEqual(view.entry(view.count - 1)?.print.cancelled, true, "a print that only the view has is marked too");
});

Deno.test("history goes below, without what is here already", () => {
  const { tape, view } = makeTape();
  tape.append([makePrint(5), makePrint(6)]);
  tape.prepend([makePrint(6), makePrint(4), makePrint(3)]);
  expectEqual(idsOf(view), [6, 5, 4, 3]);
  tape.clear();
  expectEqual([tape.count, tape.lastID, view.count, view.coversFrom], [0, null, 0, null]);
});

Deno.test("fetched prints go below and stay when the tape gets older ones of its own", () => {
  const { tape, view } = makeTape(isLarge, { reachesBack: true });
  tape.append([makePrint(50, { premium: 1e6 })]);
  view.extend([49, 40, 50].map((id) => makePrint(id, { premium: 1e6 })).concat(makePrint(45)), 31);
  expectEqual([idsOf(view), view.coversFrom], [[50, 49, 40], 31]);
  tape.prepend([makePrint(49, { premium: 1e6 }), makePrint(48)]);
  expectEqual([idsOf(view), view.coversFrom], [[50, 49, 40], 31]);
  expectEqual([view.indexOf(40), view.indexOf(41)], [2, -1]);
});

Deno.test("a view that stands still counts what waits and then shows it", () => {
  const { tape, view } = makeTape(isLarge);
  tape.append([makePrint(1, { premium: 1e6 })]);
  view.pause();
  tape.append([makePrint(2, { premium: 1e6 }), makePrint(3), makePrint(4, { premium: 1e6 })]);
  tape.cancel([4]);
  expectEqual([idsOf(view), view.waiting, view.appended], [[1], 2, 1]);
  tape.prepend([makePrint(0, { premium: 1e6 })]);
  expectEqual([idsOf(view), view.waiting], [[1, 0], 2], "older prints come in below, the newer ones wait on");
  view.resume();
  expectEqual([idsOf(view), view.waiting, view.appended], [[4, 2, 1, 0], 0, 2]);
  expectEqual(view.entry(0)?.print.cancelled, true);
});

Deno.test("more than can wait leaves the older ones to be fetched", () => {
  const { tape, view } = makeTape(undefined, { capacity: 100, reachesBack: true });
  tape.append([makePrint(1)]);
  view.pause();
  for (let id = 2; id <= 1_000; id += 1) tape.append([makePrint(id)]);
  expect(view.waiting <= 164, `bounded: ${view.waiting}`);
  const waiting = view.waiting;
  view.resume();
  expectEqual([view.count, view.entry(0)?.print.id, view.coversFrom], [waiting, 1_000, 1_001 - waiting]);
});

Deno.test("chips come in order of weight and do not invent", () => {
  const print = makePrint(1, {
    cancelled: true,
    injected: true,
    sweep_id: 4,
    flags: ["sweep_order", "block", "multi_leg", "unheard_of"],
  });
  expectEqual(chipsOf(print, 12).map((chip) => chip.text), ["12 MISSED", "CXL", "INJECTED", "SWEEP", "BLOCK", "MULTI"]);
  expectEqual(chipsOf(makePrint(2, { flags: ["sweep_order"] }), 0).map((chip) => chip.text), ["ISO"]);
  expectEqual(chipsOf(makePrint(3), 0), []);
});
