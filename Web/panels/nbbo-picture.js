/** Bid, middle, ask and price of a print on one line: what it met, at a glance. */
import { element } from "../modules/dom.js";
import { formatPrice } from "../modules/format.js";
import { methodWords, placesOf } from "../modules/nbbo.js";
import { directionOfSide } from "../modules/sides.js";
import { drawing } from "../modules/svg.js";

/** @typedef {import("../modules/protocol.js").Print} Print */

const [WIDTH, HEIGHT, LINE] = [320, 74, 40];

/**
 * @param {Print} print
 * @returns {Element}
 */
export function nbboPicture(print) {
  const places = placesOf(print);
  if (places === null) {
    const why = print.bid === null || print.ask === null
      ? "No quote was known at this print."
      : "The quote was crossed.";
    return element("p", "quiet nbbo-none", {}, [why]);
  }
  const direction = directionOfSide(print.side);
  const [bid, mid, ask, price] = [places.bid * WIDTH, places.mid * WIDTH, places.ask * WIDTH, places.price * WIDTH];
  const label = `Bid ${formatPrice(print.bid)}, ask ${formatPrice(print.ask)}, price ${formatPrice(print.price)}. ${
    methodWords(print)
  }`;
  const locked = bid === ask;
  return drawing("svg", "nbbo", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label }, [
    drawing("line", "spread", { x1: bid, x2: ask, y1: LINE, y2: LINE }),
    drawing("line", "tick down", { x1: bid, x2: bid, y1: LINE - 9, y2: LINE + 9 }),
    drawing("line", "tick", { x1: mid, x2: mid, y1: LINE - 5, y2: LINE + 5 }),
    drawing("line", "tick up", { x1: ask, x2: ask, y1: LINE - 9, y2: LINE + 9 }),
    text(locked ? `bid and ask ${formatPrice(print.bid)}` : `bid ${formatPrice(print.bid)}`, bid, HEIGHT - 10),
    text(locked ? "" : `ask ${formatPrice(print.ask)}`, ask, HEIGHT - 10),
    drawing("path", `price ${direction.className}`, { d: marker(price) }),
    text(`${direction.glyph} ${formatPrice(print.price)}`, price, 16, `figure ${direction.className}`),
  ]);
}

/** A diamond on the line. @param {number} x */
function marker(x) {
  return `M${x} ${LINE - 8}L${x + 6} ${LINE}L${x} ${LINE + 8}L${x - 6} ${LINE}Z`;
}

/**
 * @param {string} words
 * @param {number} x its middle
 * @param {number} y
 * @param {string} [className]
 */
function text(words, x, y, className = "") {
  return drawing("text", className, { x, y, "text-anchor": "middle" }, [words]);
}
