/** Dealers' gamma at other prices of the underlying, all else equal: where it crosses zero is the flip. */
import { element, setText } from "../modules/dom.js";
import { formatPrice, formatSignedMoney, formatStrike } from "../modules/format.js";
import { marksOf } from "../modules/gamma.js";
import { axisOf, formatTick, placeNames, roundStep } from "../modules/scale.js";
import { drawing } from "../modules/svg.js";

/** @typedef {import("../modules/gamma.js").Gex} Gex */

const [LEFT, BOTTOM, NAME_ROW, LETTER] = [40, 17, 13, 5.4];
const LEAST_SHARE = 0.02;

/**
 * @param {HTMLElement} host a section of class "panel"
 * @returns {(gex: Gex | null) => void}
 */
export function mountGammaProfile(host) {
  const picture = element("div", "gex-picture");
  const chart = drawing("svg", "gex-chart", { "aria-hidden": "true" });
  const empty = element("p", "empty");
  const summary = element("p", "visually-hidden");
  picture.append(chart);
  host.setAttribute("aria-labelledby", "gamma-profile-title");
  host.append(
    element("header", "panel-head", {}, [
      element("h2", "", { id: "gamma-profile-title" }, ["At other prices"]),
      element("p", "note", {}, ["$ per 1% move from there, all else equal"]),
    ]),
    picture,
    summary,
    empty,
  );
  let gex = /** @type {Gex | null} */ (null);
  const paint = () => {
    const { width, height } = picture.getBoundingClientRect();
    if (gex && width > 0 && height > 0) draw(chart, gex, Math.floor(width), Math.floor(height));
  };
  new ResizeObserver(paint).observe(picture);

  return (next) => {
    gex = next;
    const isEmpty = next === null || next.profile.length < 2;
    picture.hidden = isEmpty;
    empty.hidden = !isEmpty;
    setText(empty, next ? "Nothing could be priced anew." : "");
    setText(summary, isEmpty ? "" : summaryOf(next));
    if (!isEmpty) paint();
  };
}

/** @param {Gex} gex */
function summaryOf(gex) {
  const [first, last] = [gex.profile[0], gex.profile.at(-1)];
  return `At ${formatPrice(first?.price)}: ${formatSignedMoney(first?.gamma_exposure)}; now: ` +
    `${formatSignedMoney(gex.net)}; at ${formatPrice(last?.price)}: ${formatSignedMoney(last?.gamma_exposure)}.`;
}

/**
 * The stretch in which something happens: at its ends gamma is next to nothing.
 * @param {Gex["profile"]} points
 */
function telling(points) {
  const least = Math.max(...points.map((point) => Math.abs(point.gamma_exposure))) * LEAST_SHARE;
  const isTelling = (/** @type {Gex["profile"][number]} */ point) => Math.abs(point.gamma_exposure) >= least;
  const [first, last] = [points.findIndex(isTelling), points.findLastIndex(isTelling)];
  return points.slice(Math.max(0, first - 1), last + 2);
}

/**
 * @param {SVGSVGElement} chart
 * @param {Gex} gex
 * @param {number} width
 * @param {number} height
 */
function draw(chart, gex, width, height) {
  const points = telling(gex.profile);
  const [first, last] = [points[0]?.price ?? 0, points.at(-1)?.price ?? 1];
  const across = (/** @type {number} */ price) => LEFT + (price - first) / (last - first) * (width - LEFT - 4);
  const marks = marksOf({ ...gex, call_wall: null, put_wall: null });
  const lengths = marks.map(({ name, price }) => ({ at: across(price), width: name.length * LETTER }));
  const places = placeNames(lengths, width, 4);
  const axis = axisOf(points.map((point) => point.gamma_exposure), 4);
  const [top, bottom] = [Math.max(0, ...places.map((place) => place.row + 1)) * NAME_ROW + 4, height - BOTTOM];
  const down = (/** @type {number} */ amount) => top + (axis.high - amount) / (axis.high - axis.low) * (bottom - top);

  const lines = axis.ticks.flatMap((tick) => [
    drawing("line", tick === 0 ? "zero" : "rule", { x1: LEFT, x2: width, y1: down(tick), y2: down(tick) }),
    drawing("text", "tick", { x: LEFT - 5, y: down(tick) + 3.5, "text-anchor": "end" }, [formatTick(tick)]),
  ]);
  const step = roundStep(last - first, (width - LEFT) / 50);
  for (let price = Math.ceil(first / step) * step; price <= last; price += step) {
    lines.push(
      drawing("text", "tick", { x: across(price), y: height - 5, "text-anchor": "middle" }, [formatStrike(price)]),
    );
  }
  const way = points.map((point) => `${across(point.price).toFixed(1)},${down(point.gamma_exposure).toFixed(1)}`);
  const crossings = marks.flatMap(({ kind, name, price }, index) => {
    const place = places[index] ?? { row: 0, start: 0 };
    const y = (place.row + 1) * NAME_ROW - 3;
    return [
      drawing("line", `mark ${kind}`, { x1: across(price), x2: across(price), y1: y - 8, y2: bottom }),
      drawing("text", `mark ${kind}`, { x: place.start, y }, [name]),
    ];
  });
  chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
  chart.replaceChildren(...lines, drawing("polyline", "way", { points: way.join(" ") }), ...crossings);
}
