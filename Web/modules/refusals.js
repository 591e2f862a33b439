/** What a panel was refused, by what it had asked for: an answer takes back its own refusal and no other. */

export class Refusals {
  /** @type {Map<string, string>} */
  #words = new Map();
  #show;

  /** @param {(text: string) => void} show all of them; "" for none */
  constructor(show) {
    this.#show = show;
  }

  /**
   * @param {string} what
   * @param {unknown} error
   */
  refuse(what, error) {
    this.#words.set(what, error instanceof Error ? error.message : String(error));
    this.#tell();
  }

  /** @param {string} what */
  clear(what) {
    if (this.#words.delete(what)) this.#tell();
  }

  /**
   * Does what a reader has asked for. A refusal stands until the next thing that is tried.
   * @param {() => Promise<unknown>} work
   * @returns {Promise<boolean>} whether it was done
   */
  async attempt(work) {
    this.clear("work");
    try {
      await work();
      return true;
    } catch (error) {
      this.refuse("work", error);
      return false;
    }
  }

  #tell() {
    this.#show([...new Set(this.#words.values())].join(" · "));
  }
}
