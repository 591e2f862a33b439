import {
  axisOf,
  formatTick,
  isMultiple,
  placeAmong,
  placeNames,
  roundStep,
  strikeStep,
} from "../../../Web/modules/scale.js";
import { expect, expectEqual } from "./expect.js";

Deno.test("a step is round and cuts the span in no more parts than asked for", () => {
  expectEqual(roundStep(10, 5), 2);
  expectEqual(roundStep(11, 4), 5);
  expectEqual(roundStep(900e6, 4), 250e6);
  for (const span of [0.3, 7, 1234, 8.1e9]) expect(span / roundStep(span, 4) <= 4, `step of ${span}`);
});

Deno.test("an axis holds every value and zero, and its ticks are multiples of one step", () => {
  const axis = axisOf([-310e6, 480e6], 4);
  expectEqual(axis.ticks, [-200e6, 0, 200e6, 400e6]);
  expectEqual([axis.low, axis.high], [-360e6, 530e6]);
  expectEqual(axisOf([5, 9], 4).low, 0, "low end of values above zero");
  expectEqual(axisOf([0, 0], 4), { low: -1, high: 1, ticks: [0] });
  expectEqual(axisOf([], 4).ticks, [0]);
});

Deno.test("ticks say no zeros that say nothing", () => {
  expectEqual([0, 500e6, 1e9, -2.5e9, 12_500, 999_999_999].map(formatTick), [
    "0",
    "500M",
    "1B",
    "−2.5B",
    "12.5K",
    "1B",
  ]);
});

Deno.test("a price lies between strikes as far as it is, also where they are unevenly apart", () => {
  const strikes = [660, 665, 670, 680];
  expectEqual(placeAmong(660, strikes), 0);
  expectEqual(placeAmong(667.5, strikes), 1.5);
  expectEqual(placeAmong(675, strikes), 2.5);
  expectEqual(placeAmong(659, strikes), -1);
  expectEqual(placeAmong(681, strikes), 4);
  expectEqual(placeAmong(681, []), 0);
});

Deno.test("strikes below an axis are round and leave room for their names", () => {
  expectEqual(strikeStep([670, 671, 672, 673], 15, 38), 5);
  expectEqual(strikeStep([670, 671, 672, 673], 40, 38), 1);
  expectEqual(strikeStep([180, 182.5, 185], 20, 38), 5);
  expectEqual(strikeStep([180], 400, 38), 1);
  expect(isMultiple(182.5, 2.5) && !isMultiple(181, 2.5), "multiples");
});

Deno.test("names of lines do not lie on each other, nor outside", () => {
  const names = [{ at: 209, width: 60 }, { at: 170, width: 55 }, { at: 162, width: 65 }, { at: 395, width: 70 }];
  const places = placeNames(names, 400, 4);
  places.forEach((place, index) => {
    const end = place.start + (names[index]?.width ?? 0);
    expect(place.start >= 0 && end <= 400, `name ${index} is inside`);
    places.slice(index + 1).forEach((other, after) => {
      const otherEnd = other.start + (names[index + 1 + after]?.width ?? 0);
      expect(place.row !== other.row || end <= other.start || place.start >= otherEnd, `names ${index} and later`);
    });
  });
  // The third would cross the line of the second to its right, so it goes to the left of its own.
  expectEqual(places[2], { row: 1, start: 93 });
});

Deno.test("a picture narrower than a name still gets it", () => {
  expectEqual(placeNames([{ at: 10, width: 80 }], 40, 4), [{ row: 0, start: 0 }]);
});
