import { anchoredScrollTop, isFollowing, visibleWindow } from "../../../Web/modules/virtual.js";
import { expect, expectEqual } from "./expect.js";

const list = { height: 100, rowHeight: 20, overscan: 2 };

Deno.test("only the rows in sight and the overscan are drawn", () => {
  expectEqual(visibleWindow({ ...list, scrollTop: 0, count: 5_000 }), { first: 0, end: 7 });
  expectEqual(visibleWindow({ ...list, scrollTop: 1_010, count: 5_000 }), { first: 48, end: 58 });
  expectEqual(visibleWindow({ ...list, scrollTop: 99_900, count: 5_000 }), { first: 4_993, end: 5_000 });
});

Deno.test("short, empty and overscrolled lists stay inside their bounds", () => {
  expectEqual(visibleWindow({ ...list, scrollTop: 0, count: 3 }), { first: 0, end: 3 });
  expectEqual(visibleWindow({ ...list, scrollTop: 0, count: 0 }), { first: 0, end: 0 });
  expectEqual(visibleWindow({ ...list, scrollTop: -40, count: 50 }), { first: 0, end: 7 });
  expectEqual(visibleWindow({ ...list, scrollTop: 9_000, count: 3 }), { first: 3, end: 3 });
});

Deno.test("a reader at the top follows, one who has scrolled stays with the rows", () => {
  expect(isFollowing(0, 20) && isFollowing(9, 20) && !isFollowing(10, 20), "following ends at half a row");
  expectEqual(anchoredScrollTop({ scrollTop: 4, added: 7, rowHeight: 20 }), 0);
  expectEqual(anchoredScrollTop({ scrollTop: 400, added: 7, rowHeight: 20 }), 540);
});
