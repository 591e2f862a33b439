import { batch, computed, effect, signal } from "../../../Web/modules/signals.js";
import { expect, expectEqual } from "./expect.js";

Deno.test("an effect runs at once and after each change of what it read", () => {
  const price = signal(1);
  /** @type {number[]} */
  const seen = [];
  effect(() => void seen.push(price.value));
  price.value = 2;
  price.value = 2;
  price.value = 3;
  expectEqual(seen, [1, 2, 3]);
});

Deno.test("an effect forgets what it no longer reads", () => {
  const isShown = signal(true);
  const text = signal("a");
  let runs = 0;
  effect(() => {
    runs += 1;
    if (isShown.value) text.value;
  });
  isShown.value = false;
  text.value = "b";
  expectEqual(runs, 2);
});

Deno.test("peek does not subscribe, and an ended effect is silent", () => {
  const value = signal(1);
  let runs = 0;
  const end = effect(() => {
    runs += 1;
    value.peek();
  });
  value.value = 2;
  expectEqual(runs, 1);
  const endReader = effect(() => void (value.value, runs += 1));
  endReader();
  end();
  value.value = 3;
  expectEqual(runs, 2);
});

Deno.test("a batch runs each effect once, nested batches too", () => {
  const [bid, ask] = [signal(1), signal(2)];
  /** @type {number[]} */
  const mids = [];
  effect(() => void mids.push((bid.value + ask.value) / 2));
  batch(() => {
    bid.value = 3;
    batch(() => (ask.value = 5));
    expectEqual(mids, [1.5]);
  });
  expectEqual(mids, [1.5, 4]);
});

Deno.test("a computed value wakes its readers only when its result differs", () => {
  const age = signal(0.1);
  const isStale = computed(() => age.value > 2);
  let runs = 0;
  effect(() => void (isStale.value, runs += 1));
  age.value = 1;
  age.value = 1.9;
  expectEqual(runs, 1);
  age.value = 2.1;
  expectEqual([runs, isStale.value], [2, true]);
});

Deno.test("an effect that fails does not keep the others from running", () => {
  const value = signal(0);
  let seen = -1;
  effect(() => {
    if (value.value === 1) throw new Error("broken panel");
  });
  effect(() => void (seen = value.value));
  let thrown = false;
  try {
    value.value = 1;
  } catch {
    thrown = true;
  }
  expect(thrown, "the error is thrown");
  expectEqual(seen, 1);
  value.value = 2;
  expectEqual(seen, 2);
});
