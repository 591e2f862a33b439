/**
 * The leading underlying by minute: price, net premium and its running sum, one below the other, each with its own axis.
 * The chart library is a file of its own that an installation may lack: the figures and the text summary do not need it.
 */
import { element, required, setClass, setText } from "../modules/dom.js";
import {
  formatCount,
  formatEastern,
  formatMoney,
  formatPrice,
  formatSignedMoney,
  instantOf,
  MISSING,
} from "../modules/format.js";
import { explainNoOptions } from "../modules/freshness.js";
import { directionOfValue } from "../modules/sides.js";
import { effectWhile, signal } from "../modules/signals.js";
import { MinuteChart } from "./minute-chart.js";

/** @typedef {import("../modules/desk.js").Desk} Desk */
/** @typedef {import("../modules/protocol.js").Minute} Minute */
/** @typedef {import("../modules/protocol.js").State} State */

/** Relative to this module: below the address whose hash changes with the files. */
const LIBRARY = new URL("../vendor/lightweight-charts.js", import.meta.url).href;

/**
 * @param {Desk} desk
 * @param {import("../modules/signals.js").Signal<boolean>} isShown
 */
export function mountChart(desk, isShown) {
  const title = required("chart-title");
  const summary = required("chart-summary");
  const empty = required("chart-empty");
  const figures = makeFigures(required("chart-figures"));
  const chart = signal(/** @type {MinuteChart | null} */ (null));
  loadLibrary().then(
    (library) => (chart.value = new MinuteChart(required("chart"), library)),
    () => showNotice(required("chart")),
  );

  let summarised = "";
  effectWhile(isShown, () => {
    const state = desk.state.value;
    const minutes = state?.minutes ?? [];
    const symbol = state?.grid?.underlying ?? "";
    setText(title, symbol ? `${symbol} minutes` : "Minutes");
    figures(state, minutes);
    const alerts = desk.alerts.rows.filter((alert) => alert.underlying === symbol);
    chart.value?.draw(minutes, symbol, state?.health.mode ?? "", alerts);
    empty.hidden = minutes.length > 0;
    setText(empty, explainNoOptions(state, "No minutes yet."));
    const newest = minutes.at(-1)?.time ?? "";
    if (summarised !== newest) {
      summarised = newest;
      setText(summary, describe(minutes));
    }
  });
}

/** @returns {Promise<import("../types/lightweight-charts.d.ts").ChartLibrary>} */
function loadLibrary() {
  return new Promise((resolve, reject) => {
    const script = element("script", "", { src: LIBRARY });
    script.addEventListener("error", () => reject(new Error(`${LIBRARY}: not there`)));
    script.addEventListener("load", () => {
      if (window.LightweightCharts) resolve(window.LightweightCharts);
      else reject(new Error(`${LIBRARY}: is not the chart library`));
    });
    document.head.append(script);
  });
}

/** @param {HTMLElement} container */
function showNotice(container) {
  container.append(
    element("p", "chart-notice", {}, [
      `The chart library is not installed (${LIBRARY}). ` +
      "Run scripts/setup and reload; everything else works without it.",
    ]),
  );
}

/** @param {HTMLElement} list */
function makeFigures(list) {
  const last = figure(list, "Last");
  const net = figure(list, "Net premium", "Of the minutes shown; the strip above has the session's");
  const ratio = figure(list, "C/P volume");
  const range = figure(list, "Range");
  const trades = figure(list, "Trades");
  /** @type {(state: State | null, minutes: Minute[]) => void} */
  return (state, minutes) => {
    const total = sum(minutes, (minute) => minute.net_premium);
    const direction = directionOfValue(total);
    const puts = sum(minutes, (minute) => minute.put_volume);
    const calls = sum(minutes, (minute) => minute.call_volume);
    const prices = minutes.flatMap((minute) => minute.underlying_price ?? []);
    setText(last, formatPrice(state?.grid?.spot ?? prices.at(-1)));
    setText(net, minutes.length > 0 ? `${direction.glyph} ${formatMoney(Math.abs(total))}` : MISSING);
    setClass(net, direction.className);
    setText(ratio, puts > 0 ? (calls / puts).toFixed(2) : MISSING);
    setText(
      range,
      prices.length > 0 ? `${formatPrice(Math.min(...prices))} – ${formatPrice(Math.max(...prices))}` : MISSING,
    );
    setText(trades, minutes.length > 0 ? formatCount(sum(minutes, (minute) => minute.trades)) : MISSING);
  };
}

/**
 * @param {HTMLElement} list
 * @param {string} name
 * @param {string} [meaning]
 */
function figure(list, name, meaning) {
  const value = element("dd", "", {}, [MISSING]);
  list.append(element("div", "", meaning ? { title: meaning } : {}, [element("dt", "", {}, [name]), value]));
  return value;
}

/** @param {Minute[]} minutes */
function describe(minutes) {
  return minutes.slice(-10).map((minute) =>
    `${formatEastern(instantOf(minute.time), "minutes")}: price ${formatPrice(minute.underlying_price)}, ` +
    `net premium ${formatSignedMoney(minute.net_premium)}.`
  ).join(" ");
}

/**
 * @param {Minute[]} minutes
 * @param {(minute: Minute) => number} value
 */
function sum(minutes, value) {
  return minutes.reduce((total, minute) => total + value(minute), 0);
}
