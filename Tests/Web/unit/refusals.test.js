import { Refusals } from "../../../Web/modules/refusals.js";
import { expectEqual } from "./expect.js";

Deno.test("a refusal outlives the answer to another question", async () => {
  let shown = "";
  const refusals = new Refusals((text) => (shown = text));
  expectEqual(await refusals.attempt(() => Promise.reject(new Error("not allowed"))), false);
  refusals.clear("poll");
  expectEqual(shown, "not allowed");
  refusals.refuse("poll", new Error("the file is full"));
  expectEqual(shown, "not allowed · the file is full");
  expectEqual(await refusals.attempt(() => Promise.resolve()), true);
  expectEqual(shown, "the file is full");
  refusals.clear("poll");
  expectEqual(shown, "");
});
