/** Where dealers stand in figures, by open interest and by the session's flow, and one sentence of what it means. */
import { element, RowPool, setAttribute, setClass, setText } from "../modules/dom.js";
import {
  formatAge,
  formatCompact,
  formatCount,
  formatEastern,
  formatPrice,
  formatShare,
  formatSignedMoney,
  formatStrike,
  formatUTC,
  MISSING,
} from "../modules/format.js";
import { BASES, OLD_SECONDS, reasonOf } from "../modules/gamma.js";
import { biasOf, distanceToFlip, explainMissing, formatRatio, hedgeOf, nameOfLevel } from "../modules/positioning.js";
import { directionOfValue } from "../modules/sides.js";

/** @typedef {import("../modules/gamma.js").Basis} Basis */
/** @typedef {import("../modules/gamma.js").Book} Book */
/** @typedef {import("../modules/gamma.js").Positioning} Positioning */
/** @typedef {{ figure: keyof Book, name: string, unit: string, meaning: string, format: (value: any) => string, isSigned?: boolean }} Row */

const CROSSINGS = 8;

/** @type {Row[]} */
const ROWS = [
  {
    figure: "gamma_exposure",
    name: "Gamma (GEX)",
    unit: "$ / 1%",
    meaning: "Change of the dealers' delta when the underlying rises by 1%",
    format: formatSignedMoney,
    isSigned: true,
  },
  {
    figure: "delta_exposure",
    name: "Delta (DEX)",
    unit: "$",
    meaning: "The shares that the dealers' options behave like",
    format: formatSignedMoney,
    isSigned: true,
  },
  {
    figure: "vega_exposure",
    name: "Vega",
    unit: "$ / point",
    meaning: "Profit of dealers for one point more volatility",
    format: formatSignedMoney,
    isSigned: true,
  },
  {
    figure: "theta_exposure",
    name: "Theta",
    unit: "$ / day",
    meaning: "Profit of dealers for each calendar day that passes",
    format: formatSignedMoney,
    isSigned: true,
  },
  {
    figure: "vanna_exposure",
    name: "Vanna",
    unit: "$ / point",
    meaning: "Change of their delta for one point more volatility",
    format: formatSignedMoney,
    isSigned: true,
  },
  {
    figure: "charm_exposure",
    name: "Charm",
    unit: "$ / day",
    meaning: "Change of their delta for each calendar day that passes",
    format: formatSignedMoney,
    isSigned: true,
  },
  {
    figure: "gamma_share",
    name: "Net of gross",
    unit: "gamma",
    meaning: "Net over gross gamma: how one-sided the book is",
    format: (share) => formatShare(share).replace("-", "−"),
    isSigned: true,
  },
  {
    figure: "hedge_shares_per_percent_rise",
    name: "Hedging",
    unit: "shares / 1%",
    meaning: "Shares that dealers buy (negative: sell) when the underlying rises by 1%",
    format: formatCompact,
    isSigned: true,
  },
  {
    figure: "zero_gamma",
    name: "Flip",
    unit: "$",
    meaning: "The nearest price at which the dealers' gamma changes its sign",
    format: formatPrice,
  },
  {
    figure: "gamma_strike",
    name: "Gamma strike",
    unit: "$",
    meaning: "The strike with the largest gamma exposure in size",
    format: formatStrike,
  },
  {
    figure: "call_wall",
    name: "Call wall",
    unit: "$",
    meaning: "The strike at or above the price with the most gamma of calls",
    format: formatStrike,
  },
  {
    figure: "put_wall",
    name: "Put wall",
    unit: "$",
    meaning: "The strike at or below the price with the most negative gamma of puts",
    format: formatStrike,
  },
];

/**
 * @param {HTMLElement} host a section of class "panel"
 * @returns {(positioning: Positioning | null, basis: Basis, refusal: string) => void}
 */
export function mountGammaFigures(host) {
  const view = build(host);
  return (positioning, basis, refusal) => {
    view.empty.hidden = positioning !== null;
    setText(view.empty, refusal || "Asking for the figures…");
    view.body.hidden = positioning === null;
    setText(view.aside, positioning ? `${formatEastern(positioning.as_of)} ET` : "");
    setAttribute(view.aside, "title", positioning ? formatUTC(positioning.as_of) : null);
    if (!positioning) return;
    const book = positioning[basis];
    writeVerdict(view, positioning, book);
    for (const cell of view.cells) {
      const other = positioning[cell.basis];
      const value = other[cell.row.figure];
      setText(cell.node, cell.row.format(/** @type {any} */ (value)));
      setAttribute(cell.node, "title", value === null ? reasonOf(other.missing, cell.row.figure) : null);
      const sign = cell.row.isSigned && typeof value === "number" && value !== 0 ? (value > 0 ? "up" : "down") : "";
      setClass(cell.node, [sign, cell.basis === basis ? "chosen" : "quiet"].filter(Boolean).join(" "));
    }
    for (const { basis: name, node } of view.heads) setClass(node, name === basis ? "chosen" : "");
    const { by_volume, by_premium, by_open_interest, missing } = positioning.put_call;
    for (const [figure, value] of Object.entries({ by_volume, by_premium, by_open_interest })) {
      const node = view.ratios[figure];
      if (!node) continue;
      setText(node, formatRatio(value));
      setAttribute(node, "title", value === null ? reasonOf(missing, figure) : null);
    }
    setText(view.notes, notesOf(positioning, book).join(" "));
    view.crossed.hidden = positioning.crossings.length === 0;
    view.crossings.update(positioning.crossings.slice(0, CROSSINGS), ({ node }, crossing) => {
      setText(node, crossingOf(crossing));
      setAttribute(node, "title", formatUTC(crossing.time));
    });
  };
}

/**
 * @param {ReturnType<typeof build>} view
 * @param {Positioning} positioning
 * @param {Book} book
 */
function writeVerdict(view, positioning, book) {
  const bias = biasOf(book.bias);
  const basis = BASES.find((known) => known.basis === book.basis)?.title.toLowerCase() ?? book.basis;
  setText(view.bias, bias ? bias.title : MISSING);
  setClass(view.bias, bias?.tone ?? "quiet");
  setText(view.basis, `by ${basis}`);
  const why = reasonOf(book.missing, "bias");
  setText(view.meaning, bias ? bias.meaning : why ? `Not known: ${why}.` : "Not known.");
  const details = [distanceToFlip(positioning.spot, book.zero_gamma), hedgeOf(book.hedge_shares_per_percent_rise)];
  setText(view.detail, details.filter(Boolean).join(" "));
}

/**
 * What limits the figures.
 * @param {Positioning} positioning
 * @param {Book} book
 */
function notesOf(positioning, book) {
  const { coverage, spot } = positioning;
  const notes = explainMissing(book.missing);
  if (positioning.age_seconds > OLD_SECONDS) notes.push(`These figures are ${formatAge(positioning.age_seconds)} old.`);
  if (spot?.source === "parity") notes.push("The price is what the options' quotes imply, not a trade.");
  if (book.zero_gamma_crossings > 1) {
    notes.push(`Gamma changes its sign ${book.zero_gamma_crossings} times; the flip is the nearest.`);
  }
  notes.push(`From ${formatCount(book.contracts)} contracts of ${formatCount(coverage.contracts)}.`);
  if (book.without_gamma > 0) notes.push(`${formatCount(book.without_gamma)} of them have no gamma.`);
  if (coverage.without_open_interest > 0) {
    notes.push(`${formatCount(coverage.without_open_interest)} have no open interest.`);
  }
  return notes;
}

/** @param {import("../modules/gamma.js").Crossing} crossing */
function crossingOf(crossing) {
  const { glyph } = directionOfValue(crossing.direction === "up" ? 1 : -1);
  return `${formatEastern(crossing.time)} ${glyph} ${nameOfLevel(crossing.level)} ${
    formatPrice(crossing.level_price)
  }, ` +
    `spot ${formatPrice(crossing.price)}`;
}

/** @param {HTMLElement} host */
function build(host) {
  const aside = element("p", "aside");
  const empty = element("p", "empty");
  const [bias, basis] = [element("b", ""), element("span", "quiet")];
  const [meaning, detail] = [element("p"), element("p", "quiet")];
  const verdict = element("div", "gamma-verdict", {}, [
    element("p", "bias-word", {}, [bias, " ", basis]),
    meaning,
    detail,
  ]);

  /** @type {{ node: HTMLElement, basis: Basis, row: Row }[]} */
  const cells = [];
  const heads = BASES.map(({ basis: name, title, meaning: text }) => ({
    basis: name,
    node: element("th", "", { scope: "col", title: text }, [title]),
  }));
  const rows = ROWS.map((row) => {
    const name = element("th", "left", { scope: "row", title: row.meaning }, [
      row.name,
      " ",
      element("small", "quiet", {}, [row.unit]),
    ]);
    const values = BASES.map((known) => {
      const node = element("td", "", {}, [MISSING]);
      cells.push({ node, basis: known.basis, row });
      return node;
    });
    return element("tr", "", {}, [name, ...values]);
  });
  const head = element("tr", "", {}, [
    element("th", "left", { scope: "col" }, ["Dealers"]),
    ...heads.map(({ node }) => node),
  ]);
  const table = element("table", "sheet gamma-figures", {}, [
    element("thead", "", {}, [head]),
    element("tbody", "", {}, rows),
  ]);

  /** @type {Record<string, HTMLElement>} */
  const ratios = {};
  const list = element("dl", "gamma-ratios");
  for (
    const [figure, name] of [["by_volume", "volume"], ["by_premium", "premium"], ["by_open_interest", "open interest"]]
  ) {
    const value = element("dd", "", {}, [MISSING]);
    ratios[figure ?? ""] = value;
    list.append(
      element("div", "", {}, [element("dt", "", { title: `Puts over calls, by ${name}` }, [`P/C ${name}`]), value]),
    );
  }
  const notes = element("p", "gamma-notes");
  const crossingList = element("ul", "", { "aria-labelledby": "gamma-crossed-title" });
  const crossed = element("div", "gamma-crossed", {}, [
    element("h3", "quiet", { id: "gamma-crossed-title" }, ["Levels crossed by the price"]),
    crossingList,
  ]);
  const crossings = new RowPool(crossingList, () => ({ node: element("li") }));
  const label = { tabindex: "0", role: "group", "aria-labelledby": "gamma-figures-title" };
  const body = element("div", "scroll", label, [verdict, table, list, crossed, notes]);
  host.setAttribute("aria-labelledby", "gamma-figures-title");
  host.append(
    element("header", "panel-head", {}, [element("h2", "", { id: "gamma-figures-title" }, ["Positioning"]), aside]),
    body,
    empty,
  );
  return { aside, empty, body, bias, basis, meaning, detail, cells, heads, ratios, notes, crossed, crossings };
}
