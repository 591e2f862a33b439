/**
 * A panel as a picture: its elements are copied with the styles they have, set into an SVG, and drawn on a canvas. Nothing leaves the
 * page. Canvases (the charts) are copied as they are.
 */

/** What makes the look; a computed style has four hundred properties, most of them for nothing here. */
const PROPERTIES = (
  "align-content align-items align-self background-color background-image background-position background-repeat " +
  "background-size border-bottom-color border-bottom-style border-bottom-width border-collapse border-left-color " +
  "border-left-style border-left-width border-right-color border-right-style border-right-width border-spacing " +
  "border-top-color border-top-style border-top-width border-top-left-radius border-top-right-radius " +
  "border-bottom-left-radius border-bottom-right-radius box-shadow box-sizing color column-gap display fill " +
  "fill-opacity flex-basis flex-direction flex-grow flex-shrink flex-wrap font-family font-size font-style " +
  "font-variant-numeric font-weight grid-column-start grid-column-end grid-row-start grid-row-end " +
  "grid-template-columns grid-template-rows height justify-content left letter-spacing line-height list-style-type " +
  "margin-bottom margin-left margin-right margin-top max-height max-width min-height min-width opacity order " +
  "overflow-x overflow-y padding-bottom padding-left padding-right padding-top position right row-gap stroke " +
  "stroke-dasharray stroke-opacity stroke-width table-layout text-align text-anchor text-decoration-line " +
  "text-overflow text-transform top transform translate vertical-align visibility white-space width z-index"
).split(" ");

/**
 * @param {HTMLElement} panel
 * @returns {Promise<Blob>} PNG, two dots a pixel
 * @throws {Error} when the browser cannot draw it
 */
export async function pictureOf(panel) {
  const { width, height } = panel.getBoundingClientRect();
  const copy = /** @type {HTMLElement} */ (copyOf(panel));
  copy.style.margin = "0";
  const markup = new XMLSerializer().serializeToString(copy);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<foreignObject x="0" y="0" width="100%" height="100%">${markup}</foreignObject></svg>`;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width * 2);
  canvas.height = Math.ceil(height * 2);
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("This browser has no canvas to draw on.");
  pen.scale(2, 2);
  pen.drawImage(image, 0, 0);
  return await new Promise((resolve, reject) =>
    canvas.toBlob((blob) => blob ? resolve(blob) : reject(new Error("This browser gave no picture.")), "image/png")
  );
}

/**
 * @param {Element} node
 * @returns {Element}
 */
function copyOf(node) {
  const style = getComputedStyle(node);
  const copy = node instanceof HTMLCanvasElement ? imageOf(node) : /** @type {Element} */ (node.cloneNode(false));
  const target = /** @type {HTMLElement} */ (copy).style;
  for (const property of PROPERTIES) target.setProperty(property, style.getPropertyValue(property));
  for (const child of node.childNodes) {
    if (child instanceof Text) copy.append(child.data);
    else if (child instanceof Element && isDrawn(child)) copy.append(copyOf(child));
  }
  if (node.scrollTop > 0 || node.scrollLeft > 0) shift(copy, node);
  return copy;
}

/** @param {Element} node */
function isDrawn(node) {
  return getComputedStyle(node).display !== "none" && !node.matches(".panel-tools, .visually-hidden");
}

/** @param {HTMLCanvasElement} canvas */
function imageOf(canvas) {
  const image = document.createElement("img");
  image.src = canvas.toDataURL();
  return image;
}

/**
 * What is scrolled stands where the reader sees it.
 * @param {Element} copy
 * @param {Element} node
 */
function shift(copy, node) {
  for (const child of copy.children) {
    /** @type {HTMLElement} */ (child).style.translate = `${-node.scrollLeft}px ${-node.scrollTop}px`;
  }
}
