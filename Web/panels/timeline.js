/** A trading day as a line: the session, the premium by minute of what has been played, alerts as marks, and where the player is. */
import { element, setAttribute, setText } from "../modules/dom.js";
import { formatEastern, formatMoney, formatUTC } from "../modules/format.js";
import { columnsOf, instantAt, shadesOf, shareOf, ticksOf } from "../modules/timeline.js";

/** @typedef {import("../modules/timeline.js").Stretch} Stretch */
/** @typedef {import("../modules/timeline.js").Mark} Mark */
/** @typedef {import("../modules/protocol.js").Minute} Minute */

const NAMESPACE = "http://www.w3.org/2000/svg";
/** Heights in pixels: the lane of the alerts above, the axis below. */
const LANE = 22;
const AXIS = 20;
/** What the name of a tick takes, with air. */
const NAME = 44;
const STEPS = { ArrowLeft: -60_000, ArrowRight: 60_000, PageDown: -900_000, PageUp: 900_000 };

export class Timeline {
  node = element("div", "timeline", { tabindex: "0", role: "img", "aria-label": "Timeline of the day" });
  #svg = svg("svg", { "aria-hidden": "true" });
  #shades = svg("g", { class: "shades" });
  #window = svg("rect", { class: "window" });
  #played = svg("rect", { class: "played" });
  #ticks = svg("g", { class: "ticks" });
  #calls = svg("path", { class: "calls" });
  #puts = svg("path", { class: "puts" });
  #zero = svg("line", { class: "zero" });
  #marks = svg("g", { class: "marks" });
  #head = svg("g", { class: "head" });
  #line = svg("line");
  #label = svg("text", { "text-anchor": "middle" });
  /** The measure of the columns. */
  #measure = svg("text", { class: "measure", x: 4, y: LANE + 12 });
  #tip = element("p", "timeline-tip", { "aria-hidden": "true" });
  #size = { width: 0, height: 0 };
  /** @type {Stretch | null} */
  #view = null;
  #date = "";
  /** @type {Minute[]} */
  #minutes = [];
  /** @type {Mark[]} */
  #alerts = [];
  /** @type {Stretch | null} */
  #chosen = null;
  /** Milliseconds since 1970. @type {number | null} */
  #position = null;
  #isAimed = false;

  /**
   * @param {object} hands what is done with a moment, in milliseconds since 1970
   * @param {(moment: number) => void} hands.aim
   * @param {(moment: number) => void} hands.seek
   * @param {() => void} hands.drop what was aimed at is not wanted
   */
  constructor({ aim, seek, drop }) {
    this.#head.append(this.#line, this.#label);
    const { node } = this;
    this.#svg.append(this.#shades, this.#window, this.#played, this.#ticks, this.#zero, this.#calls, this.#puts);
    this.#svg.append(this.#measure, this.#marks, this.#head);
    node.append(this.#svg, this.#tip);
    this.#tip.hidden = true;
    new ResizeObserver(([entry]) => {
      const { width = 0, height = 0 } = entry?.contentRect ?? {};
      this.#size = { width, height };
      this.#drawAll();
    }).observe(node);
    node.addEventListener("pointerdown", (event) => {
      const moment = this.#momentOf(event);
      if (!this.isSlider || moment === null || event.button !== 0) return;
      node.setPointerCapture(event.pointerId);
      this.#isAimed = true;
      aim(moment);
    });
    node.addEventListener("pointermove", (event) => {
      const moment = this.#momentOf(event);
      this.#explain(moment);
      if (this.#isAimed && moment !== null) aim(moment);
    });
    node.addEventListener("pointerup", (event) => {
      if (!this.#isAimed) return;
      this.#isAimed = false;
      const moment = this.#momentOf(event);
      if (moment === null) drop();
      else seek(moment);
    });
    // A finger that scrolls the page after all.
    node.addEventListener("pointercancel", () => {
      if (this.#isAimed) drop();
      this.#isAimed = false;
    });
    node.addEventListener("pointerleave", () => (this.#tip.hidden = true));
    node.addEventListener("keydown", (event) => {
      if (!this.isSlider || this.#position === null || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = STEPS[/** @type {keyof typeof STEPS} */ (event.key)];
      const edge = event.key === "Home" ? this.#chosen?.from : event.key === "End" ? this.#chosen?.to : undefined;
      const moment = step ? this.#position + step : edge;
      if (moment === undefined) return;
      event.preventDefault();
      seek(moment);
    });
  }

  get isSlider() {
    return this.node.getAttribute("role") === "slider";
  }

  /**
   * @param {string} date
   * @param {Stretch | null} view
   * @param {Stretch | null} chosen what is played, or would be
   * @param {boolean} isSlider whether a place on it can be gone to
   */
  showDay(date, view, chosen, isSlider) {
    const isSame = JSON.stringify([date, view, chosen]) === JSON.stringify([this.#date, this.#view, this.#chosen]);
    setAttribute(this.node, "role", isSlider ? "slider" : "img");
    setAttribute(this.node, "aria-label", isSlider ? "Moment of the recording" : `Timeline of ${date || "no day"}`);
    if (isSame) return;
    this.#date = date;
    this.#view = view;
    this.#chosen = chosen;
    this.#drawAll();
  }

  /** @param {number | null} position */
  showPosition(position) {
    this.#position = position;
    this.#drawHead();
  }

  /** @param {Minute[]} minutes */
  showMinutes(minutes) {
    this.#minutes = minutes;
    this.#drawColumns();
  }

  /** @param {Mark[]} marks */
  showMarks(marks) {
    this.#alerts = marks;
    this.#drawMarks();
  }

  #drawAll() {
    const { width, height } = this.#size;
    const view = this.#view;
    setAttribute(this.#svg, "viewBox", `0 0 ${width} ${height}`);
    if (!view || width === 0) return;
    const bottom = height - AXIS;
    this.#shades.replaceChildren(
      ...shadesOf(view, this.#date).map(({ left, width: share }) =>
        svg("rect", { x: left * width, y: 0, width: share * width, height: bottom })
      ),
    );
    this.#ticks.replaceChildren(
      ...ticksOf(view, NAME / width).flatMap(({ left, label }) => {
        const x = Math.round(left * width) + 0.5;
        const line = svg("line", { x1: x, x2: x, y1: LANE, y2: bottom });
        if (label === "") return [line];
        const text = svg("text", { x, y: height - 5, "text-anchor": "middle" });
        text.textContent = label;
        return [line, text];
      }),
    );
    const chosen = this.#chosen;
    const [from, to] = chosen ? [shareOf(view, chosen.from), shareOf(view, chosen.to)] : [0, 0];
    const box = { x: from * width, y: 0.5, width: Math.max(0, to - from) * width, height: Math.max(0, bottom - 1) };
    for (const [name, value] of Object.entries(box)) setAttribute(this.#window, name, String(value));
    this.#drawColumns();
    this.#drawMarks();
    this.#drawHead();
  }

  #drawColumns() {
    const { width, height } = this.#size;
    if (!this.#view || width === 0) return;
    const { columns, peak } = columnsOf(this.#view, this.#minutes);
    const half = (height - AXIS - LANE) / 2;
    const middle = LANE + half;
    let [calls, puts] = ["", ""];
    for (const { left, width: share, call, put } of columns) {
      const x = (left * width).toFixed(1);
      const wide = Math.max(0.6, share * width - 0.6).toFixed(1);
      calls += `M${x} ${middle}h${wide}v${(-call * half).toFixed(1)}h-${wide}z`;
      puts += `M${x} ${middle}h${wide}v${(put * half).toFixed(1)}h-${wide}z`;
    }
    setAttribute(this.#calls, "d", calls);
    setAttribute(this.#puts, "d", puts);
    setText(this.#measure, peak > 0 ? `tallest ${formatMoney(peak)}` : "");
    for (const [name, value] of Object.entries({ x1: 0, x2: width, y1: middle, y2: middle })) {
      setAttribute(this.#zero, name, String(value));
    }
  }

  #drawMarks() {
    const { width } = this.#size;
    const view = this.#view;
    if (!view || width === 0) return;
    this.#marks.replaceChildren(
      ...this.#alerts.map(({ instant, alert }) => {
        const x = (shareOf(view, instant) * width).toFixed(1);
        const isSevere = alert.severity === "CRITICAL" || alert.severity === "HIGH";
        const d = isSevere ? `M${x} 3l6 12h-12z` : `M${x} 6l4 5l-4 5l-4 -5z`;
        return svg("path", { d, class: alert.severity.toLowerCase() });
      }),
    );
  }

  #drawHead() {
    const { width, height } = this.#size;
    const [view, position] = [this.#view, this.#position];
    const isShown = view !== null && position !== null && width > 0;
    setAttribute(this.#head, "visibility", isShown ? null : "hidden");
    setAttribute(this.#played, "width", "0");
    if (!isShown) return;
    const x = shareOf(view, position) * width;
    const from = shareOf(view, this.#chosen?.from ?? view.from) * width;
    for (const [name, value] of Object.entries({ x1: x, x2: x, y1: LANE, y2: height - AXIS })) {
      setAttribute(this.#line, name, value.toFixed(1));
    }
    for (
      const [name, value] of Object.entries({ x: from, y: 0, width: Math.max(0, x - from), height: height - AXIS })
    ) {
      setAttribute(this.#played, name, value.toFixed(1));
    }
    const text = formatEastern(position);
    setAttribute(this.#label, "x", Math.min(width - 28, Math.max(28, x)).toFixed(1));
    setAttribute(this.#label, "y", String(height - 5));
    setText(this.#label, text);
    if (!this.isSlider) return;
    const chosen = this.#chosen ?? view;
    setAttribute(this.node, "aria-valuemin", String(chosen.from));
    setAttribute(this.node, "aria-valuemax", String(chosen.to));
    setAttribute(this.node, "aria-valuenow", String(position));
    setAttribute(this.node, "aria-valuetext", `${text} Eastern time`);
  }

  /** @param {PointerEvent} event */
  #momentOf(event) {
    const box = this.node.getBoundingClientRect();
    return this.#view && box.width > 0 ? instantAt(this.#view, (event.clientX - box.left) / box.width) : null;
  }

  /** @param {number | null} moment what is under the pointer, in words */
  #explain(moment) {
    this.#tip.hidden = moment === null;
    if (moment === null) return;
    const minute = this.#minutes.find(({ time }) =>
      Math.floor(Date.parse(time) / 60_000) === Math.floor(moment / 60_000)
    );
    const premium = minute
      ? `calls ${formatMoney(minute.call_premium)}, puts ${formatMoney(minute.put_premium)}, ${minute.trades} prints`
      : "not played";
    const alerts = this.#alerts.filter(({ instant }) => Math.abs(instant - moment) < 90_000).slice(0, 3);
    const titles = alerts.map(({ alert }) => ` · ${alert.severity}: ${alert.title}`).join("");
    setText(this.#tip, `${formatEastern(moment)} ET: ${premium}${titles}`);
    setAttribute(this.#tip, "title", formatUTC(moment));
  }
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} [attributes]
 */
function svg(name, attributes = {}) {
  const node = document.createElementNS(NAMESPACE, name);
  for (const [attribute, value] of Object.entries(attributes)) node.setAttribute(attribute, String(value));
  return node;
}
