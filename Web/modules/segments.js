/** A row of buttons of which one is chosen, and the choice is in the address. */
import { setAttribute } from "./dom.js";
import { effect } from "./signals.js";

/** @typedef {import("./route.js").Router} Router */

/**
 * The buttons carry what they stand for in `data-<name>`; the first is the standard, which is not written into the address.
 * @param {object} choice
 * @param {HTMLElement} choice.group
 * @param {string} choice.name of the filter of the address
 * @param {string} choice.data name of the buttons' data attribute
 * @param {string} choice.page on which it counts
 * @param {Router} choice.router
 * @param {(value: string) => void} choice.choose told now and at each change while the page is shown
 * @returns {HTMLButtonElement[]}
 */
export function mountSegments({ group, name, data, page, router, choose }) {
  const buttons = [...group.querySelectorAll("button")];
  const values = buttons.map((button) => button.dataset[data] ?? "");
  const standard = values[0] ?? "";
  buttons.forEach((button, index) => {
    button.addEventListener("click", () => {
      const value = values[index] ?? standard;
      router.filter({ [name]: value === standard ? null : value });
    });
  });
  /** @type {string | null} */
  let chosen = null;
  effect(() => {
    const route = router.route.value;
    if (route.page !== page) return;
    const wanted = route.params[name] ?? standard;
    const value = values.includes(wanted) ? wanted : standard;
    if (value === chosen) return;
    chosen = value;
    buttons.forEach((button, index) => setAttribute(button, "aria-pressed", String(values[index] === value)));
    choose(value);
  });
  return buttons;
}
