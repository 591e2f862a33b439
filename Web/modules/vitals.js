/** The last ten minutes of what the stream says about itself, kept in this browser only. */

/** Seconds between two samples, and how many are kept: ten minutes. */
export const [SAMPLE_SECONDS, SAMPLES] = [2, 300];

/**
 * @typedef {object} Vitals
 * @property {number | null} dataAge seconds
 * @property {number} events a second
 * @property {number} queue share of the fullest, 0 to 1
 * @property {number | null} lag of the database, milliseconds
 */

/**
 * Points of a polyline in a box of 100 by 100 that stands on zero: a small figure looks small, however it moves.
 * @param {number[]} values oldest first
 * @param {number} least what the box is at least as high as
 */
export function wayAboveZero(values, least) {
  if (values.length < 2) return "";
  const most = Math.max(least, ...values);
  const step = 100 / (values.length - 1);
  return values.map((value, index) => `${(index * step).toFixed(1)},${(97 - value / most * 94).toFixed(1)}`).join(" ");
}

export class VitalsHistory {
  /** @type {Vitals[]} */
  #samples = [];
  #takenAt = -Infinity;

  /**
   * Takes one if it is time.
   * @param {number} now milliseconds, monotonic
   * @param {Vitals} vitals
   * @returns {boolean} whether it was taken
   */
  add(now, vitals) {
    if (now - this.#takenAt < SAMPLE_SECONDS * 1000) return false;
    this.#takenAt = now;
    this.#samples.push(vitals);
    if (this.#samples.length > SAMPLES) this.#samples.shift();
    return true;
  }

  /**
   * Oldest first; what is not known is left out.
   * @param {keyof Vitals} name
   */
  values(name) {
    return this.#samples.flatMap((sample) => sample[name] ?? []);
  }

  get seconds() {
    return this.#samples.length * SAMPLE_SECONDS;
  }
}
