import { CAPACITY, countText, Detections, runOf, valueText, whyText } from "../../../Web/modules/detections.js";
import { Desk } from "../../../Web/modules/desk.js";
import { expectEqual } from "./expect.js";
import { makeDetection } from "./samples.js";

/** @param {Detections} detections */
function ids(detections) {
  return detections.rows.map((row) => `${row.id} ${row.prints}`);
}

Deno.test("what changes keeps its place, what is new comes first", () => {
  const detections = new Detections();
  detections.tell([makeDetection("a"), makeDetection("b")]);
  detections.tell([makeDetection("a", { prints: 9 }), makeDetection("c")]);
  expectEqual(ids(detections), ["c 2", "b 2", "a 9"]);
});

Deno.test("what was found before takes its place, and overwrites nothing newer", () => {
  const detections = new Detections();
  detections.tell([makeDetection("b", { prints: 5, last_print_id: 50 }), makeDetection("c", { last_print_id: 70 })]);
  detections.merge([makeDetection("b", { prints: 4, last_print_id: 40 }), makeDetection("a", { last_print_id: 30 })]);
  expectEqual(ids(detections), ["c 2", "b 5", "a 2"]);
  detections.merge([makeDetection("b", { prints: 6, last_print_id: 60 })]);
  expectEqual(ids(detections), ["c 2", "b 6", "a 2"]);
});

Deno.test("the list is bounded, and the same id of another run is another detection", () => {
  const detections = new Detections();
  for (let number = 0; number < CAPACITY + 3; number += 1) detections.tell([makeDetection(`d${number}`)]);
  expectEqual([detections.rows.length, detections.rows[0]?.id], [CAPACITY, `d${CAPACITY + 2}`]);
  detections.tell([makeDetection(`d${CAPACITY}`, { run: 2 })]);
  expectEqual(detections.rows.slice(0, 2).map((row) => row.run), [2, 1]);
});

Deno.test("the page shows the running server's detections only", () => {
  const desk = new Desk();
  const last = 3 * 2 ** 36 + 17;
  expectEqual([runOf(last), runOf(17)], [3, 0]);
  desk.receive({ type: "hello", epoch: "x", version: "1", mode: "demo", resumed: false, last_print_id: last }, 0);
  desk.backfillDetections("w", [makeDetection("a", { run: 3 })]);
  desk.backfillDetections("x", [makeDetection("b", { run: 3 }), makeDetection("c", { run: 2 })]);
  desk.receive({ type: "detections", epoch: "w", missed: 0, rows: [makeDetection("d", { run: 3 })] }, 0);
  desk.receive({ type: "detections", epoch: "x", missed: 0, rows: [makeDetection("e", { run: 3 })] }, 0);
  expectEqual(desk.detections.rows.map((row) => row.id), ["e", "b"]);
  desk.receive({ type: "hello", epoch: "y", version: "1", mode: "demo", resumed: false, last_print_id: 5 }, 0);
  expectEqual(desk.detections.rows, []);
});

Deno.test("a list that stands still says how many wait", () => {
  expectEqual([countText(0, 0), countText(7, 0), countText(7, 2)], [
    "",
    "7 of $25K and more",
    "7 of $25K and more, 2 waiting",
  ]);
});

Deno.test("a confidence is explained in words", () => {
  expectEqual(whyText(makeDetection("a")), "Confidence 87%: legs 7 (90% of 60), premium $1,250,000 (83% of 40)");
  /** @param {string} unit @param {number} value */
  const text = (unit, value) => valueText({ factor: "x", weight: 1, score: 1, value, unit });
  expectEqual(
    [
      text("share", 0.815),
      text("multiple", 3.25),
      text("milliseconds", 1234.5),
      text("seconds", 7.04),
      text("venues", 4),
    ],
    ["82%", "3.3×", "1,235 ms", "7.0 s", "4"],
  );
});
