import {
  compare,
  drillOfMinute,
  joined,
  keyOf,
  lastHour,
  nameOf,
  pageBefore,
  sumsOf,
} from "../../../Web/modules/flow.js";
import { minuteScale } from "../../../Web/modules/minute-scale.js";
import { expect, expectEqual } from "./expect.js";
import { makePrint } from "./samples.js";

/** @typedef {import("../../../Web/modules/flow.js").Drill} Drill */

/** @type {import("../../../Web/modules/flow.js").FlowRow} */
const ROW = {
  strike: null,
  expiry: null,
  trade_type: null,
  side: null,
  from: null,
  to: null,
  trades: 3,
  volume: 30,
  premium: 3_600,
  call_premium: 3_600,
  put_premium: 0,
  call_put_premium_ratio: null,
  call_put_volume_ratio: null,
  net_premium: 1_200,
  net_delta: 5,
  sentiment: 0.3,
  unlabelled_share: 0,
  institutional_premium: 0,
  institutional_share: 0,
  missing: [],
  prints: "/prints?symbol=SPY&cursor=99&limit=1000",
  institutional_prints: "/prints?symbol=SPY",
};

/**
 * @param {string} time
 * @param {Partial<import("../../../Web/modules/protocol.js").Minute>} [change]
 * @returns {import("../../../Web/modules/protocol.js").Minute}
 */
function makeMinute(time, change = {}) {
  return {
    time: `2026-11-20T${time}:00.000Z`,
    trades: 2,
    call_volume: 1,
    put_volume: 1,
    call_premium: 3_000,
    put_premium: 1_000,
    net_premium: -500,
    underlying_price: 672,
    underlying_open: null,
    underlying_high: null,
    underlying_low: null,
    ...change,
  };
}

Deno.test("rows are told apart by what they are broken down by", () => {
  expectEqual([keyOf("strike", { ...ROW, strike: 177.5 }), nameOf("strike", { ...ROW, strike: 177.5 }, null)], [
    "177.5",
    "177.5",
  ]);
  const expiry = { ...ROW, expiry: "2026-11-20" };
  expectEqual([keyOf("expiry", expiry), nameOf("expiry", expiry, "2026-11-20")], ["2026-11-20", "0D"]);
  expectEqual(nameOf("expiry", expiry, "2026-11-19"), "20 Nov");
  expectEqual(nameOf("side", { ...ROW, side: "buy" }, null), "▲ Bought");
  const interval = { ...ROW, from: "2026-11-20T15:20:00.000Z", to: "2026-11-20T15:25:00.000Z" };
  expectEqual([keyOf("interval", interval), nameOf("interval", interval, null)], [interval.from, "10:20–10:25"]);
});

Deno.test("the next page keeps the filters and moves the cursor", () => {
  expectEqual(pageBefore(ROW.prints, Infinity), ROW.prints);
  expectEqual(pageBefore(ROW.prints, 42), "/prints?symbol=SPY&cursor=42&limit=1000");
});

Deno.test("the prints of a row are added up and held against it", () => {
  /** @type {Drill} */
  const drill = { title: "all", path: "", trades: 3, premium: 3_600, asOf: null };
  const three = sumsOf([makePrint(1), makePrint(2), makePrint(3)]);
  expectEqual(three, { trades: 3, size: 30, premium: 3_600 });
  expectEqual(compare(drill, three, true), { kind: "agrees", text: "3 prints, $3,600: the figures agree." });
  expectEqual(compare(drill, sumsOf([makePrint(1)]), false), {
    kind: "partial",
    text: "So far 1 of 3 prints, $1.2K of $3.6K.",
  });
  const fewer = compare(drill, sumsOf([makePrint(1), makePrint(2)]), true);
  expectEqual([fewer.kind, fewer.text.includes("1 were taken back")], ["differs", true]);
  const more = compare({ ...drill, trades: 2, premium: 2_400 }, three, true);
  expectEqual([more.kind, more.text.endsWith("1 more came since.")], ["differs", true]);
  const other = compare({ ...drill, premium: 3_599.98 }, three, true);
  expectEqual(other.kind, "differs", "two cents are a difference");
  expectEqual(compare({ ...drill, trades: null, premium: 3_600.000001 }, three, true).kind, "agrees");
});

Deno.test("a minute asks for exactly its own prints", () => {
  const drill = drillOfMinute("SPY", makeMinute("15:22"), null);
  const question = new URLSearchParams(drill.path.split("?")[1]);
  expectEqual([question.get("from"), question.get("to"), question.get("counted")], [
    "2026-11-20T15:22:00.000Z",
    "2026-11-20T15:23:00.000Z",
    "true",
  ]);
  expectEqual([drill.trades, drill.premium], [2, 4_000]);
});

Deno.test("the last hour is the minute under way and the 59 before it", () => {
  const minutes = ["14:00", "14:01", "14:59", "15:00"].map((time) => makeMinute(time));
  expectEqual(lastHour(minutes).map((minute) => minute.time.slice(11, 16)), ["14:01", "14:59", "15:00"]);
  expectEqual(lastHour([]), []);
});

Deno.test("calls and puts share one scale with its zero between them", () => {
  const minutes = [makeMinute("15:20"), makeMinute("15:22", { call_premium: 900, put_premium: 2_000, net_premium: 0 })];
  const scale = minuteScale(minutes, 300, 100);
  expectEqual(scale.ticks, [-2_000, -1_000, 0, 1_000, 2_000, 3_000]);
  expectEqual([scale.y(3_000), scale.y(0), scale.y(-2_000)], [0, 60, 100]);
  // Three minutes take a tenth: thirty have room at least, and a minute without a print leaves its place free.
  expectEqual([scale.slot, scale.x("2026-11-20T15:22:00.000Z")], [10, 20]);
  expect(scale.times.every((time) => time % 60_000 === 0), "labels are on whole minutes");
});

Deno.test("what several questions were refused with is said once for each reason", () => {
  expectEqual(joined(["", "busy.", "busy.", "no such symbol."]), "busy. no such symbol.");
  expectEqual(joined(["", ""]), "");
});
