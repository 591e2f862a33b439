/** The player of a recording, as `/replay` tells it and takes commands. */
import { get, send } from "./api.js";

/**
 * @typedef {object} Player
 * @property {"starting" | "playing" | "paused" | "seeking" | "ended"} state
 * @property {string | null} date
 * @property {string | null} position
 * @property {string | null} from
 * @property {string | null} to
 * @property {number | "max"} speed
 * @property {boolean} paused
 */

/** @typedef {{ paused?: boolean, speed?: number | "max", position?: string }} Command */

/** Speeds to choose from. */
export const SPEEDS = /** @type {(number | "max")[]} */ ([0.5, 1, 2, 5, 10, 30, 100, 1000, "max"]);

/**
 * The speeds to offer: the usual ones, and the player's own where it is another.
 * @param {number | "max"} current
 * @returns {(number | "max")[]}
 */
export function speedsWith(current) {
  if (SPEEDS.includes(current)) return SPEEDS;
  return [...SPEEDS, current].sort((a, b) => (a === "max" ? 1 : b === "max" ? -1 : a - b));
}

/** @param {number | "max"} speed */
export function speedText(speed) {
  return speed === "max" ? "max" : `${speed}×`;
}

/**
 * The stretch in milliseconds since 1970, or null while it is not known.
 * @param {Player} player
 */
export function stretchOf(player) {
  const [from, to, position] = [player.from, player.to, player.position].map((time) => Date.parse(time ?? ""));
  if (from === undefined || to === undefined || !Number.isFinite(from) || !Number.isFinite(to)) return null;
  return { from, to, position: position !== undefined && Number.isFinite(position) ? position : from };
}

/** What a player that stands still, or looks for a moment, has to say. */
const WORDS = { starting: "starting", playing: "", paused: "paused", seeking: "going there …", ended: "at its end" };

/** @param {Player} player */
export function stateText(player) {
  return WORDS[player.state];
}

/**
 * Asks the player, or tells it something.
 * @param {Command} [command]
 * @returns {Promise<Player>}
 * @throws {Error} with the server's own words when it refuses
 */
export async function ask(command) {
  return command === undefined ? await get("/replay") : await send("POST", "/replay", command);
}
