import { Insistence } from "../../../Web/modules/insist.js";
import { expectEqual } from "./expect.js";

Deno.test("what cannot be had is asked for again, later and later, until it is there", async () => {
  /** @type {number[]} */
  const waits = [];
  /** @type {boolean[]} */
  const away = [];
  /** @type {string[]} */
  const taken = [];
  const insistence = new Insistence((milliseconds) => {
    waits.push(milliseconds);
    return Promise.resolve();
  });
  let tries = 0;
  await insistence.ask({
    ask: () => (tries += 1) < 4 ? Promise.reject(new Error("away")) : Promise.resolve("rows"),
    take: (answer) => taken.push(answer),
    refuse: () => away.push(insistence.isAway.peek()),
    isWanted: () => true,
  });
  expectEqual([waits, away, taken], [[500, 1_000, 2_000], [true, true, true], ["rows"]]);
  expectEqual(insistence.isAway.value, false);
});

Deno.test("a question that nobody has any more is not asked again", async () => {
  let isWanted = true;
  let tries = 0;
  const insistence = new Insistence(() => {
    isWanted = false;
    return Promise.resolve();
  });
  const question = {
    ask: () => {
      tries += 1;
      return Promise.reject(new Error("away"));
    },
    take: () => {},
    refuse: () => {},
    isWanted: () => isWanted,
  };
  await insistence.ask(question);
  expectEqual(tries, 1);
});

Deno.test("the newer of two questions is the one that is answered", async () => {
  /** @type {string[]} */
  const taken = [];
  const insistence = new Insistence();
  /** @param {string} answer */
  const question = (answer) => ({
    ask: () => Promise.resolve(answer),
    take: (/** @type {string} */ one) => void taken.push(one),
    refuse: () => {},
    isWanted: () => true,
  });
  await Promise.all([insistence.ask(question("before")), insistence.ask(question("now"))]);
  expectEqual(taken, ["now"]);
});
