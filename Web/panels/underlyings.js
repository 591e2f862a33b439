/** The strip of underlyings: price and its way since the page was opened, then the net premium, which alone has a colour. */
import { element, required, RowPool, setAttribute, setClass, setText } from "../modules/dom.js";
import { formatCount, formatMoney, formatPrice, formatSignedMoney, MISSING } from "../modules/format.js";
import { explainNoOptions } from "../modules/freshness.js";
import { directionOfValue } from "../modules/sides.js";
import { effect } from "../modules/signals.js";
import { sparkline } from "../modules/sparkline.js";
import { addressFor, shownSymbol } from "./navigation.js";

/** @typedef {import("../modules/desk.js").Desk} Desk */
/** @typedef {import("../modules/protocol.js").Underlying} Underlying */

const SAMPLE_MILLISECONDS = 2_000;
const SAMPLES = 60;
const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {Desk} desk
 * @param {import("../modules/route.js").Router} router
 */
export function mountUnderlyings(desk, router) {
  const pool = new RowPool(required("underlyings"), makeItem);
  const empty = required("underlyings-empty");
  const bias = required("bias");
  const ratio = figure(bias, "C/P premium");
  const net = figure(bias, "Net premium");
  /** @type {Map<string, number[]>} */
  let histories = new Map();
  let epoch = "";
  let sampledAt = -Infinity;

  effect(() => {
    const state = desk.state.value;
    const underlyings = state?.underlyings ?? [];
    if (state && state.epoch !== epoch) {
      epoch = state.epoch;
      histories = new Map();
      sampledAt = -Infinity;
    }
    empty.hidden = underlyings.length > 0;
    setText(empty, explainNoOptions(state, ""));
    const now = desk.now.peek();
    const sampling = state !== null && now - sampledAt >= SAMPLE_MILLISECONDS;
    if (sampling) sampledAt = now;
    const shown = shownSymbol(router, desk);
    pool.update(underlyings, (item, underlying) => {
      if (sampling) sample(histories, underlying);
      setAttribute(item.link, "href", addressFor(underlying.symbol, router));
      setAttribute(item.link, "aria-current", underlying.symbol === shown ? "true" : null);
      writeItem(item, underlying, histories.get(underlying.symbol) ?? []);
    });

    const calls = sum(underlyings, (underlying) => underlying.call_premium);
    const puts = sum(underlyings, (underlying) => underlying.put_premium);
    const total = sum(underlyings, (underlying) => underlying.net_premium);
    setText(ratio, puts > 0 ? (calls / puts).toFixed(2) : MISSING);
    const direction = directionOfValue(total);
    setText(net, underlyings.length > 0 ? `${direction.glyph} ${formatMoney(Math.abs(total))}` : MISSING);
    setClass(net, direction.className);
  });
}

/**
 * @param {Map<string, number[]>} histories
 * @param {Underlying} underlying
 */
function sample(histories, underlying) {
  if (underlying.price === null) return;
  const history = histories.get(underlying.symbol) ?? [];
  history.push(underlying.price);
  if (history.length > SAMPLES) history.shift();
  histories.set(underlying.symbol, history);
}

function makeItem() {
  const symbol = element("b");
  const price = element("span");
  const net = element("span");
  const figure = element("span", "net", {}, [element("small", "quiet", {}, ["net"]), net]);
  const line = document.createElementNS(SVG, "polyline");
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 100 100");
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("aria-hidden", "true");
  picture.append(line);
  const link = element("a", "", {}, [symbol, price, picture, figure]);
  return { node: element("li", "", {}, [link]), link, symbol, price, net, line };
}

/**
 * @param {ReturnType<typeof makeItem>} item
 * @param {Underlying} underlying
 * @param {number[]} history
 */
function writeItem(item, underlying, history) {
  const direction = directionOfValue(underlying.net_premium);
  setText(item.symbol, underlying.symbol);
  setText(item.price, formatPrice(underlying.price));
  setText(item.net, `${direction.glyph} ${formatMoney(Math.abs(underlying.net_premium))}`);
  setClass(item.net, direction.className);
  setAttribute(
    item.node,
    "title",
    `${underlying.symbol}: net premium ${formatSignedMoney(underlying.net_premium)}, calls ` +
      `${formatMoney(underlying.call_premium)}, puts ${formatMoney(underlying.put_premium)}, ` +
      `${formatCount(underlying.trades)} trades`,
  );
  setAttribute(item.line, "points", sparkline(history));
}

/**
 * @param {HTMLElement} list
 * @param {string} name
 */
function figure(list, name) {
  const value = element("dd", "", {}, [MISSING]);
  list.append(element("div", "", {}, [element("dt", "", {}, [name]), value]));
  return value;
}

/**
 * @template T
 * @param {T[]} items
 * @param {(item: T) => number} value
 */
function sum(items, value) {
  return items.reduce((total, item) => total + value(item), 0);
}
