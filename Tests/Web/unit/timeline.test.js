import { marketDate, marketInstant, minutesOf } from "../../../Web/modules/market-day.js";
import { Played } from "../../../Web/modules/played.js";
import { choiceOf, commandText, dayWords, portBeside, problemOf, weekdayOf } from "../../../Web/modules/recordings.js";
import {
  columnsOf,
  instantAt,
  marksOf,
  nextAlertMoment,
  placeOf,
  shadesOf,
  shareOf,
  ticksOf,
  viewOf,
} from "../../../Web/modules/timeline.js";
import { expect, expectEqual } from "./expect.js";
import { makeAlert } from "./samples.js";

const DAY = "2026-11-20";
const view = viewOf(DAY, null);
if (!view) throw new Error("no view");

/** @param {string} time @param {number} call @param {number} put */
function minute(time, call, put) {
  return {
    time,
    trades: 1,
    call_volume: 1,
    put_volume: 1,
    call_premium: call,
    put_premium: put,
    net_premium: call - put,
    underlying_price: null,
    underlying_open: null,
    underlying_high: null,
    underlying_low: null,
  };
}

Deno.test("clock times of New York become instants in winter, in summer and where the clocks change", () => {
  const instants = [
    marketInstant("2026-11-20", "09:30"),
    marketInstant("2026-07-01", "09:30"),
    // The clocks went forward and back on these Sundays.
    marketInstant("2026-03-08", "09:30"),
    marketInstant("2026-11-01", "09:30"),
  ];
  expectEqual(instants.map((instant) => new Date(instant ?? 0).toISOString().slice(0, 16)), [
    "2026-11-20T14:30",
    "2026-07-01T13:30",
    "2026-03-08T13:30",
    "2026-11-01T14:30",
  ]);
  expectEqual([marketInstant("Friday", "09:30"), marketInstant(DAY, "25:00"), minutesOf("9:5")], [null, null, null]);
  expectEqual([marketDate("2026-11-21T04:59:59Z"), marketDate("2026-11-21T05:00:00Z")], [DAY, "2026-11-21"]);
});

Deno.test("places on the timeline and back", () => {
  const open = marketInstant(DAY, "09:30") ?? 0;
  expectEqual(shareOf(view, open), 30 / 450);
  expectEqual(instantAt(view, shareOf(view, open)), open);
  expectEqual([shareOf(view, 0), shareOf(view, Infinity), instantAt(view, 7)], [0, 1, view.to]);
  expectEqual(placeOf(view, 0, open), { left: 0, width: 30 / 450 });
  expectEqual(shadesOf(view, DAY).map(({ width }) => Math.round(width * 450)), [30, 30]);
  expectEqual(viewOf("", null), null);
});

Deno.test("a recording that begins before the session widens the view, one of another day does not", () => {
  const [early, late] = [marketInstant(DAY, "07:00") ?? 0, marketInstant(DAY, "16:15") ?? 0];
  const wide = viewOf(DAY, { from: early, to: late });
  expectEqual([wide?.from, wide?.to], [early, view.to]);
  expectEqual(viewOf("2026-11-19", { from: early, to: late })?.from, marketInstant("2026-11-19", "09:00"));
});

Deno.test("names of ticks stand where there is room", () => {
  const names = (/** @type {number} */ room) => ticksOf(view, room).flatMap(({ label }) => label || []);
  expectEqual(names(0.01).slice(0, 3), ["09:30", "10:00", "11:00"]);
  expectEqual(names(0.1), ["09:30", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00"]);
});

Deno.test("calls and puts have one measure", () => {
  const { columns, peak } = columnsOf(view, [
    minute("2026-11-20T14:30:00.000Z", 100, 400),
    minute("2026-11-20T14:31:00.000Z", 200, 0),
    minute("2026-11-20T03:00:00.000Z", 9_000, 0),
  ]);
  expectEqual([peak, columns.map(({ call, put }) => [call, put])], [400, [[0.25, 1], [0.5, 0]]]);
  expectEqual(columnsOf(view, []).peak, 0);
});

Deno.test("the next alert is jumped to with a lead, and from there to the one after it", () => {
  const marks = marksOf([
    makeAlert(2, { first_time: "2026-11-20T15:10:00Z" }),
    makeAlert(1, { first_time: "2026-11-20T15:00:00Z" }),
    makeAlert(3, { first_time: "2026-11-19T15:00:00Z" }),
  ], DAY);
  expectEqual(marks.map(({ alert }) => alert.id), [1, 2]);
  const first = nextAlertMoment(marks, view.from);
  expectEqual(first, Date.parse("2026-11-20T14:59:55Z"));
  const second = nextAlertMoment(marks, first ?? 0);
  expectEqual(second, Date.parse("2026-11-20T15:09:55Z"));
  expectEqual(nextAlertMoment(marks, second ?? 0), null);
});

Deno.test("minutes of the stream are newer than those of a question", () => {
  const played = new Played();
  played.about("a", "SPY");
  played.tell([minute("2026-11-20T14:31:00.000Z", 1, 1), minute("2026-11-20T14:32:00.000Z", 5, 2)]);
  played.take([minute("2026-11-20T14:30:00.000Z", 10, 1), minute("2026-11-20T14:31:00.000Z", 1, 1)]);
  expectEqual(played.sums, { minutes: 3, trades: 3, calls: 16, puts: 4, net: 12 });
  expectEqual(played.minutes.map(({ time }) => time.slice(14, 16)), ["30", "31", "32"]);
  played.about("b", "SPY");
  expectEqual(played.sums.minutes, 0);
});

Deno.test("a minute that the stream tells no more of becomes what the answer says", () => {
  const played = new Played();
  played.about("a", "SPY");
  const clock = Array.from({ length: 7 }, (_, index) => `2026-11-20T14:3${index}:00.000Z`);
  played.tell(clock.map((time) => minute(time, 5, 1)));
  played.take(clock.map((time) => minute(time, 9, 1)));
  expectEqual(played.minutes.map((each) => each.call_premium), [9, 9, 5, 5, 5, 5, 5]);
});

Deno.test("the command plays what is chosen and keeps nothing", () => {
  const choice = choiceOf({ day: DAY });
  expectEqual(
    commandText(choice, 8001),
    "marketflow serve --replay 2026-11-20 --replay-from 09:30 --replay-to 16:00 --replay-speed 10 --no-store --port 8001",
  );
  expect(commandText({ ...choice, source: "cache" }, 8001).includes(" --from-cache "), "the cache is named");
  expectEqual([portBeside("8000"), portBeside(""), portBeside("80")], [8001, 8001, 8001]);
});

Deno.test("a choice that cannot be played says why", () => {
  const choice = choiceOf({ day: DAY });
  expectEqual(
    [choice, { ...choice, day: "" }, { ...choice, from: "9.30" }, { ...choice, to: "09:30" }].map(problemOf),
    ["", "Choose a day first.", "A time is written as 09:30.", "It must end after 09:30."],
  );
  /** @type {import("../../../Web/modules/recordings.js").Day} */
  const day = { date: DAY, source: "journal", bytes: 2_500_000, trades: null, quotes: null, first: null, last: null };
  expectEqual(dayWords(day), "recorded, 2.5MB");
  const whole = { trades: 81_000, first: "2026-11-20T14:30:00.000Z", last: "2026-11-20T21:15:00.000Z" };
  expectEqual(dayWords({ ...day, ...whole, source: "cache" }), "fetched, 09:30–16:15, 81.0K prints");
  expectEqual(weekdayOf(DAY), "Fri");
});
