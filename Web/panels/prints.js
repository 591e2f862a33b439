/** The desk's prints tape: the newest prints, under one of four filters; a print opens to all that is known of it. */
import { required, setText } from "../modules/dom.js";
import { formatCount } from "../modules/format.js";
import { mountSegments } from "../modules/segments.js";
import { effect } from "../modules/signals.js";
import { isSweep, LARGE_PREMIUM } from "../modules/tape.js";
import { tableOfPrints } from "../modules/tape-table.js";
import { TapeView } from "../modules/tape-view.js";
import { exportRows } from "./panel-tools.js";
import { openPrint } from "./print-detail.js";
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
 * @param {import("../modules/route.js").Router} router
 */
export function mountPrints(desk, paints, router) {
  const view = new TapeView();
  desk.tape.attach(view);
  exportRows(required("panel-prints"), () => tableOfPrints(view.prints));
  const [aside, empty] = [required("prints-aside"), required("prints-empty")];
  const list = new TapeList({
    view,
    scroll: required("prints-scroll"),
    body: required("prints-rows"),
    newer: required("prints-newer"),
    open: (print) => (location.hash = openPrint(print)),
    session: () => desk.state.peek()?.health.session ?? null,
    drawn() {
      const { count } = desk.tape;
      const held = `newest ${formatCount(count)}`;
      empty.hidden = view.count > 0;
      setText(aside, view.count === count ? held : `${formatCount(view.count)} of ${held}`);
      const nothing = desk.history.prints.isAway.peek() ? "Earlier prints cannot be had." : "No prints yet.";
      setText(empty, count > 0 ? `None among the ${held} prints.` : nothing);
    },
  });
  effect(() => {
    paints.value;
    desk.history.prints.isAway.value;
    list.draw();
  });
  const filter = required("prints-filter");
  const buttons = mountSegments({
    group: filter,
    name: "prints",
    data: "filter",
    page: "desk",
    router,
    choose(value) {
      view.setFilter(FILTERS[value] ?? (() => true));
      desk.tape.refill(view);
      list.toNewest();
    },
  });
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
    event.preventDefault();
    button.focus();
    button.click();
  });
}
