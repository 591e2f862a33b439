/**
 * A list of prints of which only the rows in sight exist. A row stays with its print while it moves, so that a paint writes the new
 * prints and little else. A list that opens prints is a grid: arrows move over its rows, Enter opens one.
 */
import { setAttribute, setHidden, setText } from "../modules/dom.js";
import { formatCompact } from "../modules/format.js";
import { anchoredScrollTop, isFollowing, visibleWindow } from "../modules/virtual.js";
import { makeRow, writeRow } from "./tape-row.js";

/** @typedef {import("../modules/tape.js").Entry} Entry */
/** @typedef {import("../modules/tape-view.js").TapeView} TapeView */
/** @typedef {import("../modules/protocol.js").Print} Print */
/** @typedef {import("./tape-row.js").Row} Row */

/**
 * @typedef {object} Parts
 * @property {TapeView} view
 * @property {HTMLElement} scroll focusable
 * @property {HTMLElement} body within it
 * @property {HTMLElement} newer button that leads to the newest
 * @property {() => string | null} session day from which an expiry is "0D"
 * @property {boolean} [isWide] with quote, venue and greeks
 * @property {(print: Print) => void} [open] a row was chosen
 * @property {(last: number) => void} [drawn] after each drawing; `last` is the index behind the last row in sight
 */

const ROW_HEIGHT = 20;
const OVERSCAN = 4;

export class TapeList {
  #parts;
  #view;
  #scroll;
  #body;
  #newer;
  /** @type {Map<number, Row>} rows in use, by print id */
  #rows = new Map();
  /** @type {Row[]} */
  #spare = [];
  #appended = 0;
  #generation = 0;
  #unseen = 0;
  #height = 0;
  /** Kept from the last scroll: to ask for it in the midst of drawing lays out the whole document. */
  #scrollTop = 0;
  #bodyHeight = -1;
  /** Print that the keys are on: it is held under the eye. @type {number | null} */
  #active = null;
  /** Print under the pointer when it was pressed: the row may move on before it is let go. @type {number | null} */
  #pressed = null;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#view = parts.view;
    this.#scroll = parts.scroll;
    this.#body = parts.body;
    this.#newer = parts.newer;
    new ResizeObserver(([entry]) => {
      this.#height = entry?.contentRect.height ?? 0;
      this.#scrollTop = this.#scroll.scrollTop;
      this.draw();
    }).observe(this.#scroll);
    this.#scroll.addEventListener("scroll", () => {
      this.#scrollTop = this.#scroll.scrollTop;
      this.draw();
    }, { passive: true });
    this.#newer.addEventListener("click", () => {
      this.toNewest();
      this.#scroll.focus();
    });
    if (parts.open) this.#listen();
  }

  /** Whether the newest prints are in sight and the list moves with them. */
  get isFollowing() {
    return this.#active === null && isFollowing(this.#scrollTop, ROW_HEIGHT);
  }

  toNewest() {
    this.#active = null;
    this.#scrollTo(0);
    this.draw();
  }

  /**
   * Marks a print and holds it in sight; null lets the list follow again once it is at its top.
   * @param {number | null} id
   */
  select(id) {
    this.#active = id;
    this.#reveal();
    this.draw();
  }

  draw() {
    const view = this.#view;
    this.#anchor();
    const range = visibleWindow({
      scrollTop: this.#scrollTop,
      height: this.#height,
      rowHeight: ROW_HEIGHT,
      count: view.count,
      overscan: OVERSCAN,
    });
    this.#release(range.first, range.end);
    for (let index = range.first; index < range.end; index += 1) {
      const entry = view.entry(index);
      if (entry) this.#place(entry, index);
    }
    // Rows beyond need would be read out though out of sight.
    for (const row of this.#spare) setHidden(row.node, true);
    this.#stretch();
    this.#tellUnseen();
    const active = this.#active === null ? undefined : this.#rows.get(this.#active);
    setAttribute(this.#scroll, "aria-activedescendant", active ? active.node.id : null);
    this.#parts.drawn?.(range.end);
  }

  #stretch() {
    const height = this.#view.count * ROW_HEIGHT;
    if (this.#bodyHeight === height) return;
    this.#bodyHeight = height;
    this.#body.style.height = `${height}px`;
    const table = this.#parts.open ? this.#scroll : this.#body;
    setAttribute(table, "aria-rowcount", String(this.#view.count));
  }

  /** Holds the rows under the eye of a reader who has scrolled or is on one of them. */
  #anchor() {
    const view = this.#view;
    const isRebuilt = view.generation !== this.#generation;
    const added = isRebuilt ? 0 : view.appended - this.#appended;
    this.#generation = view.generation;
    this.#appended = view.appended;
    if (isRebuilt) this.#unseen = 0;
    if (added <= 0 || this.isFollowing) return;
    this.#unseen += added;
    // The body grows first: a scroll position beyond its end would be cut off.
    this.#stretch();
    this.#scrollTo(
      isFollowing(this.#scrollTop, ROW_HEIGHT)
        ? added * ROW_HEIGHT
        : anchoredScrollTop({ scrollTop: this.#scrollTop, added, rowHeight: ROW_HEIGHT }),
    );
  }

  /** @param {number} top */
  #scrollTo(top) {
    this.#scroll.scrollTop = top;
    // Where it could not go so far, what it came to.
    this.#scrollTop = top === 0 ? 0 : this.#scroll.scrollTop;
  }

  #tellUnseen() {
    const isAtTop = isFollowing(this.#scrollTop, ROW_HEIGHT);
    if (isAtTop) this.#unseen = 0;
    setHidden(this.#newer, isAtTop);
    if (!isAtTop) setText(this.#newer, this.#unseen > 0 ? `▲ ${formatCompact(this.#unseen)} newer` : "▲ newest");
  }

  /**
   * @param {number} first
   * @param {number} end
   */
  #release(first, end) {
    /** @type {Set<number>} */
    const wanted = new Set();
    for (let index = first; index < end; index += 1) {
      const entry = this.#view.entry(index);
      if (entry) wanted.add(entry.print.id);
    }
    for (const [id, row] of this.#rows) {
      if (wanted.has(id)) continue;
      this.#rows.delete(id);
      this.#spare.push(row);
    }
  }

  /**
   * @param {Entry} entry
   * @param {number} index
   */
  #place(entry, index) {
    let row = this.#rows.get(entry.print.id);
    if (!row) {
      row = this.#spare.pop() ?? makeRow(this.#parts.open ? "gridcell" : "cell", this.#parts.isWide ?? false);
      this.#rows.set(entry.print.id, row);
      if (!row.node.isConnected) this.#body.append(row.node);
      setHidden(row.node, false);
    }
    // Prints may come before the first state: an expiry is "today" only once the session is known.
    const session = this.#parts.session();
    const isActive = entry.print.id === this.#active;
    const isSame = row.print === entry.print && row.missedBefore === entry.missedBefore;
    if (!isSame || row.session !== session || row.isActive !== isActive) {
      row.print = entry.print;
      row.missedBefore = entry.missedBefore;
      row.session = session;
      row.isActive = isActive;
      writeRow(row, entry, session);
      if (this.#parts.open) setAttribute(row.node, "aria-selected", String(isActive));
    }
    if (row.index !== index) {
      row.index = index;
      row.node.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
      setAttribute(row.node, "aria-rowindex", String(index + 1));
    }
  }

  #listen() {
    setAttribute(this.#scroll, "role", "grid");
    setAttribute(this.#body, "role", "rowgroup");
    setAttribute(this.#body, "aria-label", null);
    this.#body.addEventListener("pointerdown", (event) => (this.#pressed = this.#printAt(event.target)));
    this.#body.addEventListener("click", () => this.#open(this.#pressed));
    this.#scroll.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter") return this.#open(this.#active);
      const target = this.#target(event.key);
      if (target === null) return;
      event.preventDefault();
      this.select(this.#view.entry(target)?.print.id ?? null);
    });
  }

  /** @param {EventTarget | null} target */
  #printAt(target) {
    const node = target instanceof Element ? target.closest(".tape-row") : null;
    for (const [id, row] of this.#rows) if (row.node === node) return id;
    return null;
  }

  /** @param {number | null} id */
  #open(id) {
    const print = id === null ? undefined : this.#view.entry(this.#view.indexOf(id))?.print;
    if (print) this.#parts.open?.(print);
  }

  /**
   * Index of the row that a key leads to; null for a key that leads nowhere.
   * @param {string} key
   */
  #target(key) {
    const last = this.#view.count - 1;
    const inSight = Math.ceil(this.#scrollTop / ROW_HEIGHT);
    const at = this.#active === null ? -1 : this.#view.indexOf(this.#active);
    const page = Math.max(1, Math.floor(this.#height / ROW_HEIGHT) - 1);
    if (last < 0) return null;
    if (key === "Home") return 0;
    if (key === "End") return last;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[key];
    if (step === undefined) return null;
    return at < 0 ? Math.min(inSight, last) : Math.min(last, Math.max(0, at + step));
  }

  /** Scrolls the marked row into sight. */
  #reveal() {
    const index = this.#active === null ? -1 : this.#view.indexOf(this.#active);
    if (index < 0) return;
    const [top, bottom] = [index * ROW_HEIGHT, (index + 1) * ROW_HEIGHT - this.#height];
    if (this.#scrollTop > top) this.#scrollTo(top);
    else if (this.#scrollTop < bottom) this.#scrollTo(bottom);
  }
}
