/** Sums of what has been played so far. */
import { element, setClass, setText } from "../modules/dom.js";
import { formatCount, formatMoney, formatPrice, MISSING } from "../modules/format.js";
import { directionOfValue } from "../modules/sides.js";
import { effectWhile } from "../modules/signals.js";

/**
 * @param {import("../modules/pages.js").Context} context
 * @param {import("../modules/played.js").Played} played
 * @param {import("../modules/signals.js").Signal<number>} read changes with what was played
 */
export function playedFigures({ desk, isShown }, played, read) {
  const list = element("dl", "played-figures");
  /** @param {string} name */
  const figure = (name) => {
    const value = element("dd", "", {}, [MISSING]);
    list.append(element("div", "", {}, [element("dt", "", {}, [name]), value]));
    return value;
  };
  const note = element("p", "note");
  const spot = figure("Price now");
  const trades = figure("Prints");
  const calls = figure("Call premium");
  const puts = figure("Put premium");
  const ratio = figure("Calls / puts");
  const net = figure("Net premium");
  effectWhile(isShown, () => {
    read.value;
    const { sums } = played;
    const grid = desk.state.value?.grid;
    const isKnown = sums.minutes > 0;
    const direction = directionOfValue(sums.net);
    setText(note, grid ? `${grid.underlying}, ${sums.minutes} minutes` : "no options yet");
    setText(spot, formatPrice(grid?.spot));
    setText(trades, isKnown ? formatCount(sums.trades) : MISSING);
    setText(calls, isKnown ? formatMoney(sums.calls) : MISSING);
    setText(puts, isKnown ? formatMoney(sums.puts) : MISSING);
    setText(ratio, sums.puts > 0 ? (sums.calls / sums.puts).toFixed(2) : MISSING);
    setText(net, isKnown ? `${direction.glyph} ${formatMoney(Math.abs(sums.net))}` : MISSING);
    setClass(net, direction.className);
  });
  return element("section", "panel panel-played", { "aria-labelledby": "played-title" }, [
    element("header", "panel-head", {}, [element("h2", "", { id: "played-title" }, ["So far"]), note]),
    list,
  ]);
}
