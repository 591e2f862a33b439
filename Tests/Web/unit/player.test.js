import { speedsWith, speedText, stretchOf } from "../../../Web/modules/player.js";
import { expectEqual } from "./expect.js";

/** @type {import("../../../Web/modules/player.js").Player} */
const player = {
  state: "playing",
  date: "2026-11-20",
  position: "2026-11-20T15:00:00.000Z",
  from: "2026-11-20T14:30:00.000Z",
  to: "2026-11-20T21:15:00.000Z",
  speed: 1,
  paused: false,
};

Deno.test("an unusual speed stands among the others, max stays last", () => {
  expectEqual(speedsWith(10).includes(10), true);
  const speeds = speedsWith(3);
  expectEqual(speeds.slice(1, 5), [1, 2, 3, 5]);
  expectEqual(speeds[speeds.length - 1], "max");
  expectEqual([speedText(0.5), speedText("max")], ["0.5×", "max"]);
});

Deno.test("a stretch that is not known yet is none", () => {
  const stretch = stretchOf(player);
  expectEqual([stretch?.from, stretch?.position], [
    Date.parse("2026-11-20T14:30:00Z"),
    Date.parse("2026-11-20T15:00:00Z"),
  ]);
  expectEqual(stretchOf({ ...player, from: null }), null);
  expectEqual(stretchOf({ ...player, position: null })?.position, Date.parse("2026-11-20T14:30:00Z"));
});
