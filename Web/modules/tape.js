/** The newest prints in order of id, bounded, with a filtered view that follows without being rebuilt. */

/** @typedef {import("./protocol.js").Print} Print */
/** @typedef {{ print: Print, missedBefore: number }} Entry missedBefore: prints known to be lost just before it */
/** @typedef {"all" | "options" | "large" | "sweep"} Filter */

export const CAPACITY = 5_000;
/** Premium in USD from which a print counts as large. */
export const LARGE_PREMIUM = 100_000;

export class Tape {
  /** @type {Entry[]} oldest first */
  #entries = [];
  /** @type {Entry[]} those of #entries that pass the filter */
  #view = [];
  /** @type {Filter} */
  #filter = "all";
  #capacity;
  /** Prints appended to the view since it was last rebuilt: an anchored reader scrolls by the difference. */
  viewAppended = 0;
  /** Changes when the view was rebuilt and a reader must start afresh. */
  viewGeneration = 0;

  /** @param {number} capacity */
  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
  }

  get count() {
    return this.#entries.length;
  }

  get viewCount() {
    return this.#view.length;
  }

  get lastID() {
    return this.#entries.at(-1)?.print.id ?? null;
  }

  /**
   * Entry of the view by age.
   * @param {number} index 0 is the newest
   * @returns {Entry | undefined}
   */
  entry(index) {
    return this.#view[this.#view.length - 1 - index];
  }

  /**
   * Takes a batch, oldest first. A print already here is replaced (a cancel marks an earlier print), one older than
   * the newest that is not here is left out: the server sends in order, so it can only repeat something dropped.
   * @param {Print[]} prints
   * @param {number} missed prints lost before the first of them
   */
  append(prints, missed = 0) {
    let missedBefore = missed;
    for (const print of prints) {
      if (print.id <= (this.lastID ?? -Infinity)) {
        this.#replace(print);
        continue;
      }
      const entry = { print, missedBefore };
      missedBefore = 0;
      this.#entries.push(entry);
      if (passes(print, this.#filter)) {
        this.#view.push(entry);
        this.viewAppended += 1;
      }
    }
    this.#trim();
  }

  /**
   * Takes history older than what is here, in any order.
   * @param {Print[]} prints
   */
  prepend(prints) {
    const first = this.#entries[0]?.print.id ?? Infinity;
    const older = prints.filter((print) => print.id < first).sort((a, b) => a.id - b.id);
    this.#entries = [...older.map((print) => ({ print, missedBefore: 0 })), ...this.#entries].slice(-this.#capacity);
    this.#rebuild();
  }

  clear() {
    this.#entries = [];
    this.#rebuild();
  }

  /** @param {Filter} filter */
  setFilter(filter) {
    this.#filter = filter;
    this.#rebuild();
  }

  #rebuild() {
    this.#view = this.#entries.filter((entry) => passes(entry.print, this.#filter));
    this.viewAppended = 0;
    this.viewGeneration += 1;
  }

  #trim() {
    // In chunks: moving the array on each print would cost more than the prints.
    const slack = Math.max(64, this.#capacity >> 3);
    if (this.#entries.length <= this.#capacity + slack) return;
    this.#entries.splice(0, this.#entries.length - this.#capacity);
    const oldest = this.#entries[0]?.print.id ?? 0;
    const keep = this.#view.findIndex((entry) => entry.print.id >= oldest);
    this.#view.splice(0, keep < 0 ? this.#view.length : keep);
  }

  /**
   * Marks prints as cancelled; those no longer here need no mark.
   * @param {number[]} ids
   */
  cancel(ids) {
    for (const id of ids) {
      const entry = this.#entries[lowerBound(this.#entries, id)];
      if (entry?.print.id === id) entry.print = { ...entry.print, cancelled: true };
    }
  }

  /** @param {Print} print */
  #replace(print) {
    const index = lowerBound(this.#entries, print.id);
    const entry = this.#entries[index];
    // The view holds the same entry object, so it changes with it.
    if (entry && entry.print.id === print.id) entry.print = print;
  }
}

/**
 * @param {Print} print
 * @param {Filter} filter
 */
export function passes(print, filter) {
  if (filter === "options") return print.type !== null;
  if (filter === "large") return print.premium >= LARGE_PREMIUM;
  if (filter === "sweep") return isSweep(print);
  return true;
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
function lowerBound(entries, id) {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.print.id ?? Infinity) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
