/**
 * What one list shows of the tape: the prints that pass its filter, in order of id. A view may reach further back than the tape itself,
 * by prints that were fetched, and may stand still while new ones wait.
 */
import { CAPACITY, isOver, lowerBound } from "./tape.js";

/** @typedef {import("./protocol.js").Print} Print */
/** @typedef {import("./tape.js").Entry} Entry */
/** @typedef {(print: Print) => boolean} Passes */

export class TapeView {
  /** @type {Entry[]} oldest first */
  #entries = [];
  /** @type {Entry[]} those that have come since the view stands still */
  #waiting = [];
  /** Whether older ones of those that wait had to be let go, so that the shown ones no longer join them. */
  #isWaitingCut = false;
  #isPaused = false;
  /** Prints lost since the newest that passes, to be marked on the next one that does. */
  #missed = 0;
  #passes;
  #reachesBack;
  /** Entries kept. */
  bound = CAPACITY;
  /** Prints put on top since the view was last rebuilt: an anchored reader scrolls by the difference. */
  appended = 0;
  /** Changes when the view was rebuilt and a reader must start afresh. */
  generation = 0;
  /** Lowest id from which on every print that passes is here; `Infinity` while there is none. */
  coversFrom = Infinity;

  /**
   * @param {Passes} [passes]
   * @param {object} [options]
   * @param {boolean} [options.reachesBack] keeps prints that the tape has let go, and takes fetched ones
   */
  constructor(passes = () => true, { reachesBack = false } = {}) {
    this.#passes = passes;
    this.#reachesBack = reachesBack;
  }

  get count() {
    return this.#entries.length;
  }

  /** Prints that have come while the view stands still. */
  get waiting() {
    return this.#waiting.length;
  }

  get isPaused() {
    return this.#isPaused;
  }

  /** Time of the oldest print here, or null. */
  get oldestTime() {
    return this.#entries[0]?.print.time ?? null;
  }

  /** Prints that were lost among those that are here, or since. */
  get missed() {
    return this.#entries.reduce((sum, entry) => sum + entry.missedBefore, this.#missed);
  }

  /**
   * Entry by age.
   * @param {number} index 0 is the newest
   * @returns {Entry | undefined}
   */
  entry(index) {
    return this.#entries[this.#entries.length - 1 - index];
  }

  /**
   * Place of a print, 0 for the newest; -1 when it is not here.
   * @param {number} id
   */
  indexOf(id) {
    const at = lowerBound(this.#entries, id);
    return this.#entries[at]?.print.id === id ? this.#entries.length - 1 - at : -1;
  }

  /** @returns {Print[]} newest first */
  get prints() {
    return this.#entries.map((entry) => entry.print).reverse();
  }

  /**
   * Another filter; `Tape.refill` fills the view again.
   * @param {Passes} passes
   */
  setFilter(passes) {
    this.#passes = passes;
    this.clear();
  }

  /**
   * A new print of the tape.
   * @param {Entry} entry
   */
  take(entry) {
    const { id } = entry.print;
    if (this.coversFrom === Infinity) this.coversFrom = id;
    const passing = this.#marked(entry);
    if (!passing) return;
    if (this.#isPaused) {
      this.#waiting.push(passing);
      if (isOver(this.#waiting.length, this.bound)) {
        this.#waiting.splice(0, this.#waiting.length - this.bound);
        this.#isWaitingCut = true;
      }
      return;
    }
    if (id <= (this.#entries.at(-1)?.print.id ?? -Infinity)) return;
    this.#entries.push(passing);
    this.appended += 1;
    this.#trim();
  }

  /**
   * All of the tape, when the view is new or the tape has got older prints. Fetched ones that are older still stay.
   * @param {Entry[]} entries oldest first
   */
  rebuild(entries) {
    const first = entries[0]?.print.id ?? Infinity;
    const older = this.#reachesBack && this.coversFrom < first
      ? this.#entries.slice(0, lowerBound(this.#entries, first))
      : [];
    // A view that stands still shows nothing newer than it did.
    const newest = this.#isPaused ? this.#entries.at(-1)?.print.id ?? Infinity : Infinity;
    this.#missed = 0;
    const passing = entries.flatMap((entry) => this.#marked(entry) ?? []);
    const shown = passing.filter((entry) => entry.print.id <= newest);
    this.#waiting = passing.slice(shown.length);
    this.#entries = [...older, ...shown];
    this.coversFrom = Math.min(this.#reachesBack ? this.coversFrom : Infinity, first);
    this.#restart();
  }

  /** Forgets all. */
  clear() {
    this.#entries = [];
    this.#waiting = [];
    this.#isWaitingCut = false;
    this.#missed = 0;
    this.coversFrom = Infinity;
    this.#restart();
  }

  /**
   * Takes fetched prints that lie below what is here.
   * @param {Print[]} prints in any order
   * @param {number} from lowest id that the answer reaches down to
   */
  extend(prints, from) {
    const older = prints
      .filter((print) => print.id < this.coversFrom && this.#passes(print))
      .sort((a, b) => a.id - b.id);
    this.#entries = [...older.map((print) => ({ print, missedBefore: 0 })), ...this.#entries];
    this.coversFrom = Math.min(this.coversFrom, from);
  }

  pause() {
    this.#isPaused = true;
  }

  /** Shows what has waited. */
  resume() {
    this.#isPaused = false;
    if (this.#isWaitingCut) {
      // What is shown ends before what waits begins: the stretch between can be fetched again, from the newest side.
      this.#entries = this.#waiting;
      this.coversFrom = this.#waiting[0]?.print.id ?? Infinity;
      this.#restart();
    } else {
      this.#entries = this.#entries.concat(this.#waiting);
      this.appended += this.#waiting.length;
    }
    this.#waiting = [];
    this.#isWaitingCut = false;
    this.#trim();
  }

  /**
   * What the tape has let go.
   * @param {number} id lowest that it still has
   */
  dropBefore(id) {
    if (this.#reachesBack) return;
    this.#entries.splice(0, lowerBound(this.#entries, id));
    this.coversFrom = Math.max(this.coversFrom, id);
  }

  /**
   * A print has become another one; what passes no longer goes.
   * @param {number} id
   * @param {(print: Print) => Print} become
   */
  change(id, become) {
    for (const entries of [this.#entries, this.#waiting]) {
      const at = lowerBound(entries, id);
      const entry = entries[at];
      if (entry?.print.id !== id) continue;
      entry.print = become(entry.print);
      if (this.#passes(entry.print)) return;
      entries.splice(at, 1);
      if (at === entries.length && entries === this.#entries) this.#mark(this.#waiting, 0, entry.missedBefore);
      else this.#mark(entries, at, entry.missedBefore);
      return;
    }
  }

  /**
   * Marks an entry with what was lost before it, or the next one to come when there is none.
   * @param {Entry[]} entries
   * @param {number} at
   * @param {number} missed
   */
  #mark(entries, at, missed) {
    const entry = entries[at];
    if (!entry) this.#missed += missed;
    else if (missed > 0) entries[at] = { print: entry.print, missedBefore: entry.missedBefore + missed };
  }

  /**
   * The entry if it passes, with the mark of what was lost since the last one that did.
   * @param {Entry} entry
   * @returns {Entry | null}
   */
  #marked(entry) {
    const missedBefore = this.#missed + entry.missedBefore;
    const isPassing = this.#passes(entry.print);
    this.#missed = isPassing ? 0 : missedBefore;
    if (!isPassing) return null;
    // The tape's own entry is shared by the views.
    return missedBefore === entry.missedBefore ? entry : { print: entry.print, missedBefore };
  }

  #trim() {
    if (!isOver(this.#entries.length, this.bound)) return;
    this.#entries.splice(0, this.#entries.length - this.bound);
    this.coversFrom = this.#entries[0]?.print.id ?? Infinity;
  }

  #restart() {
    this.appended = 0;
    this.generation += 1;
  }
}
