/** What a ticker page begins with: the choice of the underlying and the window, its figures, and where the dealers stand. */
import { element, setAttribute, setClass, setText } from "../modules/dom.js";
import {
  formatCompact,
  formatCount,
  formatEastern,
  formatMoney,
  formatPrice,
  formatShare,
  formatSignedMoney,
  formatStrike,
  formatUTC,
  MISSING,
} from "../modules/format.js";
import { addressOf } from "../modules/route.js";
import { directionOfValue } from "../modules/sides.js";
import { reasonOf, sentimentText, signed } from "./flow-columns.js";
import { makeSegments } from "./tape-filter-bar.js";

/** @typedef {import("../modules/flow.js").Flow} Flow */
/** @typedef {{ price: number | null, asOf: string | null }} Spot */

/**
 * @param {object} options
 * @param {(symbol: string) => void} options.choose
 * @param {(window: string) => void} options.chooseWindow
 * @param {() => void} options.openAll shows all prints of the window
 */
export function makeTickerHead({ choose, chooseWindow, openAll }) {
  const known = element("div", "segments", { role: "group", "aria-label": "Underlyings of today" });
  const other = element("input", "", {
    type: "search",
    placeholder: "Other symbol",
    "aria-label": "Other symbol",
    autocomplete: "off",
    spellcheck: "false",
    id: "ticker-symbol",
  });
  const form = element("form", "", {}, [other]);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const symbol = other.value.trim().toUpperCase();
    if (symbol) choose(symbol);
    other.value = "";
  });
  const windows = makeSegments("Window", [["session", "Session"], ["60", "60 min"]], chooseWindow);
  const asOf = element("p", "aside", { id: "ticker-as-of" });
  const title = element("h2", "ticker-title", { id: "ticker-title" });
  const all = element("button", "plain", { type: "button", id: "ticker-all" }, ["All prints"]);
  all.addEventListener("click", openAll);
  const figures = makeFigures();
  const dealers = element("a", "dealers", { id: "ticker-dealers" });
  const trouble = element("p", "trouble", { role: "alert", id: "ticker-trouble" });
  trouble.hidden = true;
  const node = element("section", "panel ticker-head", { "aria-labelledby": "ticker-title" }, [
    element("div", "choices", {}, [title, known, form, windows.node, all, asOf]),
    trouble,
    element("div", "ticker-figures", {}, [figures.node, dealers]),
  ]);

  return {
    node,
    /**
     * @param {string} symbol
     * @param {string} window
     * @param {string[]} symbols
     */
    choose(symbol, window, symbols) {
      setText(title, symbol || "Ticker");
      windows.show([window]);
      setAttribute(dealers, "href", addressOf("gamma", symbol));
      const wanted = symbols.join(" ");
      if (known.dataset.symbols !== wanted) {
        known.dataset.symbols = wanted;
        known.replaceChildren(...symbols.map((one) => {
          const button = element("button", "", { type: "button", "data-choice": one }, [one]);
          button.addEventListener("click", () => choose(one));
          return button;
        }));
      }
      for (const button of known.children) {
        setAttribute(button, "aria-pressed", String(button.getAttribute("data-choice") === symbol));
      }
    },
    /** @param {string} words "" for none */
    complain(words) {
      trouble.hidden = words === "";
      if (trouble.textContent !== words) trouble.textContent = words;
    },
    /**
     * @param {Flow | null} flow
     * @param {Spot | null} spot
     */
    show(flow, spot) {
      setText(asOf, flow?.as_of ? `as of ${formatEastern(flow.as_of)} ET${flow.is_whole ? "" : ", begins later"}` : "");
      setAttribute(asOf, "title", formatUTC(flow?.as_of));
      figures.show(flow, spot);
    },
    /**
     * @param {any} positioning answer of `/positioning`, or null
     * @param {string} reason why there is none
     */
    showDealers(positioning, reason) {
      setText(dealers, positioning ? dealersText(positioning) : `Gamma ${MISSING}`);
      setAttribute(dealers, "title", positioning ? "To the gamma page" : reason || null);
    },
  };
}

/** @param {any} positioning */
function dealersText({ spot, open_interest: book }) {
  const flip = book.zero_gamma === null ? MISSING : formatPrice(book.zero_gamma);
  const place = book.zero_gamma === null || spot.price === null
    ? ""
    : spot.price >= book.zero_gamma
    ? ", spot above"
    : ", spot below";
  return `Gamma ${formatSignedMoney(book.gamma_exposure)} per 1% · flip ${flip}${place} · call wall ${
    formatStrike(book.call_wall)
  } · put wall ${formatStrike(book.put_wall)}`;
}

function makeFigures() {
  const node = element("dl", "figures", { "aria-label": "Figures" });
  /** @type {(name: string, meaning: string) => HTMLElement} */
  const add = (name, meaning) => {
    const value = element("dd", "", {}, [MISSING]);
    node.append(element("div", "", { title: meaning }, [element("dt", "", {}, [name]), value]));
    return value;
  };
  const spot = add("Spot", "Last price of the underlying, USD");
  const premium = add("Premium", "Calls and puts, USD");
  const net = add("Net premium", "Premium bought less premium sold, USD");
  const ratio = add("C/P premium", "Premium of calls over premium of puts");
  const volume = add("C/P volume", "Volume of calls over volume of puts");
  const sentiment = add("Sentiment", "−1 bearish (calls sold, puts bought) to 1 bullish (calls bought, puts sold)");
  const institutional = add("Institutional", "Part of the premium in prints of institutional size");
  const unlabelled = add("Unlabelled", "Part of the premium at the mid or of unknown side");
  const delta = add("Net delta", "Delta bought less delta sold, in contracts");
  const trades = add("Prints", "Option prints of the window");
  return {
    node,
    /**
     * @param {Flow | null} flow
     * @param {Spot | null} now
     */
    show(flow, now) {
      const totals = flow?.totals ?? null;
      const value = totals?.sentiment ?? null;
      setText(spot, formatPrice(now?.price));
      setText(premium, formatMoney(totals?.premium));
      setText(net, totals ? signed(totals.net_premium) : MISSING);
      setClass(net, directionOfValue(totals?.net_premium ?? 0).className);
      setText(ratio, totals?.call_put_premium_ratio?.toFixed(2) ?? MISSING);
      setText(volume, totals?.call_put_volume_ratio?.toFixed(2) ?? MISSING);
      setText(sentiment, sentimentText(value));
      setClass(sentiment, directionOfValue(value ?? 0).className);
      setText(institutional, formatShare(totals?.institutional_share));
      setText(unlabelled, formatShare(totals?.unlabelled_share));
      const direction = directionOfValue(Math.round(totals?.net_delta ?? 0));
      setText(delta, totals ? `${direction.glyph} ${formatCompact(Math.abs(totals.net_delta))}` : MISSING);
      setClass(delta, direction.className);
      setText(trades, formatCount(totals?.trades));
      if (!totals) return;
      setAttribute(ratio, "title", reasonOf(totals, "call_put_premium_ratio"));
      setAttribute(volume, "title", reasonOf(totals, "call_put_volume_ratio"));
      setAttribute(sentiment, "title", reasonOf(totals, "sentiment"));
      setAttribute(institutional, "title", reasonOf(totals, "institutional_share"));
    },
  };
}
