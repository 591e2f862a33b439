/** Reads on into the past: pages of older prints for a view, until there are no more, there is no room, or enough was searched. */
import { CAPACITY } from "./tape.js";
import { signal } from "./signals.js";

/** @typedef {import("./protocol.js").Print} Print */
/** @typedef {import("./tape-view.js").TapeView} TapeView */
/**
 * @typedef {object} Reach how far a view reaches
 * @property {"more" | "fetching" | "searched" | "end" | "full" | "refused"} kind `searched`: many prints were looked through for few
 *   that pass, go on only when asked
 * @property {string} reason of a refusal
 */

/** Entries a view holds while somebody reads in the past. */
export const BACK_CAPACITY = 20_000;
/** Pages of prints looked through for one reader's step. */
const PAGES_AT_ONCE = 10;
/** Passing prints that are enough for a step. */
const ROWS_AT_ONCE = 200;

export class Past {
  reach = signal(/** @type {Reach} */ ({ kind: "more", reason: "" }));
  #view;
  #ask;
  #address;
  /** A question that is no longer asked is not answered. */
  #asked = 0;

  /**
   * @param {object} options
   * @param {TapeView} options.view
   * @param {(path: string) => Promise<{ rows: Print[], next: string | null }>} options.ask
   * @param {(before: number) => string | null} options.address of the newest prints below an id (`Infinity`: of all); null
   *   when nothing can be asked yet
   */
  constructor({ view, ask, address }) {
    this.#view = view;
    this.#ask = ask;
    this.#address = address;
  }

  /** The view begins afresh. */
  reset() {
    this.#asked += 1;
    this.#set("more");
  }

  /**
   * Fetches older prints if there may be any.
   * @param {boolean} [isAsked] a reader has asked for it, after a pause of the search or a refusal
   */
  async more(isAsked = false) {
    const { kind } = this.reach.peek();
    if (kind !== "more" && !(isAsked && (kind === "searched" || kind === "refused"))) return;
    this.#asked += 1;
    const mine = this.#asked;
    const before = this.#view.count;
    for (let page = 0; page < PAGES_AT_ONCE; page += 1) {
      const from = this.#view.coversFrom;
      const path = this.#address(from);
      if (path === null) return;
      this.#set("fetching");
      try {
        const { rows, next } = await this.#ask(path);
        if (mine !== this.#asked) return;
        // The view was emptied, or let its oldest go: between it and the answer would be a hole.
        if (this.#view.coversFrom > from) return this.#set("more");
        this.#view.bound = BACK_CAPACITY;
        this.#view.extend(rows, next === null ? 0 : Number(next));
        if (next === null) return this.#set("end");
      } catch (error) {
        if (mine === this.#asked) this.#set("refused", error instanceof Error ? error.message : String(error));
        return;
      }
      if (this.#view.count >= BACK_CAPACITY) return this.#set("full");
      if (this.#view.count - before >= ROWS_AT_ONCE) return this.#set("more");
    }
    this.#set(this.#view.count > before ? "more" : "searched");
  }

  /** The reader is with the newest prints again: what was fetched may go. */
  leave() {
    const { kind } = this.reach.peek();
    if (this.#view.bound === CAPACITY || kind === "fetching") return;
    this.#view.bound = CAPACITY;
  }

  /** After the view has let its oldest prints go there is something to fetch again. */
  check() {
    const { kind } = this.reach.peek();
    if (kind === "full" && this.#view.count < BACK_CAPACITY) this.#set("more");
    if (kind === "end" && this.#view.coversFrom > 0) this.#set("more");
  }

  /**
   * @param {Reach["kind"]} kind
   * @param {string} [reason]
   */
  #set(kind, reason = "") {
    const known = this.reach.peek();
    if (known.kind !== kind || known.reason !== reason) this.reach.value = { kind, reason };
  }
}
