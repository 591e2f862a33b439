/** What can be done with any panel: its link, its table as CSV, a picture of it, paper, the whole screen, away with it. */
import { element, required, setAttribute } from "../modules/dom.js";
import { download, fileName } from "../modules/download.js";
import { pictureOf } from "../modules/picture.js";
import { csvOf, rowsOf } from "../modules/table-text.js";

/** @typedef {import("../modules/preferences.js").Preferences} Preferences */

/** Rows of panels whose table is not wholly in the document. @type {WeakMap<Element, () => string[][]>} */
const sources = new WeakMap();

/**
 * Says what a panel's CSV holds, where its elements do not: the rows of a long list that are not drawn.
 * @param {Element} panel
 * @param {() => string[][]} rows the first is the head
 */
export function exportRows(panel, rows) {
  sources.set(panel, rows);
}

/**
 * Gives every panel its menu, those that pages add later too.
 * @param {Preferences} preferences
 * @param {() => string | null} dataTime
 * @param {(text: string) => void} say
 */
export function mountPanelTools(preferences, dataTime, say) {
  const menu = new PanelMenu(preferences, dataTime, say);
  const pages = [...document.querySelectorAll(".page")];
  const observer = new MutationObserver(equip);
  function equip() {
    for (const panel of document.querySelectorAll(".panel:not([data-tools])")) {
      if (panel instanceof HTMLElement && panel.querySelector("h2")) menu.equip(panel);
    }
    // Pages are mounted when they are first shown, and so are parts of them; rows lie deeper and come too often to look at.
    for (const place of [...pages, ...pages.flatMap((page) => [...page.children])]) {
      observer.observe(place, { childList: true });
    }
  }
  equip();
}

class PanelMenu {
  #preferences;
  #dataTime;
  #say;
  #menu = element("div", "panel-menu", { popover: "auto", role: "menu" });
  /** @type {HTMLElement | null} */
  #panel = null;
  /** @type {HTMLElement | null} */
  #button = null;

  /**
   * @param {Preferences} preferences
   * @param {() => string | null} dataTime
   * @param {(text: string) => void} say
   */
  constructor(preferences, dataTime, say) {
    this.#preferences = preferences;
    this.#dataTime = dataTime;
    this.#say = say;
    required("main").append(this.#menu);
    this.#menu.addEventListener("toggle", (event) => {
      const isOpen = /** @type {ToggleEvent} */ (event).newState === "open";
      if (this.#button) setAttribute(this.#button, "aria-expanded", String(isOpen));
    });
    this.#menu.addEventListener("keydown", (event) => {
      const items = /** @type {HTMLElement[]} */ ([...this.#menu.children]);
      const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (step === 0) return;
      event.preventDefault();
      items[(at + step + items.length) % items.length]?.focus();
    });
  }

  /** @param {HTMLElement} panel */
  equip(panel) {
    panel.dataset.tools = "";
    const title = panel.querySelector("h2")?.textContent ?? "this panel";
    const button = element("button", "panel-tools", {
      type: "button",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": `Menu of ${title}`,
      title: "Link, CSV, picture, print, whole screen",
    }, ["⋯"]);
    button.addEventListener("click", () => this.#open(panel, button));
    panel.querySelector("header")?.append(button);
  }

  /**
   * @param {HTMLElement} panel
   * @param {HTMLElement} button
   */
  #open(panel, button) {
    this.#panel = panel;
    this.#button = button;
    const isWhole = panel.hasAttribute("data-whole");
    const name = panel.id.startsWith("panel-") ? panel.id.slice("panel-".length) : null;
    const items = [
      this.#item(isWhole ? "Back to its place" : "Whole screen", () => this.#toggleWhole(panel)),
      this.#item("Copy the link of this view", () => void this.#copyLink()),
      this.#item("Picture (PNG)", () => void this.#picture(panel)),
      this.#item("Print", () => this.#print(panel)),
    ];
    if (sources.has(panel) || panel.querySelector("table")) {
      items.splice(
        2,
        0,
        this.#item("Table (CSV)", () => this.#csv(panel)),
      );
    }
    if (name !== null) {
      items.push(this.#item("Put away (settings bring it back)", () => {
        this.#preferences.hidden.value = [...this.#preferences.hidden.peek(), name];
      }));
    }
    this.#menu.replaceChildren(...items);
    setAttribute(this.#menu, "aria-label", button.getAttribute("aria-label"));
    this.#menu.showPopover();
    const [place, size] = [button.getBoundingClientRect(), this.#menu.getBoundingClientRect()];
    this.#menu.style.left = `${Math.max(4, Math.min(place.right - size.width, innerWidth - size.width - 4))}px`;
    this.#menu.style.top = `${Math.min(place.bottom + 2, innerHeight - size.height - 4)}px`;
    items[0]?.focus();
  }

  /**
   * @param {string} title
   * @param {() => void} act
   */
  #item(title, act) {
    const item = element("button", "", { type: "button", role: "menuitem" }, [title]);
    item.addEventListener("click", () => {
      this.#menu.hidePopover();
      this.#button?.focus();
      act();
    });
    return item;
  }

  /** @param {HTMLElement} panel */
  #toggleWhole(panel) {
    panel.toggleAttribute("data-whole");
    for (const other of document.querySelectorAll(".panel[data-whole]")) {
      if (other !== panel) other.removeAttribute("data-whole");
    }
  }

  async #copyLink() {
    try {
      await navigator.clipboard.writeText(location.href);
      this.#say("The link is copied.");
    } catch (_forbidden) {
      this.#say("This browser gives no leave to copy; the address bar has the link.");
    }
  }

  /** @param {HTMLElement} panel */
  #csv(panel) {
    const source = sources.get(panel);
    const table = panel.querySelector("table");
    const rows = source ? source() : table ? rowsOf(table) : [];
    const content = new Blob(["\ufeff", csvOf(rows)], { type: "text/csv;charset=utf-8" });
    download(this.#fileName(panel, "csv"), content);
  }

  /** @param {HTMLElement} panel */
  async #picture(panel) {
    try {
      download(this.#fileName(panel, "png"), await pictureOf(panel));
    } catch (error) {
      this.#say(`No picture: ${error instanceof Error ? error.message : error}`);
    }
  }

  /**
   * @param {HTMLElement} panel
   * @param {string} ending
   */
  #fileName(panel, ending) {
    return fileName(panel.querySelector("h2")?.textContent ?? "panel", this.#dataTime(), ending);
  }

  /** @param {HTMLElement} panel */
  #print(panel) {
    panel.toggleAttribute("data-print", true);
    document.body.toggleAttribute("data-print", true);
    print();
    panel.removeAttribute("data-print");
    document.body.removeAttribute("data-print");
  }
}
