/**
 * Lightweight Charts behind one call: `draw`. A minute that rose is filled, one that fell is hollow: not by colour alone. Minutes whose open,
 * high and low nobody knows are a stroke at their price.
 */
import { formatEastern, formatMoney, instantOf } from "../modules/format.js";

/** @typedef {import("../types/lightweight-charts.d.ts").ChartLibrary} ChartLibrary */
/** @typedef {import("../types/lightweight-charts.d.ts").Point} Point */
/** @typedef {import("../types/lightweight-charts.d.ts").Marker} Marker */
/** @typedef {import("../modules/protocol.js").Minute} Minute */
/** @typedef {import("../modules/protocol.js").Alert} Alert */

/** More marks than this hide the candles: the most severe stay. */
const MARKS = 12;
/** How often the running minute is drawn anew. */
const REDRAW_MILLISECONDS = 1_000;

export class MinuteChart {
  #chart;
  #price;
  #marks;
  #marksKey = "";
  #net;
  #sum;
  #watermark;
  #labels;
  /** What the series hold: the same minutes with a newer last one need only an update. */
  #drawn = "";
  #drawnAt = -Infinity;
  #marked = "";
  #up = "";
  #down = "";

  /**
   * @param {HTMLElement} container
   * @param {ChartLibrary} library
   */
  constructor(container, library) {
    // The logo needs an inline style, which the page's policy forbids; TradingView is credited in the health panel.
    this.#chart = library.createChart(container, {
      autoSize: true,
      layout: { attributionLogo: false, fontSize: 11, panes: { enableResize: false } },
      localization: { timeFormatter: (/** @type {number} */ time) => `${formatEastern(time * 1000, "minutes")} ET` },
      timeScale: {
        timeVisible: true,
        borderVisible: false,
        rightOffset: 3,
        tickMarkFormatter: (/** @type {number} */ time) => formatEastern(time * 1000, "minutes"),
      },
      rightPriceScale: { borderVisible: false, minimumWidth: 64 },
      crosshair: { mode: 0 },
    });
    this.#price = this.#chart.addSeries(library.CandlestickSeries, { priceLineStyle: 2 }, 0);
    this.#marks = library.createSeriesMarkers(this.#price, []);
    this.#net = this.#chart.addSeries(library.HistogramSeries, {
      priceFormat: { type: "custom", formatter: formatMoney, minMove: 1 },
      priceLineVisible: false,
      lastValueVisible: false,
    }, 1);
    // A pane and an axis of its own: on the bars' axis the sum of two hours would press them flat, over it with a scale of
    // its own it would be read against the wrong figures.
    this.#sum = this.#chart.addSeries(library.LineSeries, {
      lineWidth: 2,
      priceFormat: { type: "custom", formatter: formatMoney, minMove: 1 },
      priceLineVisible: false,
      lastValueVisible: true,
      crosshairMarkerVisible: false,
    }, 2);
    const [price, net, sum] = this.#chart.panes();
    if (!price || !net || !sum) throw new Error(`chart: has ${this.#chart.panes().length} panes, wanted 3`);
    price.setStretchFactor(2.4);
    net.setStretchFactor(1);
    sum.setStretchFactor(0.8);
    const corner = { horzAlign: "left", vertAlign: "top", lines: [] };
    this.#watermark = library.createTextWatermark(price, corner);
    this.#labels = [
      { text: "Net premium by minute", mark: library.createTextWatermark(net, corner) },
      { text: "Running sum", mark: library.createTextWatermark(sum, corner) },
    ];
    this.#dress();
    new MutationObserver(() => this.#dress()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  /**
   * @param {Minute[]} minutes
   * @param {string} symbol
   * @param {string} mode
   * @param {Alert[]} alerts of the underlying, to be marked at their minutes
   */
  draw(minutes, symbol, mode, alerts) {
    this.#mark(mode);
    this.#markAlerts(minutes, alerts);
    const first = minutes[0];
    const last = minutes.at(-1);
    const key = first && last ? `${symbol} ${first.time} ${last.time} ${minutes.length}` : "";
    const now = performance.now();
    const isNewer = key === this.#drawn && key !== "";
    // A stroke of the running minute draws all three panes and measures their axes.
    if (isNewer && now - this.#drawnAt < REDRAW_MILLISECONDS) return;
    this.#drawnAt = now;
    const points = seriesOf(minutes, this.#up, this.#down);
    if (isNewer) {
      const at = points.net.length - 1;
      update(this.#price, points.price[at]);
      update(this.#net, points.net[at]);
      update(this.#sum, points.sum[at]);
      return;
    }
    const isFirst = this.#drawn.split(" ")[0] !== symbol;
    this.#drawn = key;
    this.#price.setData(points.price);
    this.#net.setData(points.net);
    this.#sum.setData(points.sum);
    if (isFirst) this.#chart.timeScale().fitContent();
  }

  /**
   * @param {Minute[]} minutes
   * @param {Alert[]} alerts
   */
  #markAlerts(minutes, alerts) {
    const marks = marksOf(minutes, alerts);
    const key = marks.map(({ time, severe, side }) => `${time} ${severe} ${side}`).join();
    if (key === this.#marksKey) return;
    this.#marksKey = key;
    this.#marks.setMarkers(marks.map(({ time, side, severe }) => ({
      time,
      position: side === "sell" ? "aboveBar" : "belowBar",
      shape: side === "buy" ? "arrowUp" : side === "sell" ? "arrowDown" : "circle",
      color: token(severe ? "--alarm-mark" : "--violet"),
    })));
  }

  /** @param {string} mode */
  #mark(mode) {
    if (this.#marked === mode) return;
    this.#marked = mode;
    const text = mode === "demo" ? "DEMO · synthetic" : mode === "replay" ? "REPLAY · recorded" : "";
    const color = token("--text-quiet");
    this.#watermark.applyOptions({ lines: text ? [{ text, color, fontSize: 12, fontStyle: "bold" }] : [] });
  }

  /** Takes the colours of the page. */
  #dress() {
    const line = { color: token("--line") };
    this.#chart.applyOptions({
      layout: {
        background: { type: "solid", color: token("--surface") },
        textColor: token("--text-quiet"),
        fontFamily: token("--font"),
        panes: { separatorColor: token("--line-strong") },
      },
      grid: { vertLines: line, horzLines: line },
    });
    const [up, down] = [token("--blue"), token("--orange")];
    [this.#up, this.#down] = [up, down];
    this.#price.applyOptions({
      upColor: up,
      borderUpColor: up,
      wickUpColor: up,
      downColor: token("--surface"),
      borderDownColor: down,
      wickDownColor: down,
      priceLineColor: token("--yellow"),
    });
    this.#marksKey = "";
    this.#sum.applyOptions({ color: token("--text") });
    const color = token("--text-quiet");
    for (const { text, mark } of this.#labels) mark.applyOptions({ lines: [{ text, color, fontSize: 10 }] });
    this.#drawn = "";
    this.#marked = "";
  }
}

/**
 * @param {Minute[]} minutes
 * @param {string} up
 * @param {string} down
 */
function seriesOf(minutes, up, down) {
  let running = 0;
  /** @type {{ price: Point[], net: Point[], sum: Point[] }} */
  const points = { price: [], net: [], sum: [] };
  for (const minute of minutes) {
    const time = (instantOf(minute.time) ?? 0) / 1000;
    running += minute.net_premium;
    points.price.push(candleOf(minute, time));
    points.net.push({ time, value: minute.net_premium, color: minute.net_premium < 0 ? down : up });
    points.sum.push({ time, value: running });
  }
  return points;
}

/**
 * @param {Minute} minute
 * @param {number} time
 * @returns {Point}
 */
function candleOf(minute, time) {
  const close = minute.underlying_price;
  if (close === null) return { time };
  const [open, high, low] = [minute.underlying_open, minute.underlying_high, minute.underlying_low];
  return { time, open: open ?? close, high: high ?? close, low: low ?? close, close };
}

/**
 * One mark a minute and side, for the most severe alerts of the minutes that are shown.
 * @param {Minute[]} minutes
 * @param {Alert[]} alerts
 */
function marksOf(minutes, alerts) {
  const known = new Set(minutes.map((minute) => (instantOf(minute.time) ?? 0) / 1000));
  /** @type {Map<string, { time: number, side: Alert["side"], severe: boolean, score: number }>} */
  const marks = new Map();
  for (const alert of alerts) {
    const time = Math.floor((instantOf(alert.first_time) ?? 0) / 60_000) * 60;
    if (!known.has(time) || alert.score.total < 30) continue;
    const key = `${time} ${alert.side}`;
    const score = Math.max(alert.score.total, marks.get(key)?.score ?? 0);
    marks.set(key, { time, side: alert.side, score, severe: score >= 50 });
  }
  return [...marks.values()].sort((one, other) => other.score - one.score).slice(0, MARKS)
    .sort((one, other) => one.time - other.time);
}

/**
 * @param {import("../types/lightweight-charts.d.ts").Series} series
 * @param {Point | undefined} point
 */
function update(series, point) {
  if (point) series.update(point);
}

/** @param {string} name */
function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
