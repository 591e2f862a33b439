/** The contracts with the most premium. */
import { element, required, RowPool, setAttribute, setClass, setShare, setText } from "../modules/dom.js";
import {
  daysToExpiry,
  formatCompact,
  formatCount,
  formatEastern,
  formatExpiry,
  formatMoney,
  formatPrice,
  formatShare,
  formatStrike,
  formatUTC,
  MISSING,
} from "../modules/format.js";
import { explainNoOptions } from "../modules/freshness.js";
import { addressOf } from "../modules/route.js";
import { classOfType, directionOfValue, letterOfType } from "../modules/sides.js";
import { effectWhile } from "../modules/signals.js";

/** @typedef {import("../modules/desk.js").Desk} Desk */
/** @typedef {import("../modules/protocol.js").Contract} Contract */

/**
 * @param {Desk} desk
 * @param {import("../modules/signals.js").Signal<boolean>} isShown
 */
export function mountTop(desk, isShown) {
  const pool = new RowPool(required("top-rows"), makeRow);
  const [aside, empty] = [required("top-aside"), required("top-empty")];
  effectWhile(isShown, () => {
    const state = desk.state.value;
    const contracts = state?.top ?? [];
    const largest = Math.max(1, contracts[0]?.premium ?? 0);
    empty.hidden = contracts.length > 0;
    setText(empty, explainNoOptions(state, "No contracts yet."));
    setText(aside, contracts.length > 0 ? `${contracts.length} shown` : "");
    pool.update(contracts, (view, contract) => writeRow(view, contract, largest, state?.health.session ?? null));
  });
}

function makeRow() {
  const symbol = element("b");
  const leg = element("span");
  const expiry = element("span", "quiet");
  const chip = element("span", "chip chip-zero", {}, ["0D"]);
  const split = element("i", "split", { "aria-hidden": "true" });
  const boughtText = element("span", "percent");
  const time = element("time");
  const sweeps = element("span", "chip sweep");
  const blocks = element("span", "chip block");
  const link = element("a", "contract", {}, [symbol, leg, expiry, chip]);
  const cells = {
    contract: element("td", "left", {}, [link]),
    premium: element("td", "premium"),
    volume: element("td"),
    turnover: element("td", "roomy"),
    bought: element("td", "wide", {}, [split, boughtText]),
    net: element("td"),
    marks: element("td", "wide", {}, [element("span", "marks", {}, [sweeps, blocks])]),
    price: element("td", "roomy"),
    last: element("td", "quiet", {}, [time]),
  };
  const node = element("tr", "", {}, Object.values(cells));
  return { node, link, symbol, leg, expiry, chip, split, boughtText, time, sweeps, blocks, ...cells };
}

/**
 * @param {ReturnType<typeof makeRow>} view
 * @param {Contract} contract
 * @param {number} largest premium shown
 * @param {string | null} session
 */
function writeRow(view, contract, largest, session) {
  const kind = classOfType(contract.type);
  setText(view.symbol, contract.underlying);
  setText(view.leg, `${formatStrike(contract.strike)} ${letterOfType(contract.type)}`);
  setClass(view.leg, kind);
  const today = daysToExpiry(contract.expiry, session) === 0;
  view.chip.hidden = !today;
  view.expiry.hidden = today;
  setText(view.expiry, formatExpiry(contract.expiry, session));
  setAttribute(view.link, "title", `${contract.symbol}: its prints`);
  setAttribute(view.link, "href", addressOf("tape", "", { symbol: contract.symbol }));

  setText(view.premium, formatMoney(contract.premium));
  setClass(view.premium, `premium ${kind}`);
  setShare(view.premium, "--bar", contract.premium / largest);
  setText(view.volume, formatCount(contract.volume));
  setText(
    view.turnover,
    contract.open_interest ? `${(contract.volume / contract.open_interest).toFixed(1)}×` : MISSING,
  );
  setText(view.boughtText, formatShare(contract.bought_share));
  setClass(view.split, contract.bought_share === null ? "split void" : "split");
  setShare(view.split, "--bar", contract.bought_share ?? 0);

  const direction = directionOfValue(Math.round(contract.net_delta));
  setText(view.net, `${direction.glyph} ${formatCompact(Math.abs(contract.net_delta))}`);
  setClass(view.net, direction.className);
  view.sweeps.hidden = contract.sweeps === 0;
  view.blocks.hidden = contract.blocks === 0;
  setText(view.sweeps, `S${formatCompact(contract.sweeps)}`);
  setText(view.blocks, `B${formatCompact(contract.blocks)}`);
  setText(view.price, formatPrice(contract.last));
  setText(view.time, formatEastern(contract.last_trade_time));
  setAttribute(view.time, "title", formatUTC(contract.last_trade_time));
}
