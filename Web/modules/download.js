/** Gives the reader a file. */

/**
 * @param {string} name of the file
 * @param {Blob} content
 */
export function download(name, content) {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has the content once the click is done; the address is let go after it has begun to read.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/**
 * A name for a file: what it shows, and the moment of the data.
 * @param {string} title
 * @param {string | null} time of the data, ISO 8601
 * @param {string} ending
 */
export function fileName(title, time, ending) {
  const name = title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
  const moment = (time ?? new Date().toISOString()).slice(0, 19).replaceAll(":", "").replace("T", "-");
  return `marketflow-${name}-${moment}z.${ending}`;
}
