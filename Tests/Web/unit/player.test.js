import { Desk } from "../../../Web/modules/desk.js";
import { Playing, speedsWith, speedText, stretchOf } from "../../../Web/modules/player.js";
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

Deno.test("a hand that leaves the slider without naming a moment leaves the player where it is", async () => {
  const [intervalBefore, fetchBefore] = [globalThis.setInterval, globalThis.fetch];
  // Nothing is asked every so often here.
  globalThis.setInterval = /** @type {any} */ (() => 0);
  globalThis.fetch = () => Promise.resolve(Response.json(player));
  try {
    const playing = new Playing(new Desk());
    playing.aim(1);
    await playing.tell({ speed: 1 });
    expectEqual(playing.wanted.value, 1, "while the hand is there");
    playing.drop();
    expectEqual(playing.wanted.value, null, "when it has left");
    playing.aim(2);
    playing.drop();
    playing.wanted.value = 3;
    await playing.tell({ speed: 1 });
    expectEqual(playing.wanted.value, null, "the player's answers count again");
  } finally {
    globalThis.setInterval = intervalBefore;
    globalThis.fetch = fetchBefore;
  }
});
