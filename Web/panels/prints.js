/**
 * The prints tape: only the rows in sight exist, and a row stays with its print while it moves, so that a paint writes
 * the new prints and little else.
 */
import { element, required, setAttribute, setClass, setText } from "../modules/dom.js";
import {
  daysToExpiry,
  formatCompact,
  formatCount,
  formatEastern,
  formatExpiry,
  formatMoney,
  formatPrice,
  formatStrike,
  formatUTC,
} from "../modules/format.js";
import { chipsOf } from "../modules/flags.js";
import { classOfType, directionOfSide, letterOfType } from "../modules/sides.js";
import { effect } from "../modules/signals.js";
import { LARGE_PREMIUM } from "../modules/tape.js";
import { anchoredScrollTop, isFollowing, visibleWindow } from "../modules/virtual.js";

/** @typedef {import("../modules/desk.js").Desk} Desk */
/** @typedef {import("../modules/tape.js").Entry} Entry */
/** @typedef {import("../modules/tape.js").Filter} Filter */
/** @typedef {import("../modules/protocol.js").Print} Print */
/** @typedef {ReturnType<typeof makeRow>} Row */

const ROW_HEIGHT = 20;
const OVERSCAN = 4;

/**
 * @param {Desk} desk
 * @param {import("../modules/signals.js").Signal<number>} paints changes when the tape is to be drawn
 */
export function mountPrints(desk, paints) {
  const tape = new TapeView(desk);
  effect(() => {
    paints.value;
    tape.draw();
  });
  const filter = required("prints-filter");
  const buttons = [...filter.querySelectorAll("button")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const other of buttons) setAttribute(other, "aria-pressed", String(other === button));
      desk.tape.setFilter(/** @type {Filter} */ (button.dataset.filter ?? "all"));
      tape.toNewest();
    });
  }
  listenForKeys(filter, buttons);
}

/**
 * The digits choose while the focus is in the filter; elsewhere they are the page's own.
 * @param {HTMLElement} filter
 * @param {HTMLButtonElement[]} buttons
 */
function listenForKeys(filter, buttons) {
  filter.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const button = /^[1-9]$/.test(event.key) ? buttons[Number(event.key) - 1] : undefined;
    if (!button) return;
    button.focus();
    button.click();
  });
}

class TapeView {
  #desk;
  #scroll = required("prints-scroll");
  #body = required("prints-rows");
  #aside = required("prints-aside");
  #empty = required("prints-empty");
  #newer = required("prints-newer");
  /** @type {Map<number, Row>} rows in use, by print id */
  #rows = new Map();
  /** @type {Row[]} */
  #spare = [];
  #appended = 0;
  #generation = 0;
  #unseen = 0;
  #height = 0;
  #bodyHeight = -1;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    new ResizeObserver(([entry]) => {
      this.#height = entry?.contentRect.height ?? 0;
      this.draw();
    }).observe(this.#scroll);
    this.#scroll.addEventListener("scroll", () => this.draw(), { passive: true });
    this.#newer.addEventListener("click", () => {
      this.toNewest();
      this.#scroll.focus();
    });
  }

  toNewest() {
    this.#scroll.scrollTop = 0;
    this.draw();
  }

  draw() {
    const tape = this.#desk.tape;
    this.#anchor();
    const bodyHeight = tape.viewCount * ROW_HEIGHT;
    const scrollTop = this.#scroll.scrollTop;
    const range = visibleWindow({
      scrollTop,
      height: this.#height,
      rowHeight: ROW_HEIGHT,
      count: tape.viewCount,
      overscan: OVERSCAN,
    });
    this.#release(range.first, range.end);
    for (let index = range.first; index < range.end; index += 1) {
      const entry = tape.entry(index);
      if (entry) this.#place(entry, index);
    }
    if (this.#bodyHeight !== bodyHeight) {
      this.#bodyHeight = bodyHeight;
      this.#body.style.height = `${bodyHeight}px`;
      setAttribute(this.#body, "aria-rowcount", String(tape.viewCount));
    }
    this.#empty.hidden = tape.viewCount > 0;
    const held = `newest ${formatCount(tape.count)}`;
    const isWhole = tape.viewCount === tape.count;
    setText(this.#aside, isWhole ? held : `${formatCount(tape.viewCount)} of ${held}`);
    setText(this.#empty, tape.count > 0 ? `None among the ${held} prints.` : "No prints yet.");
    this.#tellUnseen(scrollTop);
  }

  /** Holds the rows under the eye of a reader who has scrolled. */
  #anchor() {
    const tape = this.#desk.tape;
    const isRebuilt = tape.viewGeneration !== this.#generation;
    const added = isRebuilt ? 0 : tape.viewAppended - this.#appended;
    this.#generation = tape.viewGeneration;
    this.#appended = tape.viewAppended;
    if (isRebuilt) this.#unseen = 0;
    if (added <= 0) return;
    const scrollTop = this.#scroll.scrollTop;
    if (isFollowing(scrollTop, ROW_HEIGHT)) return;
    this.#unseen += added;
    // The body grows first: a scroll position beyond its end would be cut off.
    this.#bodyHeight = tape.viewCount * ROW_HEIGHT;
    this.#body.style.height = `${this.#bodyHeight}px`;
    this.#scroll.scrollTop = anchoredScrollTop({ scrollTop, added, rowHeight: ROW_HEIGHT });
  }

  /** @param {number} scrollTop */
  #tellUnseen(scrollTop) {
    if (isFollowing(scrollTop, ROW_HEIGHT)) this.#unseen = 0;
    this.#newer.hidden = isFollowing(scrollTop, ROW_HEIGHT);
    if (!this.#newer.hidden) {
      setText(this.#newer, this.#unseen > 0 ? `▲ ${formatCompact(this.#unseen)} newer` : "▲ newest");
    }
  }

  /**
   * @param {number} first
   * @param {number} end
   */
  #release(first, end) {
    const tape = this.#desk.tape;
    /** @type {Set<number>} */
    const wanted = new Set();
    for (let index = first; index < end; index += 1) {
      const entry = tape.entry(index);
      if (entry) wanted.add(entry.print.id);
    }
    for (const [id, row] of this.#rows) {
      if (wanted.has(id)) continue;
      this.#rows.delete(id);
      this.#spare.push(row);
    }
    // Rows beyond need would be read out though out of sight.
    for (const row of this.#spare) row.node.hidden = true;
  }

  /**
   * @param {Entry} entry
   * @param {number} index
   */
  #place(entry, index) {
    let row = this.#rows.get(entry.print.id);
    if (!row) {
      row = this.#spare.pop() ?? makeRow();
      this.#rows.set(entry.print.id, row);
      if (!row.node.isConnected) this.#body.append(row.node);
      row.node.hidden = false;
    }
    // Prints may come before the first state: an expiry is "today" only once the session is known.
    const session = this.#desk.state.peek()?.health.session ?? null;
    if (row.print !== entry.print || row.session !== session) {
      row.print = entry.print;
      row.session = session;
      writeRow(row, entry, session);
    }
    if (row.index !== index) {
      row.index = index;
      row.node.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
      setAttribute(row.node, "aria-rowindex", String(index + 1));
    }
  }
}

function makeRow() {
  /** @type {(className: string) => HTMLSpanElement} */
  const cell = (className) => element("span", className, { role: "cell" });
  const cells = {
    time: cell("time"),
    symbol: cell("symbol"),
    contract: cell("contract-cell"),
    side: cell("side"),
    price: cell("price"),
    size: cell("size"),
    premium: cell("premium"),
    chips: cell("chips"),
  };
  const clock = element("span");
  const fraction = element("span", "fraction");
  cells.time.append(clock, fraction);
  const leg = element("span");
  const expiry = element("span");
  cells.contract.append(leg, " ", expiry);
  const glyph = element("span");
  const word = element("span", "word");
  cells.side.append(glyph, " ", word);
  const node = element("div", "tape-row", { role: "row" }, Object.values(cells));
  return {
    node,
    ...cells,
    clock,
    fraction,
    leg,
    expiry,
    glyph,
    word,
    print: /** @type {Print | null} */ (null),
    session: /** @type {string | null} */ (null),
    index: -1,
  };
}

/**
 * @param {Row} row
 * @param {Entry} entry
 * @param {string | null} session
 */
function writeRow(row, { print, missedBefore }, session) {
  const direction = directionOfSide(print.side);
  const classes = ["tape-row"];
  if (print.premium >= LARGE_PREMIUM) classes.push("large", `${direction.className}-row`);
  if (print.cancelled) classes.push("cancelled");
  if (missedBefore > 0) classes.push("gap");
  setClass(row.node, classes.join(" "));

  const time = formatEastern(print.time, "milliseconds");
  setText(row.clock, time.slice(0, 8));
  setText(row.fraction, time.slice(8));
  setAttribute(row.time, "title", formatUTC(print.time));
  setText(row.symbol, print.underlying);
  setText(row.leg, print.strike === null ? "stock" : `${formatStrike(print.strike)} ${letterOfType(print.type)}`);
  setClass(row.leg, classOfType(print.type));
  const isToday = daysToExpiry(print.expiry, session) === 0;
  setText(row.expiry, print.expiry === null ? "" : isToday ? "0D" : formatExpiry(print.expiry, session));
  setClass(row.expiry, isToday ? "chip chip-zero" : "quiet");
  setText(row.glyph, direction.glyph);
  setText(row.word, direction.word);
  setClass(row.side, `side ${direction.className}`);
  setAttribute(row.side, "title", explanation(print));
  setText(row.price, formatPrice(print.price));
  setText(row.size, formatCount(print.size));
  setText(row.premium, formatMoney(print.premium));
  setClass(row.premium, `premium ${direction.className === "flat" ? "" : direction.className}`.trimEnd());
  const chips = chipsOf(print, missedBefore);
  row.chips.replaceChildren(
    ...chips.map((chip) => element("span", `chip ${chip.className}`, { title: chip.meaning }, [chip.text])),
  );
}

/** @param {Print} print */
function explanation(print) {
  const quote = print.bid === null || print.ask === null
    ? "no quote"
    : `bid ${formatPrice(print.bid)}, ask ${formatPrice(print.ask)}, ${formatCount(print.quote_age_ms)} ms old`;
  return `${print.side} by ${print.method}: ${quote}; ${print.venue_name}; ${
    print.condition_names.join(", ") || "regular"
  }`;
}
