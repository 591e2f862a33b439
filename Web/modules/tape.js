/** The newest prints in order of id, bounded. What of them is shown, each view keeps for itself (tape-view.js). */

/** @typedef {import("./protocol.js").Print} Print */
/** @typedef {import("./tape-view.js").TapeView} TapeView */
/** @typedef {{ print: Print, missedBefore: number }} Entry missedBefore: prints known to be lost just before it */

export const CAPACITY = 5_000;
/** Premium in USD from which a print counts as large. */
export const LARGE_PREMIUM = 100_000;

export class Tape {
  /** @type {Entry[]} oldest first */
  #entries = [];
  /** @type {Set<TapeView>} */
  #views = new Set();
  #capacity;
  /** Prints lost since the newest that is here, to be marked on the next one that comes. */
  #missed = 0;

  /** @param {number} capacity */
  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
  }

  get count() {
    return this.#entries.length;
  }

  get firstID() {
    return this.#entries[0]?.print.id ?? null;
  }

  get lastID() {
    return this.#entries.at(-1)?.print.id ?? null;
  }

  /**
   * Keeps a view up to date from here on.
   * @param {TapeView} view
   */
  attach(view) {
    this.#views.add(view);
    view.rebuild(this.#entries);
  }

  /** @param {TapeView} view */
  detach(view) {
    this.#views.delete(view);
  }

  /**
   * Fills a view whose filter has changed.
   * @param {TapeView} view
   */
  refill(view) {
    view.rebuild(this.#entries);
  }

  /**
   * Takes a batch, oldest first. A print already here is replaced (a cancel marks an earlier print), one older than
   * the newest that is not here is left out: the server sends in order, so it can only repeat something dropped.
   * @param {Print[]} prints
   * @param {number} missed prints lost before the first of them, which may be none: the mark waits for the next one then
   */
  append(prints, missed = 0) {
    this.#missed += missed;
    for (const print of prints) {
      if (print.id <= (this.lastID ?? -Infinity)) {
        this.#replace(print);
        continue;
      }
      const entry = { print, missedBefore: this.#missed };
      this.#missed = 0;
      this.#entries.push(entry);
      for (const view of this.#views) view.take(entry);
    }
    this.#trim();
  }

  /**
   * Takes history older than what is here, in any order.
   * @param {Print[]} prints
   */
  prepend(prints) {
    const first = this.firstID ?? Infinity;
    const older = prints.filter((print) => print.id < first).sort((a, b) => a.id - b.id);
    this.#entries = [...older.map((print) => ({ print, missedBefore: 0 })), ...this.#entries].slice(-this.#capacity);
    for (const view of this.#views) view.rebuild(this.#entries);
  }

  clear() {
    this.#entries = [];
    this.#missed = 0;
    for (const view of this.#views) view.clear();
  }

  #trim() {
    if (!isOver(this.#entries.length, this.#capacity)) return;
    this.#entries.splice(0, this.#entries.length - this.#capacity);
    for (const view of this.#views) view.dropBefore(this.firstID ?? 0);
  }

  /**
   * Marks prints as cancelled; those no longer here need no mark.
   * @param {number[]} ids
   */
  cancel(ids) {
    for (const id of ids) {
      const entry = this.#entries[lowerBound(this.#entries, id)];
      if (entry?.print.id === id) entry.print = cancelled(entry.print);
      // A view may hold older prints than the tape.
      for (const view of this.#views) view.change(id, cancelled);
    }
  }

  /** @param {Print} print */
  #replace(print) {
    const entry = this.#entries[lowerBound(this.#entries, print.id)];
    if (entry?.print.id === print.id) entry.print = print;
    for (const view of this.#views) view.change(print.id, () => print);
  }
}

/**
 * Whether a list is to be cut to its capacity. In chunks: moving the array on each print would cost more than the prints.
 * @param {number} count
 * @param {number} capacity
 */
export function isOver(count, capacity) {
  return count > capacity + Math.max(64, capacity >> 3);
}

/** @param {Print} print */
function cancelled(print) {
  return print.cancelled ? print : { ...print, cancelled: true };
}

/**
 * A print of a sweep that was seen to run over several venues. The condition of an intermarket sweep order alone is none:
 * single contracts and stock carry it too.
 * @param {Print} print
 */
export function isSweep(print) {
  return print.sweep_id !== null;
}

/**
 * Index of the first entry whose id is not below `id`.
 * @param {Entry[]} entries
 * @param {number} id
 */
export function lowerBound(entries, id) {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.print.id ?? Infinity) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
