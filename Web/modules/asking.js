/** Questions that must be answered once: asked again until they are, unless a later one of the kind takes their place. */
import { delayMilliseconds } from "./backoff.js";

/** @typedef {"asked" | "refused" | "known"} Answer how a question stands; `refused` is asked again */

export class Asking {
  #asked = 0;
  #wait;

  /** @param {(attempt: number) => Promise<void>} [wait] before an attempt after the first */
  constructor(wait = (attempt) => new Promise((resolve) => setTimeout(resolve, delayMilliseconds(attempt)))) {
    this.#wait = wait;
  }

  /**
   * @template T
   * @param {() => Promise<T>} question
   * @param {(answer: T) => void} take
   * @param {() => void} refused after each attempt that failed
   */
  async ask(question, take, refused) {
    this.#asked += 1;
    const mine = this.#asked;
    for (let attempt = 1; mine === this.#asked; attempt += 1) {
      /** @type {{ answer: T } | null} */
      let answered = null;
      try {
        answered = { answer: await question() };
      } catch (_unreachable) {
        // Asked again below.
      }
      if (mine !== this.#asked) return;
      if (answered) return take(answered.answer);
      refused();
      await this.#wait(attempt);
    }
  }
}

/**
 * What an empty list says: that there is nothing is known only once it was answered.
 * @param {Answer} answer
 * @param {string} what is asked for
 * @param {string} nothing words for an empty answer
 */
export function emptyText(answer, what, nothing) {
  if (answer === "known") return nothing;
  return answer === "refused" ? `The ${what} cannot be had yet.` : `Fetching the ${what}.`;
}
