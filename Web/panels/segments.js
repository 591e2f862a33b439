/** A row of buttons of which one is chosen. */
import { element, setAttribute } from "../modules/dom.js";

/**
 * @param {string} label for those who listen
 * @param {[string, string][]} choices value and word
 * @param {(value: string) => void} choose
 */
export function segments(label, choices, choose) {
  const buttons = choices.map(([value, word]) => {
    const button = element("button", "", { type: "button", "data-value": value, "aria-pressed": "false" }, [word]);
    button.addEventListener("click", () => choose(value));
    return button;
  });
  return {
    node: element("div", "segments", { role: "group", "aria-label": label }, buttons),
    /** @param {string} value */
    show(value) {
      for (const button of buttons) setAttribute(button, "aria-pressed", String(button.dataset.value === value));
    },
  };
}
