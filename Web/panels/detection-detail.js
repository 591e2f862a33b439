/** One detection whole: its facts, what its confidence is made of, and its prints. */
import { valueText, words } from "../modules/detections.js";
import { get } from "../modules/api.js";
import { element } from "../modules/dom.js";
import {
  formatCount,
  formatDelta,
  formatEastern,
  formatMoney,
  formatPrice,
  formatStrike,
  formatUTC,
} from "../modules/format.js";
import { directionOfSide, letterOfType } from "../modules/sides.js";

/** @typedef {import("../modules/protocol.js").DetectionWithLegs} DetectionWithLegs */
/** @typedef {import("../modules/protocol.js").Print} Print */

/** Prints of one detection that are listed; the newest. */
const LEGS_SHOWN = 50;

/**
 * Asks for a detection and shows it.
 * @param {HTMLElement} place what it is shown in
 * @param {string} id
 * @param {number} [run] the newest that has the detection, when left out
 * @param {() => boolean} [isWanted] asked when the answer is there
 * @returns {Promise<boolean>} whether it could be had
 */
export async function fetchDetection(place, id, run, isWanted = () => true) {
  if (!place.firstChild) place.append(element("p", "quiet", {}, ["Fetching its prints."]));
  try {
    const address = `/detections/${encodeURIComponent(id)}${run === undefined ? "" : `?run=${run}`}`;
    /** @type {DetectionWithLegs} */
    const answer = await get(address);
    if (isWanted()) place.replaceChildren(...detailOf(answer));
    return true;
  } catch (_unreachable) {
    place.replaceChildren(element("p", "quiet", {}, ["Its prints cannot be had; close and open it to try again."]));
    return false;
  }
}

/** @param {DetectionWithLegs} detection */
export function detailOf(detection) {
  const facts = [
    `${formatCount(detection.prints)} prints of ${formatCount(detection.size)}`,
    `net delta ${formatDelta(detection.net_delta)}`,
  ];
  if (detection.underlying_price !== null) {
    facts.push(`${detection.underlying} at ${formatPrice(detection.underlying_price)}`);
  }
  if (detection.effect !== "unknown") facts.push(words(detection.effect));
  const factors = detection.breakdown.map((factor) =>
    element("li", "", {}, [
      element("span", "", {}, [words(factor.factor)]),
      element("b", "", {}, [valueText(factor)]),
      element("span", "quiet", {}, [`${Math.round(factor.score * 100)}% of ${Math.round(factor.weight * 100)}`]),
    ])
  );
  const legs = detection.legs.slice(-LEGS_SHOWN).toReversed();
  const left = detection.legs.length - legs.length + detection.legs_left_out;
  const parts = [
    element("p", "quiet", {}, [`${detection.id}: ${facts.join(", ")}`]),
    element("ul", "factors", { "aria-label": "What the confidence is made of" }, factors),
    legTable(detection, legs),
  ];
  if (left > 0) parts.push(element("p", "quiet", {}, [`${formatCount(left)} older prints are not shown.`]));
  return parts;
}

/**
 * @param {DetectionWithLegs} detection
 * @param {Print[]} legs newest first
 */
function legTable(detection, legs) {
  const names = ["Time", "Side", "Price", "Size", "Premium", "Venue"];
  const head = element("tr", "", {}, names.map((name) => element("th", "", { scope: "col" }, [name])));
  const body = legs.map((leg) => {
    const direction = directionOfSide(leg.side);
    const contract = detection.contracts > 1 && leg.strike !== null
      ? ` ${formatStrike(leg.strike)} ${letterOfType(leg.type)}`
      : "";
    return element("tr", leg.cancelled ? "cancelled" : "", {}, [
      element("td", "", { title: formatUTC(leg.time) }, [formatEastern(leg.time, "milliseconds") + contract]),
      element("td", direction.className, {}, [`${direction.glyph} ${direction.word}`]),
      element("td", "", {}, [formatPrice(leg.price)]),
      element("td", "", {}, [formatCount(leg.size)]),
      element("td", "", {}, [formatMoney(leg.premium)]),
      element("td", "", {}, [leg.venue_name]),
    ]);
  });
  return element("table", "legs", { "aria-label": "Its prints, newest first" }, [
    element("thead", "", {}, [head]),
    element("tbody", "", {}, body),
  ]);
}
