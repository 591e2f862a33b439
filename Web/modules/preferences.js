/** What a reader has chosen for this browser, kept in its storage: colours, noises, hidden panels, saved views. */
import { batch, effect, signal } from "./signals.js";

/** @typedef {"auto" | "dark" | "light"} Theme */
/** @typedef {import("./protocol.js").Severity} Severity */
/** @typedef {Severity | "off"} Threshold alerts of this severity and above; "off" for none */
/** @typedef {{ name: string, address: string, hidden: string[] }} View an address, and the desk's panels that are put away */

/** @typedef {Pick<Storage, "getItem" | "setItem">} Store */

/** theme.js reads the same key. */
export const KEY = "marketflow.preferences";
export const THEMES = /** @type {Theme[]} */ (["auto", "dark", "light"]);
export const THRESHOLDS = /** @type {Threshold[]} */ (["off", "CRITICAL", "HIGH", "MEDIUM", "LOW"]);
const VIEWS = 50;
const NAME_LETTERS = 60;

/** @typedef {{ addEventListener: (type: "storage", listener: (event: { key: string | null }) => void) => void }} Changes */

export class Preferences {
  theme = signal(/** @type {Theme} */ ("auto"));
  sound = signal(/** @type {Threshold} */ ("off"));
  notices = signal(/** @type {Threshold} */ ("off"));
  /** The desk's panels that are put away, by name. */
  hidden = signal(/** @type {string[]} */ ([]));
  views = signal(/** @type {View[]} */ ([]));
  /** False when the browser keeps nothing: choices then last as long as the page. */
  isKept = signal(true);

  /**
   * @param {Store | null} store null when the browser allows none
   * @param {Changes} [changes] tells what other tabs have written into it
   */
  constructor(store, changes) {
    this.isKept.value = store !== null;
    if (store === null) return;
    this.#load(store);
    effect(() => this.#save(store));
    // Else what is chosen next here would take back what was chosen there. A key of null: all was deleted.
    changes?.addEventListener("storage", ({ key }) => {
      if (key === KEY || key === null) batch(() => this.#load(store));
    });
  }

  /**
   * Keeps an address under a name; one of that name is replaced.
   * @param {string} name
   * @param {string} address
   */
  saveView(name, address) {
    const wanted = name.trim().slice(0, NAME_LETTERS);
    if (wanted === "") return;
    const others = this.views.peek().filter((view) => view.name !== wanted);
    this.views.value = [...others, { name: wanted, address, hidden: this.hidden.peek() }].slice(-VIEWS);
  }

  /** @param {string} name */
  deleteView(name) {
    this.views.value = this.views.peek().filter((view) => view.name !== name);
  }

  /** @param {Store} store */
  #load(store) {
    /** @type {any} */
    let kept = null;
    try {
      kept = JSON.parse(store.getItem(KEY) ?? "null");
    } catch (_unreadable) {
      this.isKept.value = false;
    }
    if (typeof kept !== "object" || kept === null) return;
    if (THEMES.includes(kept.theme)) this.theme.value = kept.theme;
    if (THRESHOLDS.includes(kept.sound)) this.sound.value = kept.sound;
    if (THRESHOLDS.includes(kept.notices)) this.notices.value = kept.notices;
    this.hidden.value = texts(kept.hidden);
    if (Array.isArray(kept.views)) this.views.value = kept.views.filter(isView).slice(-VIEWS);
  }

  /** @param {Store} store */
  #save(store) {
    const kept = {
      theme: this.theme.value,
      sound: this.sound.value,
      notices: this.notices.value,
      hidden: this.hidden.value,
      views: this.views.value,
    };
    const text = JSON.stringify(kept);
    try {
      // What another tab has written is not written again, or two tabs would answer each other without end.
      if (store.getItem(KEY) !== text) store.setItem(KEY, text);
    } catch (_full) {
      this.isKept.value = false;
    }
  }
}

/** @param {unknown} value */
function texts(value) {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** @param {any} view */
function isView(view) {
  return typeof view?.name === "string" && typeof view.address === "string" && view.address.startsWith("#/") &&
    Array.isArray(view.hidden);
}
