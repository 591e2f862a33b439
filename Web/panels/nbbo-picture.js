/** Bid, middle, ask and price of a print on one line: what it met, at a glance. */
import { element } from "../modules/dom.js";
import { formatPrice } from "../modules/format.js";
import { methodWords, placesOf } from "../modules/nbbo.js";
import { directionOfSide } from "../modules/sides.js";

/** @typedef {import("../modules/protocol.js").Print} Print */

const NAMESPACE = "http://www.w3.org/2000/svg";
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
  const [bid, mid, ask, price] = [places.bid, places.mid, places.ask, places.price].map((place) => place * WIDTH);
  const label = `Bid ${formatPrice(print.bid)}, ask ${formatPrice(print.ask)}, price ${formatPrice(print.price)}. ${
    methodWords(print)
  }`;
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "nbbo", role: "img", "aria-label": label });
  svg.append(
    draw("line", { x1: bid, x2: ask, y1: LINE, y2: LINE, class: "spread" }),
    draw("line", { x1: bid, x2: bid, y1: LINE - 9, y2: LINE + 9, class: "tick down" }),
    draw("line", { x1: mid, x2: mid, y1: LINE - 5, y2: LINE + 5, class: "tick" }),
    draw("line", { x1: ask, x2: ask, y1: LINE - 9, y2: LINE + 9, class: "tick up" }),
    text(`bid ${formatPrice(print.bid)}`, Math.min(bid ?? 0, WIDTH - 110), HEIGHT - 10, bid === ask ? "end" : "middle"),
    text(bid === ask ? "" : `ask ${formatPrice(print.ask)}`, ask, HEIGHT - 10, "middle"),
    draw("path", { d: marker(price ?? 0), class: `price ${direction.className}` }),
    text(`${direction.glyph} ${formatPrice(print.price)}`, price, 16, "middle", `figure ${direction.className}`),
  );
  return svg;
}

/** A diamond on the line. @param {number} x */
function marker(x) {
  return `M${x} ${LINE - 8}L${x + 6} ${LINE}L${x} ${LINE + 8}L${x - 6} ${LINE}Z`;
}

/**
 * @param {string} words
 * @param {number | undefined} x
 * @param {number} y
 * @param {"middle" | "end"} anchor
 * @param {string} [className]
 */
function text(words, x, y, anchor, className = "") {
  const node = draw("text", { x: x ?? 0, y, "text-anchor": anchor, class: className });
  node.textContent = words;
  return node;
}

/**
 * @param {string} name
 * @param {Record<string, string | number | undefined>} attributes
 */
export function draw(name, attributes) {
  const node = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) node.setAttribute(key, typeof value === "number" ? value.toFixed(1) : value);
  }
  return node;
}
