/** The newest detections, each as it was told last. One keeps its place when it changes, so that no row jumps away from a reader. */

/** @typedef {import("./protocol.js").Detection} Detection */
/** @typedef {import("./protocol.js").ConfidenceFactor} ConfidenceFactor */

export const CAPACITY = 200;

/** Prints of a run have ids from the run's number times this on. */
const IDS_OF_RUN = 2 ** 36;

/** @param {Detection} detection */
export function keyOf(detection) {
  return `${detection.run}:${detection.id}`;
}

/** USD below which a detection is left to /detections: a busy symbol has hundreds of small spreads an hour. */
export const LEAST_PREMIUM = 25_000;

/**
 * How many the list has, in words.
 * @param {number} count
 * @param {number} waiting of them, while the rows stand still
 */
export function countText(count, waiting) {
  if (count === 0) return "";
  return `${count} of $25K and more${waiting > 0 ? `, ${waiting} waiting` : ""}`;
}

/**
 * The run that a print belongs to.
 * @param {number} printID
 */
export function runOf(printID) {
  return Math.floor(printID / IDS_OF_RUN);
}

/**
 * Lowest id that prints of the same run can have.
 * @param {number} printID
 */
export function firstPrintOfRun(printID) {
  return runOf(printID) * IDS_OF_RUN + 1;
}

export class Detections {
  /** @type {Map<string, Detection>} in the order in which they came, the oldest first */
  #rows = new Map();

  /** Newest first. */
  get rows() {
    return [...this.#rows.values()].reverse();
  }

  /**
   * What the stream tells.
   * @param {Detection[]} rows
   */
  tell(rows) {
    for (const row of rows) {
      if (row.premium >= LEAST_PREMIUM || this.#rows.has(keyOf(row))) this.#rows.set(keyOf(row), row);
    }
    this.#trim();
  }

  /**
   * What was found before, fetched. What the stream has told meanwhile is newer. All are put into the order of their newest prints.
   * @param {Detection[]} rows
   */
  merge(rows) {
    const all = new Map(this.#rows);
    for (const row of rows) {
      if (row.premium < LEAST_PREMIUM) continue;
      const known = all.get(keyOf(row));
      if (!known || known.last_print_id < row.last_print_id) all.set(keyOf(row), row);
    }
    this.#rows = new Map([...all].sort(([, a], [, b]) => a.last_print_id - b.last_print_id));
    this.#trim();
  }

  clear() {
    this.#rows.clear();
  }

  #trim() {
    for (const key of this.#rows.keys()) {
      if (this.#rows.size <= CAPACITY) return;
      this.#rows.delete(key);
    }
  }
}

/**
 * `intermarket_sweep` as people read it.
 * @param {string} name
 */
export function words(name) {
  return name.replaceAll("_", " ");
}

/**
 * What the confidence is made of, in one line.
 * @param {Detection} detection
 */
export function whyText(detection) {
  const parts = detection.breakdown.map((factor) =>
    `${words(factor.factor)} ${valueText(factor)} (${Math.round(factor.score * 100)}% of ${
      Math.round(factor.weight * 100)
    })`
  );
  return `Confidence ${Math.round(detection.confidence * 100)}%: ${parts.join(", ")}`;
}

/** @param {ConfidenceFactor} factor */
export function valueText(factor) {
  const value = factor.value;
  switch (factor.unit) {
    case "USD":
      return `$${Math.round(value).toLocaleString("en-US")}`;
    case "milliseconds":
      return `${Math.round(value).toLocaleString("en-US")} ms`;
    case "seconds":
      return `${value.toFixed(1)} s`;
    case "share":
      return `${Math.round(value * 100)}%`;
    case "multiple":
      return `${value.toFixed(1)}×`;
    default:
      return Math.round(value).toLocaleString("en-US");
  }
}
