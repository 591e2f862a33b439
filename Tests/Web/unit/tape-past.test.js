import { BACK_CAPACITY, Past } from "../../../Web/modules/tape-past.js";
import { CAPACITY, Tape } from "../../../Web/modules/tape.js";
import { TapeView } from "../../../Web/modules/tape-view.js";
import { expect, expectEqual } from "./expect.js";
import { makePrint } from "./samples.js";

/**
 * A server with prints 1 to `newest` that answers in pages, and a view of its newest print.
 * @param {number} newest
 * @param {{ page?: number, passes?: import("../../../Web/modules/tape-view.js").Passes }} [options]
 */
function makePast(newest, { page = 1_000, passes } = {}) {
  const tape = new Tape();
  const view = new TapeView(passes, { reachesBack: true });
  tape.attach(view);
  tape.append([makePrint(newest)]);
  /** @type {string[]} */
  const asked = [];
  const server = { trouble: /** @type {string | null} */ (null) };
  const past = new Past({
    view,
    address: (before) => String(before),
    ask: (path) => {
      asked.push(path);
      if (server.trouble !== null) return Promise.reject(new Error(server.trouble));
      const before = Number(path);
      const first = Math.max(1, before - page);
      const rows = Array.from({ length: before - first }, (_, index) => makePrint(before - 1 - index));
      return Promise.resolve({ rows, next: first === 1 ? null : String(first) });
    },
  });
  return { tape, view, past, asked, server };
}

Deno.test("older prints come page by page to the beginning of the day", async () => {
  const { view, past, asked } = makePast(1_501);
  await past.more();
  expectEqual([view.count, view.coversFrom, past.reach.value.kind], [1_001, 501, "more"]);
  await past.more();
  expectEqual([view.count, view.entry(1_500)?.print.id, past.reach.value.kind], [1_501, 1, "end"]);
  await past.more(true);
  expectEqual(asked, ["1501", "501"], "at the end nothing more is asked");
});

Deno.test("a search that finds little stops, and goes on when asked", async () => {
  const { past, asked } = makePast(50_001, { passes: (print) => print.id % 20_000 === 0 });
  await past.more();
  expectEqual([asked.length, past.reach.value.kind], [10, "searched"]);
  await past.more();
  expectEqual(asked.length, 10, "not by itself");
  await past.more(true);
  expectEqual([asked.length, past.reach.value.kind], [20, "more"]);
});

Deno.test("a view holds no more than its bound, and says so", async () => {
  const { view, past, asked } = makePast(100_001);
  for (let step = 0; step < 60; step += 1) await past.more();
  expectEqual([past.reach.value.kind, asked.length], ["full", BACK_CAPACITY / 1_000]);
  expect(view.count >= BACK_CAPACITY && view.count < BACK_CAPACITY + 1_000, `bounded: ${view.count}`);
});

Deno.test("a reader who is back at the newest lets the past go, and can fetch it again", async () => {
  const { tape, view, past } = makePast(20_001);
  for (let step = 0; step < 10; step += 1) await past.more();
  expectEqual(view.count, 10_001);
  past.leave();
  tape.append([makePrint(20_002)]);
  expectEqual([view.count, view.coversFrom], [CAPACITY, 20_003 - CAPACITY]);
  past.check();
  await past.more();
  expectEqual([view.count, past.reach.value.kind], [CAPACITY + 1_000, "more"]);
});

Deno.test("a refusal is told, and asked again only by a reader", async () => {
  const { past, server, asked } = makePast(3_001);
  server.trouble = "The database cannot be read.";
  await past.more();
  expectEqual(past.reach.value, { kind: "refused", reason: "The database cannot be read." });
  await past.more();
  expectEqual(asked.length, 1);
  server.trouble = null;
  await past.more(true);
  expectEqual(past.reach.value.kind, "more");
});

Deno.test("an answer to another filter's question is thrown away", async () => {
  const { view, past } = makePast(3_001);
  const asking = past.more();
  view.clear();
  past.reset();
  await asking;
  expectEqual([view.count, past.reach.value.kind], [0, "more"]);
});

Deno.test("an answer to a view that was emptied meanwhile leaves no hole", async () => {
  const { tape, view, past } = makePast(5_001);
  const fetched = past.more();
  tape.clear();
  await fetched;
  expectEqual([view.count, past.reach.value.kind], [0, "more"]);
  tape.append([makePrint(5_001)]);
  await past.more();
  expectEqual([view.count, view.coversFrom], [1_001, 4_001]);
});
