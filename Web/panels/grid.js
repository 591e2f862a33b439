/** Strikes of the leading underlying: calls left, puts right, the strike at the money marked and kept in sight. */
import { element, required, RowPool, setAttribute, setClass, setShare, setText } from "../modules/dom.js";
import {
  daysToExpiry,
  formatCompact,
  formatCount,
  formatDelta,
  formatExpiry,
  formatMoney,
  formatPrice,
  formatShare,
  formatStrike,
  formatVolatility,
} from "../modules/format.js";
import { explainNoOptions } from "../modules/freshness.js";
import { addressOf } from "../modules/route.js";
import { directionOfValue } from "../modules/sides.js";
import { effectWhile } from "../modules/signals.js";

/** @typedef {import("../modules/desk.js").Desk} Desk */
/** @typedef {import("../modules/protocol.js").Grid} Grid */
/** @typedef {import("../modules/protocol.js").GridRow} GridRow */
/** @typedef {import("../modules/protocol.js").Leg} Leg */

/**
 * @param {Desk} desk
 * @param {import("../modules/signals.js").Signal<boolean>} isShown
 */
export function mountGrid(desk, isShown) {
  const pool = new RowPool(required("grid-rows"), makeRow);
  const [title, note, aside] = [required("grid-title"), required("grid-note"), required("grid-aside")];
  const [scroll, empty] = [required("grid-scroll"), required("grid-empty")];
  const spot = element("b");
  note.append("Spot ", spot);
  // Once the reader has moved the list by hand it is theirs.
  let centred = /** @type {number | null} */ (null);
  let handled = false;
  for (const kind of ["wheel", "pointerdown", "keydown", "touchstart"]) {
    scroll.addEventListener(kind, () => (handled = true), { passive: true });
  }

  effectWhile(isShown, () => {
    const state = desk.state.value;
    const grid = state?.grid ?? null;
    const rows = grid?.rows ?? [];
    const largest = Math.max(1, ...rows.flatMap((row) => [row.call?.volume ?? 0, row.put?.volume ?? 0]));
    const days = daysToExpiry(grid?.expiry, state?.health.session);
    const term = days === 0 ? "0DTE" : formatExpiry(grid?.expiry, state?.health.session);
    setText(title, grid ? `${grid.underlying} ${term} strikes` : "Strikes");
    setText(spot, formatPrice(grid?.spot));
    setText(aside, grid ? `ATM ${formatStrike(grid.atm_strike)} · ${rows.length} strikes` : "");
    empty.hidden = rows.length > 0;
    setText(empty, explainNoOptions(state, "No strikes yet."));
    let atm = -1;
    pool.update(rows, (view, row, index) => {
      const isATM = grid !== null && row.strike === grid.atm_strike;
      if (isATM) atm = index;
      writeRow(view, row, grid?.underlying ?? "", largest, isATM);
    });
    if (!handled && grid && atm >= 0 && centred !== grid.atm_strike) {
      centred = grid.atm_strike;
      centre(scroll, atm, rows.length);
    }
  });
}

/**
 * @param {HTMLElement} scroll
 * @param {number} index
 * @param {number} count
 */
function centre(scroll, index, count) {
  const table = scroll.querySelector("tbody");
  if (!table || count === 0) return;
  const height = table.offsetHeight / count;
  const head = scroll.querySelector("thead")?.offsetHeight ?? 0;
  // To a whole row: half a one under the head reads as a fault.
  const top = (index + 0.5) * height - (scroll.clientHeight - head) / 2;
  scroll.scrollTop = Math.round(top / height) * height;
}

function makeRow() {
  const strike = element("a", "", { title: "The prints behind this strike" });
  const cells = {
    callVolume: element("td", "bar-call"),
    callPremium: element("td", "premium call"),
    callBought: element("td", "wide"),
    callDelta: element("td"),
    callVolatility: element("td", "quiet wide"),
    strike: element("th", "strike", { scope: "row" }, [strike]),
    putVolatility: element("td", "quiet wide"),
    putDelta: element("td"),
    putBought: element("td", "wide"),
    putPremium: element("td", "premium put"),
    putVolume: element("td", "bar-put"),
    net: element("td", "wide"),
  };
  return { node: element("tr", "", {}, Object.values(cells)), link: strike, ...cells };
}

/**
 * @param {ReturnType<typeof makeRow>} view
 * @param {GridRow} row
 * @param {string} underlying
 * @param {number} largest volume in the grid
 * @param {boolean} isATM
 */
function writeRow(view, row, underlying, largest, isATM) {
  setClass(view.node, isATM ? "atm" : "");
  setText(view.link, formatStrike(row.strike));
  setAttribute(view.link, "href", addressOf("ticker", underlying, { by: "strike", at: String(row.strike) }));
  writeLeg(row.call, largest, view.callVolume, view.callPremium, view.callBought, view.callDelta, view.callVolatility);
  writeLeg(row.put, largest, view.putVolume, view.putPremium, view.putBought, view.putDelta, view.putVolatility);
  const net = (row.call?.net_delta ?? 0) + (row.put?.net_delta ?? 0);
  const direction = directionOfValue(Math.round(net));
  setText(view.net, `${direction.glyph} ${formatCompact(Math.abs(net))}`);
  setClass(view.net, `wide ${direction.className}`);
}

/**
 * @param {Leg | null} leg
 * @param {number} largest
 * @param {HTMLElement} volume
 * @param {HTMLElement} premium
 * @param {HTMLElement} bought
 * @param {HTMLElement} delta
 * @param {HTMLElement} volatility
 */
function writeLeg(leg, largest, volume, premium, bought, delta, volatility) {
  setText(volume, formatCount(leg?.volume));
  setShare(volume, "--bar", (leg?.volume ?? 0) / largest);
  setText(premium, formatMoney(leg?.premium));
  setText(bought, formatShare(leg?.bought_share));
  setText(delta, formatDelta(leg?.delta));
  setText(volatility, formatVolatility(leg?.iv));
}
