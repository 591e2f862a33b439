/** What can be done from anywhere on the page: by a key, or by name in the search. */
import { isTyped } from "./dom.js";

/**
 * @typedef {object} Command
 * @property {string} title what it does, in a few words
 * @property {string} [key] as `KeyboardEvent.key`; without modifiers
 * @property {() => void} run
 */

export class Commands {
  /** @type {Command[]} */
  #commands = [];
  /** Commands that come and go with the data, as one for each underlying. @type {(() => Command[])[]} */
  #sources = [];

  /** @param {Command[]} commands */
  add(...commands) {
    for (const command of commands) {
      const taken = command.key === undefined ? undefined : this.#commands.find((known) => known.key === command.key);
      if (taken) throw new Error(`commands: key ${command.key} is ${taken.title} already`);
      this.#commands.push(command);
    }
  }

  /** @param {() => Command[]} source asked each time the search is used */
  addSource(source) {
    this.#sources.push(source);
  }

  get all() {
    return [...this.#sources.flatMap((source) => source()), ...this.#commands];
  }

  get withKeys() {
    return this.#commands.filter((command) => command.key !== undefined);
  }

  /** Hears keys from now on. A key that is typed into a field, or held with Ctrl, Alt or the system's key, is none of ours. */
  listen() {
    document.addEventListener("keydown", (event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyped(event)) return;
      const command = this.#commands.find((known) => known.key === event.key);
      if (!command) return;
      event.preventDefault();
      command.run();
    });
  }
}

/**
 * How well a command answers a search: 0 for not at all. Its words may be given in any order, each by its beginning; a title that begins
 * with the whole text is best.
 * @param {string} title
 * @param {string} text
 */
export function matchOf(title, text) {
  const [name, wanted] = [title.toLowerCase(), text.trim().toLowerCase()];
  if (wanted === "") return 1;
  if (name.startsWith(wanted)) return 3;
  const words = name.split(/[^\p{L}\p{N}.]+/u);
  const isFound = wanted.split(/\s+/).every((part) => words.some((word) => word.startsWith(part)));
  return isFound ? 2 : 0;
}

/**
 * The commands that answer a search, best first, otherwise in their own order.
 * @param {Command[]} commands
 * @param {string} text
 * @param {number} limit
 */
export function found(commands, text, limit) {
  return commands
    .map((command) => ({ command, match: matchOf(command.title, text) }))
    .filter(({ match }) => match > 0)
    .sort((one, other) => other.match - one.match)
    .slice(0, limit)
    .map(({ command }) => command);
}
