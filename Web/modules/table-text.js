/** A table of the page as CSV (RFC 4180), with what stands behind a cell where that says more than the cell. */

/**
 * @param {string[][]} rows the first is the head
 */
export function csvOf(rows) {
  return rows.map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";
}

/** @param {string} text */
function field(text) {
  // A cell that a spreadsheet would take for a formula is kept from being one; a negative number stays a number.
  const isFormula = /^[=+@\t\r]/.test(text) || (text.startsWith("-") && !/^-[\d.]+(e[+-]?\d+)?$/.test(text));
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * The rows of a table that are shown, as text: `data-value` of a cell is its exact value where the cell shows a short one.
 * @param {HTMLTableElement} table
 */
export function rowsOf(table) {
  return [...table.rows]
    .filter((row) => !row.hidden)
    .map((row) => [...row.cells].map((cell) => cell.dataset.value ?? textOf(cell)));
}

/** @param {Element} cell */
function textOf(cell) {
  return (cell.textContent ?? "").replaceAll("−", "-").replace(/\s+/g, " ").trim();
}
