import { ceilingMilliseconds, delayMilliseconds } from "../../../Web/modules/backoff.js";
import { expect, expectEqual } from "./expect.js";

Deno.test("the first retry is at once, then the ceiling doubles up to its end", () => {
  const ceilings = [0, 1, 2, 3, 4, 5, 6, 7, 5_000].map(ceilingMilliseconds);
  expectEqual(ceilings, [0, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
});

Deno.test("the wait is spread over the whole range below the ceiling", () => {
  expectEqual(delayMilliseconds(3, () => 0), 0);
  expectEqual(delayMilliseconds(3, () => 0.5), 1_000);
  expect(delayMilliseconds(3, () => 0.999_999) < 2_000, "below the ceiling");
  expectEqual(delayMilliseconds(0, () => 0.9), 0);
});
