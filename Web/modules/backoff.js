/**
 * Exponential backoff with full jitter: the first retry is at once, later ones are spread so that clients do not return
 * in step.
 */

export const FIRST_CEILING_MILLISECONDS = 500;
export const LAST_CEILING_MILLISECONDS = 10_000;

/**
 * Upper bound of the wait before a retry.
 * @param {number} attempt 0 for the first retry after a loss
 */
export function ceilingMilliseconds(attempt) {
  if (attempt <= 0) return 0;
  return Math.min(LAST_CEILING_MILLISECONDS, FIRST_CEILING_MILLISECONDS * 2 ** Math.min(attempt - 1, 30));
}

/**
 * Wait before a retry, evenly spread over [0, ceiling).
 * @param {number} attempt 0 for the first retry after a loss
 * @param {() => number} random in [0, 1)
 */
export function delayMilliseconds(attempt, random = Math.random) {
  return Math.floor(random() * ceilingMilliseconds(attempt));
}
