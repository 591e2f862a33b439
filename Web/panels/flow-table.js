/**
 * A table of sums with bars in its cells. Each row opens to its prints: by a click, or by its button, which arrows move over. The
 * table may stand behind a chart: then it is there for those who listen and for the export, and takes no key.
 */
import { element, RowPool, setAttribute, setClass, setShare, setText } from "../modules/dom.js";

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} head
 * @property {string} [meaning]
 * @property {string} [className]
 * @property {(row: Row) => string} text
 * @property {(row: Row) => number | string | null} [value] exact, for the export
 * @property {(row: Row) => number} [share] length of the bar, 0 to 1
 * @property {(row: Row) => string} [tone] class by direction
 * @property {(row: Row) => string | null} [title]
 */

/** @template Row */
export class FlowTable {
  #columns;
  #open;
  #body = element("tbody");
  #pool;
  /** @type {Row[]} */
  #rows = [];
  /** @type {HTMLButtonElement[]} */
  #buttons = [];
  #isReachable = true;
  #current = 0;
  node;

  /**
   * @param {object} options
   * @param {string} options.name for the export
   * @param {string} options.label
   * @param {Column<Row>[]} options.columns
   * @param {number} options.key index of the column with the row's name
   * @param {(row: Row) => void} options.open shows its prints
   */
  constructor({ name, label, columns, key, open }) {
    this.#columns = columns;
    this.#open = open;
    const heads = columns.map((column) =>
      element("th", column.className ?? "", { scope: "col", ...(column.meaning ? { title: column.meaning } : {}) }, [
        column.head,
      ])
    );
    this.node = element("table", `sheet flow-sheet ${name}`, { "data-table": name, "aria-label": label }, [
      element("thead", "", {}, [element("tr", "", {}, heads)]),
      this.#body,
    ]);
    this.#pool = new RowPool(this.#body, () => this.#make(key));
    this.#body.addEventListener("keydown", (event) => this.#move(event));
  }

  /** @param {boolean} isReachable by the keys */
  setReachable(isReachable) {
    this.#isReachable = isReachable;
    this.#rove(this.#current);
  }

  /**
   * @param {Row[]} rows
   * @param {(row: Row) => string} classOf
   */
  update(rows, classOf = () => "") {
    this.#rows = rows;
    this.#pool.update(rows, (view, row) => {
      setClass(view.node, classOf(row));
      this.#columns.forEach((column, index) => {
        const cell = view.cells[index];
        if (cell) writeCell(cell, column, row);
      });
    });
    if (this.#current >= rows.length) this.#rove(0);
  }

  /** @param {number} key */
  #make(key) {
    const index = this.#buttons.length;
    const button = element("button", "row-open", { type: "button", title: "Its prints" });
    button.tabIndex = this.#isReachable && index === this.#current ? 0 : -1;
    this.#buttons.push(button);
    const cells = this.#columns.map((_, at) => {
      const node = at === key ? element("th", "", { scope: "row" }, [button]) : element("td");
      return { node, text: at === key ? button : node };
    });
    const node = element("tr", "", {}, cells.map((cell) => cell.node));
    node.addEventListener("click", () => {
      const row = this.#rows[index];
      if (!row) return;
      this.#rove(index);
      this.#open(row);
    });
    return { node, cells };
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const last = this.#rows.length - 1;
    const steps = { ArrowDown: this.#current + 1, ArrowUp: this.#current - 1, Home: 0, End: last };
    const target = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#rove(Math.min(last, Math.max(0, target)));
    this.#buttons[this.#current]?.focus();
  }

  /** @param {number} index */
  #rove(index) {
    const before = this.#buttons[this.#current];
    if (before) before.tabIndex = -1;
    this.#current = index;
    const button = this.#buttons[index];
    if (button && this.#isReachable) button.tabIndex = 0;
  }
}

/**
 * @template Row
 * @param {{ node: HTMLTableCellElement, text: HTMLElement }} cell
 * @param {Column<Row>} column
 * @param {Row} row
 */
function writeCell(cell, column, row) {
  setText(cell.text, column.text(row));
  setClass(cell.node, `${column.className ?? ""} ${column.tone?.(row) ?? ""}`.trim());
  if (column.share) setShare(cell.node, "--bar", column.share(row));
  if (column.value) setAttribute(cell.node, "data-value", String(column.value(row) ?? ""));
  if (column.title) setAttribute(cell.node, "title", column.title(row));
}
