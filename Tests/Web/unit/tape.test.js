import { chipsOf } from "../../../Web/modules/flags.js";
import { Tape } from "../../../Web/modules/tape.js";
import { expect, expectEqual } from "./expect.js";
import { makePrint } from "./samples.js";

/** @param {Tape} tape */
function idsOf(tape) {
  return Array.from({ length: tape.viewCount }, (_, index) => tape.entry(index)?.print.id);
}

Deno.test("the newest print is entry 0; repeats are not shown twice", () => {
  const tape = new Tape();
  tape.append([makePrint(1), makePrint(2)]);
  tape.append([makePrint(2), makePrint(3)]);
  expectEqual(idsOf(tape), [3, 2, 1]);
  expectEqual(tape.viewAppended, 3);
  expectEqual(tape.lastID, 3);
});

Deno.test("a cancel marks the print that is there already", () => {
  const tape = new Tape();
  tape.append([makePrint(1), makePrint(2)]);
  tape.append([makePrint(1, { cancelled: true })]);
  expectEqual(tape.entry(1)?.print.cancelled, true);
  expectEqual(tape.viewCount, 2);
});

Deno.test("cancelled ids mark prints that are here, and only those", () => {
  const tape = new Tape();
  tape.append([makePrint(10), makePrint(12)]);
  tape.cancel([9, 10, 11, 13]);
  expectEqual([tape.entry(1)?.print.cancelled, tape.entry(0)?.print.cancelled], [true, false]);
});

Deno.test("missed prints are told once, before the first print that came", () => {
  const tape = new Tape();
  tape.append([makePrint(10), makePrint(11)], 7);
  expectEqual([tape.entry(1)?.missedBefore, tape.entry(0)?.missedBefore], [7, 0]);
});

Deno.test("filters keep their view in step", () => {
  const tape = new Tape();
  tape.append([makePrint(1), makePrint(2, { premium: 100_000 }), makePrint(3, { sweep_id: 9 })]);
  tape.setFilter("large");
  tape.append([makePrint(4, { premium: 99_999 }), makePrint(5, { premium: 2e6 })]);
  expectEqual(idsOf(tape), [5, 2]);
  tape.setFilter("sweep");
  tape.append([makePrint(6, { flags: ["sweep_order"] }), makePrint(7, { sweep_id: 10 })]);
  expectEqual(idsOf(tape), [7, 3], "the condition of a sweep order alone is no sweep");
  tape.setFilter("options");
  tape.append([makePrint(8, { symbol: "SPY", expiry: null, type: null, strike: null }), makePrint(9)]);
  expectEqual(idsOf(tape), [9, 7, 6, 5, 4, 3, 2, 1]);
  expectEqual(tape.count, 9);
});

Deno.test("the tape is bounded, its filtered view too", () => {
  const tape = new Tape(1_000);
  tape.setFilter("large");
  for (let id = 1; id <= 10_000; id += 1) tape.append([makePrint(id, { premium: id % 10 === 0 ? 1e6 : 1 })]);
  expect(tape.count <= 1_125, `bounded: ${tape.count}`);
  expectEqual(tape.entry(0)?.print.id, 10_000);
  const oldest = tape.entry(tape.viewCount - 1)?.print.id ?? 0;
  expect(oldest > 8_000, `the view forgot the oldest: ${oldest}`);
});

Deno.test("history goes below, without what is here already", () => {
  const tape = new Tape();
  tape.append([makePrint(5), makePrint(6)]);
  tape.prepend([makePrint(6), makePrint(4), makePrint(3)]);
  expectEqual(idsOf(tape), [6, 5, 4, 3]);
  tape.clear();
  expectEqual([tape.count, tape.lastID], [0, null]);
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
