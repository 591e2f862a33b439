/** Ties drawing to the screen's own frames and holds it to a rate. */

/**
 * A function that asks for `draw`; however often it is called, `draw` runs at most once per interval, and the last call
 * is never lost.
 * @param {number} intervalMilliseconds
 * @param {() => void} draw
 */
export function paintAtMost(intervalMilliseconds, draw) {
  let asked = false;
  let drawnAt = -Infinity;
  return () => {
    if (asked) return;
    asked = true;
    const wait = Math.max(0, drawnAt + intervalMilliseconds - performance.now());
    setTimeout(() =>
      requestAnimationFrame(() => {
        asked = false;
        drawnAt = performance.now();
        draw();
      }), wait);
  };
}
