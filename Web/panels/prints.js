/** The desk's prints tape: the newest prints, under one of four filters. */
import { required, setAttribute, setText } from "../modules/dom.js";
import { formatCount } from "../modules/format.js";
import { effect } from "../modules/signals.js";
import { isSweep, LARGE_PREMIUM } from "../modules/tape.js";
import { TapeView } from "../modules/tape-view.js";
import { TapeList } from "./tape-list.js";

/** @typedef {import("../modules/desk.js").Desk} Desk */
/** @typedef {import("../modules/protocol.js").Print} Print */

/** @type {Record<string, (print: Print) => boolean>} */
const FILTERS = {
  all: () => true,
  options: (print) => print.type !== null,
  large: (print) => print.premium >= LARGE_PREMIUM,
  sweep: isSweep,
};

/**
 * @param {Desk} desk
 * @param {import("../modules/signals.js").Signal<number>} paints changes when the tape is to be drawn
 */
export function mountPrints(desk, paints) {
  const view = new TapeView();
  desk.tape.attach(view);
  const [aside, empty] = [required("prints-aside"), required("prints-empty")];
  const list = new TapeList({
    view,
    scroll: required("prints-scroll"),
    body: required("prints-rows"),
    newer: required("prints-newer"),
    session: () => desk.state.peek()?.health.session ?? null,
    drawn() {
      const { count } = desk.tape;
      const held = `newest ${formatCount(count)}`;
      empty.hidden = view.count > 0;
      setText(aside, view.count === count ? held : `${formatCount(view.count)} of ${held}`);
      setText(empty, count > 0 ? `None among the ${held} prints.` : "No prints yet.");
    },
  });
  effect(() => {
    paints.value;
    list.draw();
  });
  const filter = required("prints-filter");
  const buttons = [...filter.querySelectorAll("button")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const other of buttons) setAttribute(other, "aria-pressed", String(other === button));
      view.setFilter(FILTERS[button.dataset.filter ?? ""] ?? (() => true));
      desk.tape.refill(view);
      list.toNewest();
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
