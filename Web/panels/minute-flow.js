/** Premium by minute: calls above the line, puts below it, the net as a line over both; or the same as a table. */
import { element, setAttribute, setClass, setText } from "../modules/dom.js";
import { formatEastern, formatMoney } from "../modules/format.js";
import { minuteScale } from "../modules/minute-scale.js";
import { drawing } from "../modules/svg.js";
import { MINUTE_COLUMNS, signed } from "./flow-columns.js";
import { FlowTable } from "./flow-table.js";
import { makeSegments } from "./tape-filter-bar.js";

/** @typedef {import("../modules/protocol.js").Minute} Minute */

const RIGHT = 58;
const BOTTOM = 20;
const TOP = 8;

export class MinuteFlow {
  #open;
  #readout = element("p", "aside", { id: "minutes-readout", "aria-live": "polite" });
  #svg = drawing("svg", "minute-flow", { "aria-hidden": "true" });
  #lines = drawing("g", "grid-lines");
  #labels = drawing("g", "labels");
  #calls = drawing("path", "calls");
  #puts = drawing("path", "puts");
  #net = drawing("path", "net");
  #cursor = drawing("rect", "cursor", { y: 0, width: 0 });
  #plot = element("div", "minute-plot", {
    tabindex: "0",
    role: "group",
    "aria-label": "Premium by minute; arrows choose a minute, Enter opens its prints",
    "aria-describedby": "minutes-readout",
  });
  #empty = element("p", "empty", {}, ["No minutes yet."]);
  #frame = element("div");
  #choice;
  #table;
  #size = { width: 0, height: 0 };
  /** @type {Minute[]} */
  #minutes = [];
  /** Time of the minute that is pointed at. @type {string | null} */
  #chosen = null;
  node;

  /**
   * @param {object} options
   * @param {(minute: Minute) => void} options.open shows its prints
   * @param {(isTable: boolean) => void} options.choose
   */
  constructor({ open, choose }) {
    this.#open = open;
    const label = "Premium by minute, newest first";
    this.#table = new FlowTable({ name: "minutes", label, columns: MINUTE_COLUMNS, key: 0, open });
    this.#choice = makeSegments(
      "Chart or table",
      [["", "Chart"], ["table", "Table"]],
      (value) => choose(value === "table"),
    );
    this.#frame.append(this.#table.node);
    this.#svg.append(this.#lines, this.#cursor, this.#calls, this.#puts, this.#net, this.#labels);
    this.#plot.append(this.#svg, this.#empty);
    this.node = element("section", "panel", { "aria-labelledby": "minutes-title" }, [
      element("header", "panel-head", {}, [
        element("h2", "", { id: "minutes-title" }, ["Premium by minute"]),
        element("p", "note legend", {}, [
          element("span", "call", {}, ["▮ calls up"]),
          " · ",
          element("span", "put", {}, ["▮ puts down"]),
          " · — net bought, USD",
        ]),
        this.#readout,
        this.#choice.node,
      ]),
      this.#plot,
      this.#frame,
    ]);
    new ResizeObserver(([entry]) => {
      this.#size = { width: entry?.contentRect.width ?? 0, height: entry?.contentRect.height ?? 0 };
      this.#paint();
    }).observe(this.#plot);
    this.#listen();
  }

  /** @param {boolean} isTable */
  showTable(isTable) {
    this.#choice.show([isTable ? "table" : ""]);
    this.#plot.hidden = isTable;
    setClass(this.#frame, isTable ? "scroll minute-table" : "visually-hidden");
    setAttribute(this.#frame, "tabindex", isTable ? "0" : null);
    setAttribute(this.#frame, "role", isTable ? "group" : null);
    setAttribute(this.#frame, "aria-labelledby", isTable ? "minutes-title" : null);
    this.#table.setReachable(isTable);
  }

  /** @param {Minute[]} minutes ascending */
  update(minutes) {
    this.#minutes = minutes;
    this.#empty.hidden = minutes.length > 0;
    this.#table.update(minutes.toReversed());
    this.#paint();
    this.#tell();
  }

  #paint() {
    const { width, height } = this.#size;
    if (width === 0 || height === 0) return;
    setAttribute(this.#svg, "viewBox", `0 0 ${width} ${height}`);
    const isEmpty = this.#minutes.length === 0;
    const [inner, depth] = [width - RIGHT, height - BOTTOM - TOP];
    const scale = minuteScale(this.#minutes, inner, depth);
    const bar = Math.max(1, Math.min(18, scale.slot * 0.8));
    const zero = scale.y(0) + TOP;
    const { calls, puts, net } = {
      calls: /** @type {string[]} */ ([]),
      puts: /** @type {string[]} */ ([]),
      net: /** @type {string[]} */ ([]),
    };
    for (const minute of this.#minutes) {
      const x = scale.x(minute.time) + (scale.slot - bar) / 2;
      calls.push(box(x, scale.y(minute.call_premium) + TOP, bar, zero));
      puts.push(box(x, zero, bar, scale.y(-minute.put_premium) + TOP));
      net.push(`${(x + bar / 2).toFixed(1)} ${(scale.y(minute.net_premium) + TOP).toFixed(1)}`);
    }
    setAttribute(this.#calls, "d", calls.join(""));
    setAttribute(this.#puts, "d", puts.join(""));
    setAttribute(this.#net, "d", net.length > 0 ? `M${net.join("L")}` : "");
    const amounts = isEmpty ? [] : scale.ticks;
    const lines = amounts.map((tick) => {
      const y = scale.y(tick) + TOP;
      return drawing("line", tick === 0 ? "zero" : "", { x1: 0, x2: inner, y1: y, y2: y });
    });
    this.#lines.replaceChildren(...lines);
    this.#labels.replaceChildren(
      ...amounts.map((tick) => label(formatMoney(Math.abs(tick)), width - 6, scale.y(tick) + TOP + 4, "end")),
      ...(isEmpty ? [] : scale.times).map((time) => {
        const x = scale.x(new Date(time).toISOString()) + scale.slot / 2;
        return label(formatEastern(time, "minutes"), x, height - 5, "middle");
      }),
    );
    const chosen = this.#minutes.find((minute) => minute.time === this.#chosen);
    setAttribute(this.#cursor, "x", chosen ? scale.x(chosen.time).toFixed(1) : "0");
    setAttribute(this.#cursor, "width", chosen ? scale.slot.toFixed(1) : "0");
    setAttribute(this.#cursor, "height", (height - BOTTOM).toFixed(1));
  }

  #tell() {
    const minute = this.#minutes.find((one) => one.time === this.#chosen);
    setText(
      this.#readout,
      minute
        ? `${formatEastern(minute.time, "minutes")} · C ${formatMoney(minute.call_premium)} · P ${
          formatMoney(minute.put_premium)
        } · net ${signed(minute.net_premium)}`
        : "",
    );
  }

  #listen() {
    this.#plot.addEventListener("pointermove", (event) => this.#choose(this.#minuteAt(event.offsetX)));
    this.#plot.addEventListener("pointerleave", () => this.#choose(null));
    this.#plot.addEventListener("click", (event) => {
      const minute = this.#minuteAt(event.offsetX);
      if (minute) this.#open(minute);
    });
    this.#plot.addEventListener("keydown", (event) => {
      const at = this.#minutes.findIndex((minute) => minute.time === this.#chosen);
      const last = this.#minutes.length - 1;
      const from = at < 0 ? last + 1 : at;
      const steps = { ArrowLeft: from - 1, ArrowRight: at < 0 ? last : at + 1, Home: 0, End: last };
      const target = steps[/** @type {keyof typeof steps} */ (event.key)];
      const chosen = this.#minutes[at];
      if (event.key === "Enter" && chosen) this.#open(chosen);
      if (target === undefined || last < 0) return;
      event.preventDefault();
      this.#choose(this.#minutes[Math.min(last, Math.max(0, target))] ?? null);
    });
  }

  /** @param {Minute | null} minute */
  #choose(minute) {
    if (this.#chosen === (minute?.time ?? null)) return;
    this.#chosen = minute?.time ?? null;
    this.#paint();
    this.#tell();
  }

  /** @param {number} x pixels from the left edge of the plot */
  #minuteAt(x) {
    const scale = minuteScale(this.#minutes, this.#size.width - RIGHT, 1);
    return this.#minutes.find((minute) => x >= scale.x(minute.time) && x < scale.x(minute.time) + scale.slot) ?? null;
  }
}

/**
 * @param {number} x
 * @param {number} top
 * @param {number} width
 * @param {number} bottom
 */
function box(x, top, width, bottom) {
  return `M${x.toFixed(1)} ${top.toFixed(1)}h${width.toFixed(1)}V${bottom.toFixed(1)}h-${width.toFixed(1)}Z`;
}

/**
 * @param {string} words
 * @param {number} x
 * @param {number} y
 * @param {"middle" | "end"} anchor
 */
function label(words, x, y, anchor) {
  return drawing("text", "", { x, y, "text-anchor": anchor }, [words]);
}
