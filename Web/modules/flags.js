/** What is special about a print, as short labels in order of weight. */
import { formatCompact } from "./format.js";
import { isSweep } from "./tape.js";

/** @typedef {import("./protocol.js").Print} Print */
/** @typedef {{ text: string, className: string, meaning: string }} Chip */

/** @type {Record<string, Chip>} */
const FLAGS = {
  block: { text: "BLOCK", className: "block", meaning: "Block: large in size or premium" },
  sweep_order: { text: "ISO", className: "", meaning: "Intermarket sweep order; not seen as part of a sweep" },
  multi_leg: { text: "MULTI", className: "multi", meaning: "Leg of a multi-leg trade: no side is given" },
  floor: { text: "FLOOR", className: "", meaning: "Traded on the floor" },
  cross: { text: "CROSS", className: "", meaning: "Cross: both sides were arranged" },
  auction: { text: "AUCT", className: "", meaning: "Traded in an auction" },
  late: { text: "LATE", className: "", meaning: "Reported late or out of sequence" },
  off_exchange: { text: "OFFX", className: "", meaning: "Traded off exchange" },
  extended_hours: { text: "EXT", className: "", meaning: "Outside regular hours" },
};

/**
 * @param {Print} print
 * @param {number} missedBefore prints lost just before this one
 * @returns {Chip[]}
 */
export function chipsOf(print, missedBefore) {
  /** @type {Chip[]} */
  const chips = [];
  if (missedBefore > 0) {
    const text = `${formatCompact(missedBefore)} MISSED`;
    chips.push({ text, className: "missed", meaning: "Prints before this one did not reach the page" });
  }
  if (print.cancelled) chips.push({ text: "CXL", className: "cancel", meaning: "Cancelled" });
  if (print.injected) {
    chips.push({ text: "INJECTED", className: "injected", meaning: "Put in by hand, not from the feed" });
  }
  if (isSweep(print)) {
    chips.push({ text: "SWEEP", className: "sweep", meaning: `Part of sweep ${print.sweep_id}` });
  }
  for (const flag of print.flags) {
    if (flag === "sweep_order" && isSweep(print)) continue;
    const chip = FLAGS[flag];
    if (chip) chips.push(chip);
  }
  return chips;
}
