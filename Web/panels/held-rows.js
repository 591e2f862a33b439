/** Rows stand still under a hand or the keyboard's focus: a button must not move away from it. */

/**
 * @param {HTMLElement} list of rows
 * @param {() => void} draw what has waited, when the hand leaves
 * @returns {() => boolean} whether somebody is at the list
 */
export function holdRows(list, draw) {
  list.addEventListener("pointerleave", draw);
  list.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node && list.contains(event.relatedTarget))) draw();
  });
  // A click leaves the focus, too: only the one that is shown counts.
  return () => list.matches(":hover") || list.querySelector(":focus-visible") !== null;
}
