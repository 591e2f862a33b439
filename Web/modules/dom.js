/** Small tools for the document that write only what has changed. */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} [className]
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} [children]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, className = "", attributes = {}, children = []) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/**
 * The element of index.html with this id. The page and its script are one work: its absence is our own mistake.
 * @param {string} id
 */
export function required(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`index.html: no element with id "${id}"`);
  return node;
}

/**
 * Sets the text of an element that holds one text node.
 * @param {Element} node
 * @param {string} text
 */
export function setText(node, text) {
  const child = node.firstChild;
  if (child instanceof Text) {
    if (child.data !== text) child.data = text;
  } else {
    node.textContent = text;
  }
}

/**
 * @param {Element} node
 * @param {string} name
 * @param {string | null} value null removes it
 */
export function setAttribute(node, name, value) {
  if (value === null) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== value) {
    node.setAttribute(name, value);
  }
}

/**
 * @param {Element} node
 * @param {string} className
 */
export function setClass(node, className) {
  if (node.className !== className) node.className = className;
}

/**
 * @param {HTMLElement} node
 * @param {boolean} isHidden
 */
export function setHidden(node, isHidden) {
  if (node.hidden !== isHidden) node.hidden = isHidden;
}

/** @type {WeakMap<HTMLElement, Map<string, number>>} */
const shares = new WeakMap();

/**
 * Length of a bar as a custom property, in whole per cent so that jitter below a pixel writes nothing.
 * @param {HTMLElement} node
 * @param {string} property
 * @param {number} share 0 to 1
 */
export function setShare(node, property, share) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  let known = shares.get(node);
  if (!known) shares.set(node, known = new Map());
  if (known.get(property) === percent) return;
  known.set(property, percent);
  node.style.setProperty(property, `${percent}%`);
}

/**
 * Whether a key is typed into a field, so that it is no command to the page.
 * @param {KeyboardEvent} event
 */
export function isTyped(event) {
  return event.target instanceof Element && event.target.closest("input, select, textarea, dialog") !== null;
}

/**
 * Keeps as many rows as there are items: new ones are made by `make`, spare ones are hidden, not removed, so that
 * nothing is rebuilt when a count swings.
 * @template {{ node: HTMLElement }} Row
 */
export class RowPool {
  /** @type {Row[]} */
  #rows = [];
  #parent;
  #make;

  /**
   * @param {HTMLElement} parent
   * @param {() => Row} make
   */
  constructor(parent, make) {
    this.#parent = parent;
    this.#make = make;
  }

  /**
   * @template Item
   * @param {Item[]} items
   * @param {(row: Row, item: Item, index: number) => void} write
   */
  update(items, write) {
    items.forEach((item, index) => {
      let row = this.#rows[index];
      if (!row) {
        row = this.#make();
        this.#rows.push(row);
        this.#parent.append(row.node);
      }
      setHidden(row.node, false);
      write(row, item, index);
    });
    for (const row of this.#rows.slice(items.length)) setHidden(row.node, true);
  }
}
