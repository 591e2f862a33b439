/** How the sides of prints were decided, as shares. */
import { formatCount, formatShare } from "./format.js";
import { spoken } from "./health-report.js";

/** @typedef {import("./health-report.js").HealthReport} HealthReport */
/** @typedef {{ name: string, prints: number, share: number }} MethodShare */

/**
 * The rules that decided the side of prints, the most used first; those never used are left out.
 * @param {Record<string, number>} methods
 * @returns {MethodShare[]}
 */
export function methodShares(methods) {
  const total = Object.values(methods).reduce((sum, prints) => sum + prints, 0);
  return Object.entries(methods)
    .filter(([, prints]) => prints > 0)
    .sort(([, left], [, right]) => right - left)
    .map(([name, prints]) => ({ name: spoken(name), prints, share: prints / total }));
}

/**
 * How many prints have a side, in words.
 * @param {HealthReport["sides"]} sides
 */
export function describeSides({ buy, sell, mid, unknown }) {
  const total = buy + sell + mid + unknown;
  if (total === 0) return "No prints yet.";
  return `Bought ${formatShare(buy / total)}, sold ${formatShare(sell / total)}, between ${
    formatShare(mid / total)
  }, ` +
    `not told ${formatShare(unknown / total)} of ${formatCount(total)} prints.`;
}
