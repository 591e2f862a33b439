import { boxOf, cellAt, fieldOf, heightOf, moved, shadeOf, valueAt } from "../../../Web/modules/heatmap.js";
import { expect, expectEqual } from "./expect.js";

/**
 * @param {number} minute
 * @param {number[]} strikes
 * @param {(number | null)[]} values
 * @param {number | null} spot
 */
function sample(minute, strikes, values, spot) {
  return { time: `2026-11-20T14:3${minute}:00.000Z`, spot, total: 0, flip: null, strikes, values };
}

const minutes = [
  sample(0, [670, 671, 672], [-4, 1, null], 671),
  sample(1, [671, 672, 673], [2, 3, 8], 672),
];
const field = fieldOf(minutes, 10);
const frame = { left: 40, top: 0, width: 300, height: 80, columns: 30, rows: 4 };

Deno.test("minutes with other strikes share one field; what is not known is no zero", () => {
  expectEqual(field.strikes, [670, 671, 672, 673]);
  expectEqual(field.largest, 8);
  expectEqual(valueAt(field, { minute: 0, strike: 0 }), -4);
  expectEqual(valueAt(field, { minute: 0, strike: 2 }), null, "a null");
  expectEqual(valueAt(field, { minute: 1, strike: 0 }), null, "a strike that the minute has not");
  expectEqual(valueAt(field, { minute: 1, strike: 3 }), 8);
  expectEqual(fieldOf([], 10).strikes, []);
});

Deno.test("few rows are those around the way of the price", () => {
  const strikes = [660, 661, 662, 663, 664, 665, 666];
  const values = strikes.map(() => 1);
  expectEqual(fieldOf([sample(0, strikes, values, 664), sample(1, strikes, values, 665)], 3).strikes, [664, 665, 666]);
  expectEqual(fieldOf([sample(0, strikes, values, null)], 3).strikes, [662, 663, 664]);
  expectEqual(fieldOf([sample(0, strikes, values, 600)], 3).strikes, [660, 661, 662]);
});

Deno.test("the shade keeps the sign, ends at one, and shows small amounts beside large ones", () => {
  expectEqual([shadeOf(100, 100), shadeOf(-100, 100), shadeOf(0, 100), shadeOf(25, 100)], [1, -1, 0, 0.5]);
  expectEqual([shadeOf(NaN, 100), shadeOf(1, 0)], [0, 0]);
});

Deno.test("a point finds the cell whose box it is in, and nothing outside", () => {
  for (const cell of [{ minute: 0, strike: 0 }, { minute: 1, strike: 3 }, { minute: 1, strike: 1 }]) {
    const { x, y, width, height } = boxOf(cell, frame);
    expectEqual(cellAt(x + width / 2, y + height / 2, frame, field), cell);
  }
  expectEqual(cellAt(10, 10, frame, field), null, "left of the map");
  expectEqual(cellAt(200, 10, frame, field), null, "a minute that has not come");
  expectEqual(cellAt(45, 90, frame, field), null, "below");
});

Deno.test("a price is drawn in the middle of its strike's row, and not at all beyond", () => {
  expectEqual(heightOf(670, field, frame), 70);
  expectEqual(heightOf(673, field, frame), 10);
  expectEqual(heightOf(671.5, field, frame), 40);
  expectEqual([heightOf(680, field, frame), heightOf(600, field, frame), heightOf(null, field, frame)], [
    null,
    null,
    null,
  ]);
});

Deno.test("keys walk from the newest minute at the money and stop at the edges", () => {
  const start = moved("ArrowUp", null, field);
  expectEqual(start, { minute: 1, strike: 2 }, "where the cursor appears");
  expectEqual(moved("ArrowLeft", start, field), { minute: 0, strike: 2 });
  expectEqual(moved("ArrowRight", start, field), start);
  expectEqual(moved("ArrowUp", { minute: 1, strike: 3 }, field), { minute: 1, strike: 3 });
  expectEqual(moved("PageDown", start, field), { minute: 1, strike: 0 });
  expectEqual(moved("Home", start, field), { minute: 0, strike: 2 });
  expectEqual(moved("End", { minute: 0, strike: 0 }, field), { minute: 1, strike: 0 });
  expectEqual(moved("a", start, field), null, "no key of the map");
  expectEqual(moved("ArrowUp", null, fieldOf([], 5)), null, "an empty map");
  const above = fieldOf([sample(0, [670, 671], [1, 1], 700)], 5);
  expect((moved("ArrowUp", null, above)?.strike ?? 9) <= 1, "a price beyond the strikes starts inside");
});
