/** The page "ticker". */
import { element } from "../modules/dom.js";

/**
 * @param {HTMLElement} host
 * @param {import("../modules/pages.js").Context} _context
 */
export function mount(host, _context) {
  host.append(element("p", "empty", {}, ["ticker"]));
}
