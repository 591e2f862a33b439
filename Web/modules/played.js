/** What has been played, minute by minute: the stream tells the newest ones, a question the ones before. */

/** @typedef {import("./protocol.js").Minute} Minute */

/** Minutes of a state that may have changed since the state before it. */
const NEWEST = 5;

export class Played {
  /** @type {Map<string, Minute>} */
  #minutes = new Map();
  /** Of which run and which underlying the minutes are. */
  #subject = "";

  /** Ascending. */
  get minutes() {
    return [...this.#minutes.values()].sort((a, b) => (a.time < b.time ? -1 : 1));
  }

  /**
   * Another run, or another underlying, begins anew.
   * @param {string} epoch
   * @param {string} underlying
   */
  about(epoch, underlying) {
    const subject = `${epoch} ${underlying}`;
    if (subject === this.#subject) return;
    this.#subject = subject;
    this.#minutes.clear();
  }

  /**
   * An answer. Its newest minutes may be older than what the stream has told of them; of the others the stream tells no more, so that
   * the answer knows better what they came to.
   * @param {Minute[]} minutes all there are, ascending
   */
  take(minutes) {
    minutes.forEach((minute, index) => {
      const isOpen = index >= minutes.length - NEWEST;
      if (!isOpen || !this.#minutes.has(minute.time)) this.#minutes.set(minute.time, minute);
    });
  }

  /** @param {Minute[]} minutes ascending, of a state */
  tell(minutes) {
    const isFirst = this.#minutes.size === 0;
    for (const minute of isFirst ? minutes : minutes.slice(-NEWEST)) this.#minutes.set(minute.time, minute);
  }

  /** Sums of all. */
  get sums() {
    const sums = { minutes: this.#minutes.size, trades: 0, calls: 0, puts: 0, net: 0 };
    for (const minute of this.#minutes.values()) {
      sums.trades += minute.trades;
      sums.calls += minute.call_premium;
      sums.puts += minute.put_premium;
      sums.net += minute.net_premium;
    }
    return sums;
  }
}
