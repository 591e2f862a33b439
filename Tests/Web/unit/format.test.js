import * as format from "../../../Web/modules/format.js";
import { expectEqual } from "./expect.js";

Deno.test("a missing number is an em dash, never a zero", () => {
  const all = [
    format.formatCount,
    format.formatPrice,
    format.formatStrike,
    format.formatCompact,
    format.formatMoney,
    format.formatSignedMoney,
    format.formatShare,
    format.formatDelta,
    format.formatVolatility,
    format.formatAge,
    format.formatMilliseconds,
  ];
  for (const each of all) {
    for (const value of [null, undefined, NaN, Infinity]) expectEqual(each(value), "—", each.name);
  }
});

Deno.test("compact money changes unit where rounding would print 1000", () => {
  /** @type {[number, string][]} */
  const cases = [
    [0, "$0"],
    [541, "$541"],
    [999.4, "$999"],
    [999.5, "$1.0K"],
    [26_600, "$26.6K"],
    [999_949, "$999.9K"],
    [999_950, "$1.0M"],
    [9_900_000, "$9.9M"],
    [999_949_999, "$999.9M"],
    [999_950_000, "$1.00B"],
    [-4_200, "−$4.2K"],
  ];
  for (const [value, text] of cases) expectEqual(format.formatMoney(value), text, String(value));
  expectEqual(format.formatSignedMoney(1_500), "+$1.5K");
  expectEqual(format.formatSignedMoney(-1_500), "−$1.5K");
  expectEqual(format.formatSignedMoney(0), "$0");
});

Deno.test("numbers of the trade", () => {
  expectEqual(format.formatDelta(0.54), ".54");
  expectEqual(format.formatDelta(-0.46), "−.46");
  expectEqual(format.formatDelta(-0.001), ".00");
  expectEqual(format.formatDelta(1), "1.00");
  expectEqual(format.formatVolatility(0.115), "11.5");
  expectEqual(format.formatShare(0.675), "68%");
  expectEqual(format.formatStrike(672), "672");
  expectEqual(format.formatStrike(267.5), "267.5");
  expectEqual(format.formatPrice(1234.5), "1,234.50");
  expectEqual(format.formatCount(-1200), "−1,200");
});

Deno.test("expiries", () => {
  expectEqual(format.formatExpiry("2026-11-21", "2026-11-20"), "21 Nov");
  expectEqual(format.formatExpiry("2027-01-15", "2026-11-20"), "15 Jan 27");
  expectEqual(format.formatExpiry("2026-13-01", null), "—");
  expectEqual(format.formatExpiry(null, null), "—");
  expectEqual(format.daysToExpiry("2026-11-20", "2026-11-20"), 0);
  // The clocks go back on the first of November: days are counted, not hours.
  expectEqual(format.daysToExpiry("2026-11-02", "2026-10-30"), 3);
  expectEqual(format.daysToExpiry(null, "2026-10-30"), null);
});

Deno.test("spans of time", () => {
  /** @type {[number, string][]} */
  const cases = [[-1, "0.0 s"], [0.24, "0.2 s"], [9.96, "10 s"], [59.6, "1 m 00 s"], [192, "3 m 12 s"], [
    7500,
    "2 h 05 m",
  ]];
  for (const [value, text] of cases) expectEqual(format.formatAge(value), text, String(value));
  expectEqual(format.formatMilliseconds(42.4), "42 ms");
  expectEqual(format.formatMilliseconds(2900), "2.9 s");
});

Deno.test("New York's clock, on both sides of both changes", () => {
  /** @type {[string, string][]} */
  const cases = [
    ["2026-11-20T15:42:17.376Z", "10:42:17.376"],
    ["2026-07-01T13:30:00.000Z", "09:30:00.000"],
    ["2026-03-08T06:59:59.999Z", "01:59:59.999"],
    ["2026-03-08T07:00:00.000Z", "03:00:00.000"],
    ["2026-11-01T05:59:59.999Z", "01:59:59.999"],
    ["2026-11-01T06:00:00.000Z", "01:00:00.000"],
    ["2026-01-01T04:59:59.000Z", "23:59:59.000"],
  ];
  for (const [utc, eastern] of cases) expectEqual(format.formatEastern(utc, "milliseconds"), eastern, utc);
  expectEqual(format.formatEastern("2026-11-20T15:42:17Z", "minutes"), "10:42");
  expectEqual(format.formatEastern("nonsense"), "—");
  expectEqual(format.formatEastern(null), "—");
  expectEqual(format.formatUTC("2026-11-20T15:42:17.376Z"), "2026-11-20 15:42:17.376 UTC");
  expectEqual(format.formatUTC(null), "");
});
