/**
 * Points of a polyline in a box of 100 by 100, newest at the right edge of what is drawn.
 * @param {number[]} values oldest first
 */
export function sparkline(values) {
  if (values.length < 2) return "";
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  const step = 100 / (values.length - 1);
  return values
    .map((value, index) =>
      `${(index * step).toFixed(1)},${(span > 0 ? 95 - ((value - low) / span) * 90 : 50).toFixed(1)}`
    )
    .join(" ");
}
