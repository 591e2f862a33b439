/** One print whole: the quote it met, what was concluded, what it is part of, and its neighbours. */
import { get } from "../modules/api.js";
import { runOf, words } from "../modules/detections.js";
import { element, setClass, setText } from "../modules/dom.js";
import { chipsOf } from "../modules/flags.js";
import {
  daysToExpiry,
  formatCount,
  formatDelta,
  formatEastern,
  formatExpiry,
  formatMilliseconds,
  formatMoney,
  formatPrice,
  formatStrike,
  formatUTC,
  formatVolatility,
  MISSING,
} from "../modules/format.js";
import { methodWords } from "../modules/nbbo.js";
import { addressOf } from "../modules/route.js";
import { classOfType, directionOfSide, letterOfType } from "../modules/sides.js";
import { detailOf } from "./detection-detail.js";
import { nbboPicture } from "./nbbo-picture.js";

/** @typedef {import("../modules/protocol.js").Print} Print */
/** @typedef {import("../modules/protocol.js").Detection} Detection */
/** @typedef {import("../modules/protocol.js").DetectionWithLegs} DetectionWithLegs */
/** @typedef {import("../modules/route.js").Router} Router */

const NEIGHBOURS = 20;
/** Detections of its underlying at its time that are asked whether it is among their prints. */
const CANDIDATES = 8;

/** @type {Record<Print["greeks_source"], string>} */
const GREEKS = {
  none: "no greeks were known",
  own_quote: "from the quotes at the print",
  vendor: "the vendor's, of that minute",
  vendor_stale: "the vendor's, of another time",
};

/**
 * The address that opens a print, on any page.
 * @param {{ id: number }} print
 */
export function openPrint(print) {
  return addressOf("tape", "", { print: String(print.id) });
}

export class PrintDetail {
  #title = element("h2", "", { id: "print-title" });
  #body = element("div", "scroll", {
    tabindex: "0",
    role: "group",
    "aria-labelledby": "print-title",
    id: "print-body",
  });
  #asked = 0;
  #router;
  node;

  /** @param {Router} router */
  constructor(router) {
    this.#router = router;
    const close = element("button", "plain", { type: "button", title: "Key: Escape", id: "print-close" }, ["Close"]);
    close.addEventListener("click", () => router.filter({ print: null }));
    this.node = element("aside", "panel print-detail", { "aria-labelledby": "print-title" }, [
      element("header", "panel-head", {}, [this.#title, element("p", "aside"), close]),
      this.#body,
    ]);
    this.node.hidden = true;
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") router.filter({ print: null });
    });
  }

  close() {
    this.#asked += 1;
    this.node.hidden = true;
  }

  /**
   * @param {string} id
   * @param {Print | null} known the print, when the list has it
   * @param {() => string | null} session
   */
  async open(id, known, session) {
    this.#asked += 1;
    const mine = this.#asked;
    this.node.hidden = false;
    this.#body.scrollTop = 0;
    let print = known;
    if (print === null) {
      setText(this.#title, "Print");
      this.#body.replaceChildren(element("p", "empty", {}, ["Fetching the print."]));
      const found = await onePrint(id);
      if (mine !== this.#asked) return;
      if (typeof found === "string") {
        this.#body.replaceChildren(element("p", "empty", {}, [found]));
        return;
      }
      print = found;
    }
    const parts = [element("div"), element("div")];
    const [found, near] = parts;
    setText(this.#title, titleOf(print, session()));
    this.#body.replaceChildren(...factsOf(print), ...parts);
    const isWanted = () => mine === this.#asked;
    if (found) void showDetections(found, print, isWanted);
    // The filters of the list stay as they are.
    /** @type {(other: Print) => string} */
    const addressOfPrint = (other) =>
      addressOf("tape", "", { ...this.#router.route.peek().params, print: String(other.id) });
    if (near) void showNeighbours(near, print, addressOfPrint, isWanted);
  }
}

/**
 * @param {string} id
 * @returns {Promise<Print | string>} words, when it cannot be had
 */
async function onePrint(id) {
  const number = Number(id);
  if (!Number.isSafeInteger(number) || number <= 0) return `"${id}" is no number of a print.`;
  try {
    const { rows } = await get(`/prints?from_id=${number}&cursor=${number + 1}&limit=1`);
    return rows[0] ?? `There is no print ${id}: it may be of another run of the server, whose store is gone.`;
  } catch (error) {
    return `The print cannot be had: ${error instanceof Error ? error.message : error}`;
  }
}

/**
 * @param {Print} print
 * @param {string | null} session
 */
function titleOf(print, session) {
  if (print.strike === null) return print.underlying;
  const expiry = daysToExpiry(print.expiry, session) === 0 ? "0D" : formatExpiry(print.expiry, session);
  return `${print.underlying} ${formatStrike(print.strike)} ${letterOfType(print.type)} ${expiry}`;
}

/** @param {Print} print */
function factsOf(print) {
  const direction = directionOfSide(print.side);
  const unit = print.type === null ? "shares" : "contracts";
  const verdict = element("p", `print-verdict ${direction.className}`, {}, [
    `${direction.glyph} ${methodWords(print)}`,
  ]);
  const chips = chipsOf(print, 0).map((chip) =>
    element("li", "", {}, [element("span", `chip ${chip.className}`, {}, [chip.text]), ` ${chip.meaning}`])
  );
  const facts = element("dl", "facts", {}, [
    fact("Time", `${formatEastern(print.time, "milliseconds")} ET`, formatUTC(print.time)),
    fact("Premium", formatMoney(print.premium), `$${formatCount(print.premium)}`),
    fact("Size", `${formatCount(print.size)} ${unit}`),
    fact("Quote age", formatMilliseconds(print.quote_age_ms)),
    fact("Venue", print.venue_name, `Number ${print.venue}`),
    fact("Underlying", formatPrice(print.underlying_price)),
    fact(
      "Conditions",
      print.condition_names.join(", ") || "regular",
      `Numbers ${print.conditions.join(", ") || "none"}`,
    ),
    fact("Delta", formatDelta(print.delta), GREEKS[print.greeks_source]),
    fact("Gamma", print.gamma === null ? MISSING : print.gamma.toFixed(4), GREEKS[print.greeks_source]),
    fact("IV", print.iv === null ? MISSING : `${formatVolatility(print.iv)}%`, GREEKS[print.greeks_source]),
    fact("Net delta", formatDelta(print.net_delta), "Side × size × delta"),
    fact("Number", String(print.id), print.backfilled ? "Read from the vendor's history later" : ""),
  ]);
  const links = element("p", "print-links", {}, [
    element("a", "", { href: addressOf("ticker", print.underlying) }, [`${print.underlying} page`]),
    element("a", "", { href: addressOf("tape", "", { symbol: print.symbol }) }, [
      print.type === null ? `Tape of ${print.underlying}` : "Tape of this contract only",
    ]),
  ]);
  const marks = chips.length > 0 ? [element("ul", "print-marks", { "aria-label": "Marks" }, chips)] : [];
  return [element("div", "", {}, [nbboPicture(print)]), verdict, ...marks, facts, links];
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} [meaning]
 */
function fact(name, value, meaning = "") {
  return element("div", "", meaning ? { title: meaning } : {}, [
    element("dt", "", {}, [name]),
    element("dd", "", {}, [value]),
  ]);
}

/**
 * Shows what the detectors made of the print.
 * @param {HTMLElement} place
 * @param {Print} print
 * @param {() => boolean} isWanted
 */
async function showDetections(place, print, isWanted) {
  place.replaceChildren(heading("Part of"), element("p", "quiet", {}, ["Looking."]));
  try {
    const found = await detectionsWith(print);
    if (!isWanted()) return;
    const parts = found.map((detection) => {
      const side = directionOfSide(detection.side);
      const name = `${words(detection.kind)} · ${side.glyph} ${side.word} · ${formatMoney(detection.premium)} · ${
        Math.round(detection.confidence * 100)
      }%`;
      const detail = element("details", "print-detection", {}, [
        element("summary", "", {}, [name]),
        element(
          "div",
          "detection-detail",
          { tabindex: "0", role: "group", "aria-label": "Its prints" },
          detailOf(detection),
        ),
      ]);
      detail.open = found.length === 1;
      return detail;
    });
    place.replaceChildren(
      heading("Part of"),
      ...(parts.length > 0 ? parts : [element("p", "quiet", {}, ["Nothing that the detectors have found."])]),
    );
  } catch (error) {
    if (isWanted()) place.replaceChildren(heading("Part of"), refusal("Detections cannot be had", error));
  }
}

/**
 * Detections that have the print among theirs: a print names its sweep at most.
 * @param {Print} print
 * @returns {Promise<DetectionWithLegs[]>}
 */
async function detectionsWith(print) {
  const around = { symbol: print.underlying, from: print.time, to: later(print.time), limit: "200" };
  /** @type {{ rows: Detection[] }} */
  const { rows } = await get(`/detections?${new URLSearchParams(around)}`);
  const run = runOf(print.id);
  const candidates = rows
    .filter((row) => row.run === run && row.first_print_id <= print.id && row.last_print_id >= print.id)
    .sort((a, b) => Number(b.symbol === print.symbol) - Number(a.symbol === print.symbol) || a.prints - b.prints)
    .slice(0, CANDIDATES);
  const whole = await Promise.all(
    candidates.map((row) => get(`/detections/${encodeURIComponent(row.id)}?run=${row.run}`)),
  );
  return whole.filter((detection) => detection.legs.some((/** @type {Print} */ leg) => leg.id === print.id));
}

/** The first moment after a time. @param {string} time */
function later(time) {
  return new Date(Date.parse(time) + 1).toISOString();
}

/**
 * @param {HTMLElement} place
 * @param {Print} print
 * @param {(print: Print) => string} addressOfPrint
 * @param {() => boolean} isWanted
 */
async function showNeighbours(place, print, addressOfPrint, isWanted) {
  const title = print.type === null ? `${print.underlying} up to here` : "This contract up to here";
  place.replaceChildren(heading(title), element("p", "quiet", {}, ["Looking."]));
  try {
    const question = { symbol: print.symbol, cursor: String(print.id + 1), limit: String(NEIGHBOURS) };
    /** @type {{ rows: Print[] }} */
    const { rows } = await get(`/prints?${new URLSearchParams(question)}`);
    if (isWanted()) place.replaceChildren(heading(title), neighbourTable(rows, print.id, addressOfPrint));
  } catch (error) {
    if (isWanted()) place.replaceChildren(heading(title), refusal("Its neighbours cannot be had", error));
  }
}

/**
 * @param {Print[]} rows
 * @param {number} id of the print that is open
 * @param {(print: Print) => string} addressOfPrint
 */
function neighbourTable(rows, id, addressOfPrint) {
  const names = ["Time", "Side", "Price", "Size", "Premium", "Bid × ask"];
  const head = element("tr", "", {}, names.map((name) => element("th", "", { scope: "col" }, [name])));
  const body = rows.map((row) => {
    const direction = directionOfSide(row.side);
    const time = formatEastern(row.time, "milliseconds");
    const link = row.id === id ? time : element("a", "", { href: addressOfPrint(row) }, [time]);
    const node = element("tr", "", {}, [
      element("td", "", { title: formatUTC(row.time) }, [link]),
      element("td", direction.className, {}, [`${direction.glyph} ${direction.word}`]),
      element("td", "", {}, [formatPrice(row.price)]),
      element("td", "", {}, [formatCount(row.size)]),
      element("td", classOfType(row.type), {}, [formatMoney(row.premium)]),
      element("td", "", {}, [row.bid === null ? MISSING : `${formatPrice(row.bid)} × ${formatPrice(row.ask)}`]),
    ]);
    setClass(node, `${row.cancelled ? "cancelled" : ""} ${row.id === id ? "here" : ""}`.trim());
    return node;
  });
  return element("table", "legs", { "aria-label": "Neighbours, newest first", "data-table": "neighbours" }, [
    element("thead", "", {}, [head]),
    element("tbody", "", {}, body),
  ]);
}

/** @param {string} words */
function heading(words) {
  return element("h3", "", {}, [words]);
}

/**
 * @param {string} what
 * @param {unknown} error
 */
function refusal(what, error) {
  return element("p", "quiet", {}, [`${what}: ${error instanceof Error ? error.message : error}`]);
}
