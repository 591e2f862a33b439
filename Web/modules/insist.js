/** A question that the page cannot do without: asked until it is answered. */
import { ceilingMilliseconds } from "./backoff.js";
import { signal } from "./signals.js";

/** @type {(milliseconds: number) => Promise<void>} */
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Insistence {
  /** The last try has failed: what is asked for is not known. */
  isAway = signal(false);
  /** Counts the questions: a newer one ends the tries of the one before. */
  #asked = 0;
  #wait;

  /** @param {(milliseconds: number) => Promise<void>} wait between two tries */
  constructor(wait = pause) {
    this.#wait = wait;
  }

  /**
   * @template Answer
   * @param {object} question
   * @param {() => Promise<Answer>} question.ask
   * @param {(answer: Answer) => void} question.take
   * @param {() => void} question.refuse after each try that failed
   * @param {() => boolean} question.isWanted false when its answer would be of no use any more
   */
  async ask({ ask, take, refuse, isWanted }) {
    const mine = this.#asked += 1;
    const isCurrent = () => mine === this.#asked && isWanted();
    for (let attempt = 1; isCurrent(); attempt += 1) {
      let answer;
      try {
        answer = await ask();
      } catch (_unreachable) {
        if (!isCurrent()) return;
        this.isAway.value = true;
        refuse();
        await this.#wait(ceilingMilliseconds(attempt));
        continue;
      }
      if (!isCurrent()) return;
      this.isAway.value = false;
      return take(answer);
    }
  }
}
