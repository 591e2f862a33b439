/** The player of a recording, as `/replay` tells it and takes commands: one state that the bar and the page of the replay share. */
import { get, send } from "./api.js";
import { computed, signal } from "./signals.js";

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

/**
 * What is left out stays as it is. `day`, `source`, `from` and `to` (clock times of New York) name another recording.
 * @typedef {{ paused?: boolean, speed?: number | "max", position?: string, day?: string, source?: string, from?: string, to?: string }} Command
 */

const POLL_MILLISECONDS = 500;
/** A held arrow key names many moments; the last one counts. */
const SETTLE_MILLISECONDS = 250;

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

/** The player as the page knows it; asked for while the source is a recording. */
export class Playing {
  player = signal(/** @type {Player | null} */ (null));
  /** The moment that is wanted and not reached yet, in milliseconds since 1970. */
  wanted = signal(/** @type {number | null} */ (null));
  /** What the server said to the last command, when it refused. */
  refusal = signal("");
  /** The server does not answer. */
  isAway = signal(false);
  isReplay;
  #desk;
  #settling = 0;
  /** A hand is at a slider. */
  #isAiming = false;
  /** Commands under way: an answer to a question from before them is old. */
  #commands = 0;
  /** The last question was, so that the refusal goes with the next answer. */
  #isRefused = false;

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    this.isReplay = computed(() => (desk.state.value?.health.mode ?? desk.hello.value?.mode) === "replay");
    setInterval(() => void this.#poll(), POLL_MILLISECONDS);
  }

  /**
   * Shows a moment without going there.
   * @param {number} moment milliseconds since 1970
   */
  aim(moment) {
    this.#isAiming = true;
    this.wanted.value = moment;
  }

  /** The hand has left the slider without naming a moment. */
  drop() {
    this.#isAiming = false;
    if (this.#settling === 0) this.wanted.value = null;
  }

  /**
   * Goes to a moment, unless another one is named at once.
   * @param {number} moment milliseconds since 1970; one beyond the stretch is its end
   */
  seek(moment) {
    const stretch = this.player.peek() && stretchOf(/** @type {Player} */ (this.player.peek()));
    const within = stretch ? Math.min(stretch.to, Math.max(stretch.from, moment)) : moment;
    this.#isAiming = false;
    this.wanted.value = within;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#settling = 0;
      void this.tell({ position: new Date(within).toISOString() });
    }, SETTLE_MILLISECONDS);
  }

  /** @param {Command} command */
  async tell(command) {
    this.#commands += 1;
    this.refusal.value = "";
    try {
      this.#take(await ask(command));
    } catch (error) {
      this.wanted.value = null;
      this.refusal.value = error instanceof Error ? error.message : String(error);
    } finally {
      this.#commands -= 1;
    }
  }

  /** @param {Player} answer */
  #take(answer) {
    if (answer.state !== "seeking" && this.#settling === 0 && !this.#isAiming) this.wanted.value = null;
    this.isAway.value = false;
    this.player.value = answer;
  }

  async #poll() {
    if (!this.isReplay.peek() || document.hidden || this.#commands > 0) return;
    if (this.#desk.phase.peek().kind !== "open") return;
    try {
      const answer = await ask();
      if (this.#isRefused) this.refusal.value = "";
      this.#isRefused = false;
      if (this.#commands === 0) this.#take(answer);
    } catch (error) {
      // The strip above says that the server is away, which is fetch's own error; the next question finds it again. What the server
      // says itself, as of a day that cannot be played, the reader is told.
      this.isAway.value = error instanceof TypeError;
      this.#isRefused = !this.isAway.value;
      if (this.#isRefused) this.refusal.value = error instanceof Error ? error.message : String(error);
    }
  }
}
