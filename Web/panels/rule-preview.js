/** Under the form of a rule: what it says as a sentence, and how much of what is there already its filters let through. */
import { get } from "../modules/api.js";
import { element, setText } from "../modules/dom.js";
import { formatEastern } from "../modules/format.js";
import { canMatch, matches, samplePath } from "../modules/rule-match.js";
import { coolDownWords, ruleWords } from "../modules/rule-words.js";

/** @typedef {import("../modules/rule.js").Rule} Rule */
/** @typedef {import("../modules/rule-match.js").Row} Row */

const SAMPLE = 500;
/** Typing is over when no key was pressed for so long. */
const SETTLE_MILLISECONDS = 400;

export class RulePreview {
  #sentence = element("b");
  #found = element("span", "quiet");
  node = element("p", "rule-preview", {}, [this.#sentence, " ", this.#found]);
  #settling = 0;
  /** What was asked for last, and its answer. */
  #path = "";
  /** @type {Row[]} */
  #rows = [];

  /** @param {Rule} rule */
  show(rule) {
    setText(this.#sentence, `${ruleWords(rule)}; told ${coolDownWords(rule)}.`);
    clearTimeout(this.#settling);
    if (!canMatch(rule)) return setText(this.#found, "");
    if (samplePath(rule, SAMPLE) === this.#path) return this.#tell(rule);
    setText(this.#found, "");
    this.#settling = setTimeout(() => void this.#fetch(rule), SETTLE_MILLISECONDS);
  }

  /** What is there may have grown: it is asked for again. */
  forget() {
    this.#path = "";
    clearTimeout(this.#settling);
  }

  /** @param {Rule} rule */
  async #fetch(rule) {
    const path = samplePath(rule, SAMPLE);
    this.#path = path;
    try {
      const { rows } = await get(path);
      if (this.#path !== path) return;
      this.#rows = rows;
      this.#tell(rule);
    } catch (_refused) {
      // The server says at the field what is wrong when the rule is saved; here is nothing to count then.
      if (this.#path === path) this.forget();
    }
  }

  /** @param {Rule} rule */
  #tell(rule) {
    const rows = this.#rows;
    const oldest = rows.at(-1);
    const least = Number(rule.min_premium) > 0
      ? ` of $${Number(rule.min_premium).toLocaleString("en-US")} and more`
      : "";
    if (!oldest) return setText(this.#found, `There are no ${rule.source}${least} yet to try it on.`);
    const passing = rows.filter((row) => matches(rule, row)).length;
    const since = formatEastern(oldest.last_time ?? oldest.time);
    setText(
      this.#found,
      `Its filters let ${passing} of the newest ${rows.length} ${rule.source}${least} through (since ${since} ET); ` +
        "severity and cool-down then make fewer alerts of them.",
    );
  }
}
