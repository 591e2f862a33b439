/** By which rule the sides of prints were decided: one bar of shares, and the same as a table. */
import { element, RowPool, setAttribute, setShare, setText } from "../modules/dom.js";
import { formatCount } from "../modules/format.js";
import { describeSides, methodShares } from "../modules/health-sides.js";

/** @typedef {import("../modules/health-report.js").HealthReport} HealthReport */

/** Parts of the bar with a look of their own; the others share one. */
const LOOKS = 7;

/** @returns {{ node: HTMLElement, write: (health: HealthReport) => void }} */
export function makeMethods() {
  const bar = element("div", "methods-bar", { "aria-hidden": "true" });
  const sides = element("p", "health-meaning");
  const body = element("tbody");
  const heads = [["Rule", "left"], ["Prints", ""], ["Share", ""]].map(([name = "", className]) =>
    element("th", className, { scope: "col" }, [name])
  );
  const table = element("table", "sheet methods-sheet", {}, [
    element("thead", "", {}, [element("tr", "", {}, heads)]),
    body,
  ]);
  const node = element("section", "panel health-card", { "aria-labelledby": "health-methods-title" }, [
    element("header", "panel-head", {}, [
      element("h2", "", { id: "health-methods-title" }, ["Sides"]),
      element("p", "note", {}, ["prints by the rule that decided"]),
    ]),
    sides,
    bar,
    table,
  ]);
  const parts = new RowPool(bar, () => ({ node: element("span") }));
  const rows = new RowPool(body, makeRow);

  /** @param {HealthReport} health */
  function write(health) {
    const shares = methodShares(health.methods);
    setText(sides, describeSides(health.sides));
    bar.hidden = table.hidden = shares.length === 0;
    parts.update(shares, (part, { name, share }, index) => {
      setShare(part.node, "--bar", share);
      setAttribute(part.node, "title", `${name} ${percentOf(share)}`);
      setAttribute(part.node, "data-look", String(Math.min(LOOKS, index)));
    });
    rows.update(shares, (row, { name, prints, share }, index) => {
      setText(row.name, name);
      setText(row.prints, formatCount(prints));
      setText(row.share, percentOf(share));
      setAttribute(row.swatch, "data-look", String(Math.min(LOOKS, index)));
    });
  }
  return { node, write };
}

function makeRow() {
  const [swatch, name] = [element("i", "swatch", { "aria-hidden": "true" }), element("span")];
  const [prints, share] = [element("td"), element("td")];
  const node = element("tr", "", {}, [element("th", "left", { scope: "row" }, [swatch, name]), prints, share]);
  return { node, swatch, name, prints, share };
}

/** @param {number} share */
function percentOf(share) {
  return `${(share * 100).toFixed(1)}%`;
}
