import { AlertList, CAPACITY, each, filtersOf, listPath, passes, shownText } from "../../../Web/modules/alert-list.js";
import { columnsOf } from "../../../Web/modules/alert-statistics.js";
import { expect, expectEqual } from "./expect.js";
import { makeAlert } from "./samples.js";

const ALL = filtersOf({});

/** @param {AlertList} list */
function ids(list) {
  return list.rows.map((row) => row.id);
}

Deno.test("filters of the address become the server's question", () => {
  const filters = filtersOf({ tab: "list", symbol: "spy", severity: "HIGH", open: "7" });
  expectEqual(listPath(filters), "/alerts?limit=100&severity=HIGH&symbol=SPY");
  expectEqual(listPath(ALL, "99"), "/alerts?limit=100&cursor=99");
});

Deno.test("what the server would answer passes here, too", () => {
  const alert = makeAlert(1, { severity: "HIGH", underlying: "SPY", symbol: "O:SPY261120C00672000", state: "new" });
  expect(passes(alert, filtersOf({ severity: "MEDIUM", symbol: "SPY" })), "a higher severity of the underlying");
  expect(passes(alert, filtersOf({ symbol: alert.symbol })), "the contract");
  expect(!passes(alert, filtersOf({ severity: "CRITICAL" })), "less severe");
  expect(!passes(alert, filtersOf({ state: "resolved" })), "another state");
  expect(!passes(alert, filtersOf({ kind: "no such" })), "another kind");
});

Deno.test("the newest page takes away what it should have and has not, and leaves older pages", () => {
  const list = new AlertList();
  list.takeNewest([makeAlert(9), makeAlert(8), makeAlert(7)], "7");
  list.takeOlder([makeAlert(6), makeAlert(5)], null);
  list.takeNewest([makeAlert(10), makeAlert(9), makeAlert(7)], "7");
  expectEqual(ids(list), [10, 9, 7, 6, 5]);
  expectEqual(list.next, null);
});

Deno.test("what is newer than the newest page goes, too, and an empty page empties the list", () => {
  const list = new AlertList();
  list.takeNewest([makeAlert(10), makeAlert(9)], null);
  list.takeNewest([makeAlert(9)], null);
  expectEqual(ids(list), [9]);
  list.takeNewest([], null);
  expectEqual(ids(list), []);
});

Deno.test("a full list takes no older page and says so", () => {
  const list = new AlertList();
  const page = (/** @type {number} */ newest) => Array.from({ length: 100 }, (_, index) => makeAlert(newest - index));
  list.takeNewest(page(1_000), "901");
  for (let newest = 900; newest > 400; newest -= 100) list.takeOlder(page(newest), String(newest - 99));
  expectEqual([list.rows.length, list.isFull], [CAPACITY, true]);
  list.takeOlder(page(400), "301");
  expectEqual([list.rows.length, list.next], [CAPACITY, "401"]);
  expectEqual(shownText(CAPACITY, false, list.isFull), "newest 600 alerts and no more: filter to see older ones");
});

Deno.test("the stream adds what is new, moves what has changed, and makes no holes", () => {
  const list = new AlertList();
  const filters = filtersOf({ state: "new" });
  list.tell([makeAlert(3)], filters);
  expectEqual(ids(list), []);
  list.takeNewest([makeAlert(9), makeAlert(8)], "8");
  // 3 is older than the list reaches, 8 is new no more.
  list.tell([makeAlert(3), makeAlert(8, { state: "acknowledged", changed_time: "2026-11-21T00:00:00Z" })], filters);
  list.tell([makeAlert(12)], filters);
  expectEqual(ids(list), [12, 9]);
});

Deno.test("the list is bounded, and what falls out can be asked for", () => {
  const list = new AlertList();
  list.takeNewest([makeAlert(1)], null);
  list.tell(Array.from({ length: CAPACITY + 5 }, (_, index) => makeAlert(index + 2)), ALL);
  expectEqual([list.rows.length, list.next], [CAPACITY, "7"]);
});

Deno.test("each is done once; the first that fails ends it", async () => {
  /** @type {number[]} */
  const done = [];
  await each([1, 2, 3, 4, 5, 6], (item) => Promise.resolve(void done.push(item)), () => {});
  expectEqual(done.sort(), [1, 2, 3, 4, 5, 6]);
  const failed = await each([1], () => Promise.reject(new Error("full")), () => {}).then(
    () => "",
    (error) => error.message,
  );
  expectEqual(failed, "full");
});

Deno.test("hours without alerts have a column, too; many hours become days of New York", () => {
  const hours = [{ time: "2026-11-20T14:00:00.000Z", count: 3 }, { time: "2026-11-20T16:00:00.000Z", count: 4 }];
  const until = Date.parse("2026-11-20T16:20:00Z");
  const columns = columnsOf(hours, 24, until);
  expectEqual([columns.length, columns.at(-1)?.count, columns.at(-1)?.label], [25, 4, "20 Nov 11:00"]);
  expectEqual(columns.reduce((sum, { count }) => sum + count, 0), 7);
  const days = columnsOf(hours, 720, until);
  expectEqual([days.length, days.at(-1)], [31, {
    start: Date.parse("2026-11-20T05:00:00Z"),
    label: "20 Nov",
    count: 7,
  }]);
});
