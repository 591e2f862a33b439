/** Gamma exposure by expiry, with max pain and put/call ratios: a table whose bars grow from the middle. */
import { element, RowPool, setAttribute, setShare, setText } from "../modules/dom.js";
import { daysToExpiry, formatExpiry, formatMoney, formatSignedMoney, formatStrike } from "../modules/format.js";
import { reasonOf } from "../modules/gamma.js";
import { formatRatio } from "../modules/positioning.js";

/** @typedef {import("../modules/gamma.js").Gex} Gex */
/** @typedef {import("../modules/gamma.js").Positioning} Positioning */

const HEADS = [
  ["Expiry", "left", "Last trading day"],
  [
    "Net gamma",
    "bars",
    "Net gamma exposure of dealers, $ for a 1% move: right of the middle above zero, left of it below",
  ],
  ["$ / 1%", "", "The same in figures"],
  ["Pain", "", "Max pain: the strike at which all open contracts together would pay out least"],
  ["P/C vol", "", "Puts over calls, by contracts traded today"],
  ["P/C OI", "", "Puts over calls, by open interest"],
];

/**
 * @param {HTMLElement} host a section of class "panel"
 * @returns {(gex: Gex | null, positioning: Positioning | null, refusal: string) => void}
 */
export function mountGammaExpiries(host) {
  const body = element("tbody");
  const heads = HEADS.map(([name = "", className, title = ""]) =>
    element("th", className, { scope: "col", title }, [name])
  );
  const table = element("table", "sheet gamma-expiries", {}, [
    element("thead", "", {}, [element("tr", "", {}, heads)]),
    body,
  ]);
  const empty = element("p", "empty");
  const label = { tabindex: "0", role: "group", "aria-labelledby": "gamma-expiries-title" };
  host.setAttribute("aria-labelledby", "gamma-expiries-title");
  host.append(
    element("header", "panel-head", {}, [
      element("h2", "", { id: "gamma-expiries-title" }, ["By expiry"]),
      element("p", "note", {}, ["$ per 1% move · max pain · puts over calls"]),
    ]),
    element("div", "scroll", label, [table, empty]),
  );
  const pool = new RowPool(body, makeRow);

  return (gex, positioning, refusal) => {
    const rows = gex?.rows ?? [];
    empty.hidden = rows.length > 0;
    table.hidden = rows.length === 0;
    setText(empty, refusal || (gex ? "No expiries are known." : "Asking for the figures…"));
    const largest = Math.max(1, ...rows.map((row) => Math.abs(row.net ?? 0)));
    pool.update(rows, (view, row) => {
      const days = daysToExpiry(row.expiry, gex?.session);
      setText(view.expiry, days === 0 ? "0D" : formatExpiry(row.expiry, gex?.session));
      setAttribute(view.expiry, "title", days === null ? row.expiry : `${row.expiry}: in ${days} days`);
      setShare(view.minus, "--bar", Math.max(0, -(row.net ?? 0)) / largest);
      setShare(view.plus, "--bar", Math.max(0, row.net ?? 0) / largest);
      setText(view.net, formatSignedMoney(row.net));
      setAttribute(view.net, "title", `Calls ${formatMoney(row.call)}, puts ${formatMoney(row.put)}`);
      const other = positioning?.expiries.find((known) => known.expiry === row.expiry);
      const { by_volume = null, by_open_interest = null, missing = [] } = other?.put_call ?? {};
      setText(view.pain, formatStrike(other?.max_pain));
      setAttribute(view.pain, "title", other ? reasonOf(other.missing, "max_pain") || null : null);
      setText(view.volume, formatRatio(by_volume));
      setAttribute(view.volume, "title", reasonOf(missing, "by_volume") || null);
      setText(view.interest, formatRatio(by_open_interest));
      setAttribute(view.interest, "title", reasonOf(missing, "by_open_interest") || null);
    });
  };
}

function makeRow() {
  const expiry = element("th", "left", { scope: "row" });
  const [minus, plus] = [element("i", "minus"), element("i", "plus")];
  const bars = element("td", "bars", {}, [element("span", "diverging", { "aria-hidden": "true" }, [minus, plus])]);
  const [net, pain, volume, interest] = [element("td"), element("td"), element("td"), element("td")];
  const node = element("tr", "", {}, [expiry, bars, net, pain, volume, interest]);
  return { node, expiry, minus, plus, net, pain, volume, interest };
}
