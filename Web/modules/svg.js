/** Elements of a picture. Places and lengths are attributes, so no inline style is needed; colours come from classes. */

const NAMESPACE = "http://www.w3.org/2000/svg";

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {string} [className]
 * @param {Record<string, string | number>} [attributes] numbers are written with one decimal
 * @param {(Node | string)[]} [children]
 * @returns {SVGElementTagNameMap[K]}
 */
export function drawing(tag, className = "", attributes = {}, children = []) {
  const node = document.createElementNS(NAMESPACE, tag);
  if (className) node.setAttribute("class", className);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, typeof value === "number" ? value.toFixed(1) : value);
  }
  node.append(...children);
  return node;
}

let hatchings = 0;

/**
 * Diagonal lines to fill a shape with, so that what is negative is told apart without colour. The id is its own in the document.
 * @returns {{ definition: SVGDefsElement, fill: string }}
 */
export function hatching() {
  hatchings += 1;
  const id = `hatching-${hatchings}`;
  const line = drawing("path", "hatch", { d: "M-1 1 L1 -1 M0 6 L6 0 M5 7 L7 5" });
  const pattern = drawing("pattern", "", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse" }, [line]);
  return { definition: drawing("defs", "", {}, [pattern]), fill: `url(#${id})` };
}
