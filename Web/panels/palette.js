/** The search: pages, underlyings, saved views and everything the page can do, by name. `/` opens it. */
import { element, required, setAttribute, setText } from "../modules/dom.js";
import { found } from "../modules/commands.js";

/** @typedef {import("../modules/commands.js").Command} Command */
/** @typedef {import("../modules/commands.js").Commands} Commands */

const RESULTS = 12;

/**
 * @param {Commands} commands
 * @param {(text: string) => Command[]} otherwise what to offer for a text besides, as the tape of a contract
 */
export function mountPalette(commands, otherwise) {
  const dialog = /** @type {HTMLDialogElement} */ (required("palette"));
  const input = /** @type {HTMLInputElement} */ (required("palette-input"));
  const list = required("palette-results");
  const status = required("palette-status");
  /** @type {Command[]} */
  let results = [];
  let chosen = 0;

  function draw() {
    const text = input.value;
    results = [...found(commands.all, text, RESULTS), ...(text.trim() === "" ? [] : otherwise(text.trim()))];
    chosen = 0;
    list.replaceChildren(...results.map((command, index) => {
      const key = command.key === undefined ? [] : [element("kbd", "", {}, [command.key])];
      const item = element("li", "", { role: "option", id: `palette-${index}` }, [command.title, ...key]);
      item.addEventListener("pointerdown", (event) => event.preventDefault());
      item.addEventListener("click", () => run(index));
      return item;
    }));
    setText(status, results.length === 0 ? "Nothing by that name." : `${results.length} found`);
    mark();
  }

  function mark() {
    [...list.children].forEach((item, index) => setAttribute(item, "aria-selected", String(index === chosen)));
    setAttribute(input, "aria-activedescendant", results.length > 0 ? `palette-${chosen}` : null);
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} index */
  function run(index) {
    const command = results[index];
    if (!command) return;
    dialog.close();
    command.run();
  }

  input.addEventListener("input", draw);
  input.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && results.length > 0) {
      event.preventDefault();
      chosen = (chosen + step + results.length) % results.length;
      mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(chosen);
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  function open() {
    if (dialog.open) return;
    input.value = "";
    dialog.showModal();
    draw();
    input.focus();
  }
  required("search").addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  commands.add({ title: "Search", key: "/", run: open });
}
