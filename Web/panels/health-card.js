/** One subject of health as a card: lines with a lamp, a value, and below what is not good what to do. */
import { element, RowPool, setAttribute, setShare, setText } from "../modules/dom.js";
import { formatUTC } from "../modules/format.js";
import { wordOf, worst } from "../modules/health-report.js";

/** @typedef {import("../modules/health-report.js").Line} Line */
/** @typedef {import("../modules/health-report.js").Section} Section */

let cards = 0;

export function makeCard() {
  cards += 1;
  const id = `health-card-${cards}`;
  const title = element("h2", "", { id });
  const word = element("p", "aside tone-word");
  const meaning = element("p", "health-meaning");
  const list = element("dl", "health-lines");
  const head = element("header", "panel-head", {}, [title, word]);
  const node = element("section", "panel health-card", { "aria-labelledby": id }, [head, meaning, list]);
  return { node, title, word, meaning, lines: new RowPool(list, makeLine) };
}

/**
 * @param {ReturnType<typeof makeCard>} card
 * @param {Section} section
 */
export function writeCard(card, section) {
  const tone = worst(section.lines);
  setText(card.title, section.title);
  setText(card.meaning, section.meaning);
  setAttribute(card.node, "data-tone", tone);
  setText(card.word, tone === "none" ? "" : wordOf(tone));
  card.lines.update(section.lines, writeLine);
}

function makeLine() {
  const name = element("dt");
  const value = element("dd");
  const bar = element("i", "fill", { "aria-hidden": "true" });
  const remedy = element("dd", "remedy");
  return { node: element("div", "", {}, [name, value, bar, remedy]), name, value, bar, remedy };
}

/**
 * @param {ReturnType<typeof makeLine>} row
 * @param {Line} line
 */
function writeLine(row, line) {
  setText(row.name, line.name);
  setText(row.value, line.value);
  setAttribute(row.value, "title", line.time ? formatUTC(line.time) : line.value.length > 24 ? line.value : null);
  setAttribute(row.node, "title", line.meaning);
  setAttribute(row.node, "data-tone", line.tone);
  row.bar.hidden = line.share === undefined;
  setShare(row.bar, "--bar", line.share ?? 0);
  row.remedy.hidden = line.remedy === "";
  setText(row.remedy, line.remedy === "" ? "" : `${line.meaning} ${line.remedy}`);
}
