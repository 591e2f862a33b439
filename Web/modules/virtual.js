/** Arithmetic of a list that draws only the rows in sight. Row 0 is the newest and lies on top. */

/**
 * @typedef {object} Window
 * @property {number} first index of the first row to draw
 * @property {number} end index after the last
 */

/**
 * @param {object} view
 * @param {number} view.scrollTop pixels
 * @param {number} view.height of the viewport, pixels
 * @param {number} view.rowHeight pixels
 * @param {number} view.count rows in the list
 * @param {number} view.overscan rows drawn beyond each edge, so that a fast scroll does not show gaps
 * @returns {Window}
 */
export function visibleWindow({ scrollTop, height, rowHeight, count, overscan }) {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight) - overscan;
  const end = Math.ceil((Math.max(0, scrollTop) + height) / rowHeight) + overscan;
  return { first: clamp(first, 0, count), end: clamp(end, 0, count) };
}

/**
 * Where to scroll after rows were put on top: a reader at the top follows the newest, one who has scrolled keeps the
 * rows under the eye.
 * @param {object} view
 * @param {number} view.scrollTop pixels
 * @param {number} view.added rows put on top
 * @param {number} view.rowHeight pixels
 */
export function anchoredScrollTop({ scrollTop, added, rowHeight }) {
  return isFollowing(scrollTop, rowHeight) ? 0 : scrollTop + added * rowHeight;
}

/**
 * @param {number} scrollTop pixels
 * @param {number} rowHeight pixels
 */
export function isFollowing(scrollTop, rowHeight) {
  return scrollTop < rowHeight / 2;
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}
