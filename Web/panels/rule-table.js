/** The rules: what each looks for, what it has made within a day, and what can be done with it. */
import { poll, send } from "../modules/api.js";
import { element, required, RowPool, setAttribute, setClass, setShare, setText } from "../modules/dom.js";
import { Refusals } from "../modules/refusals.js";
import { addressOf } from "../modules/route.js";
import { coolDownWords, ruleWords } from "../modules/rule-words.js";
import { confirm } from "./confirm.js";
import { copyButton } from "./copy.js";

/** @typedef {import("../modules/pages.js").Context} Context */
/** @typedef {import("../modules/rule.js").RuleRow} RuleRow */
/** @typedef {ReturnType<RuleTable["make"]>} Row */

const POLL_MILLISECONDS = 10_000;
const HOURS = 24;

/**
 * @param {HTMLElement} host
 * @param {Context} context
 */
export function mountRuleTable(host, context) {
  new RuleTable(host, context);
}

class RuleTable {
  #context;
  #note = element("p", "alerts-note", { role: "status" });
  #refusals = new Refusals((text) => setText(this.#note, text));
  #empty = element("p", "empty", {}, ["Fetching the rules."]);
  #aside = element("p", "aside");
  #pool;
  /** @type {RuleRow[]} */
  #rules = [];
  /** Alerts within a day. @type {Map<string, number>} */
  #counts = new Map();
  #again;

  /**
   * @param {HTMLElement} host
   * @param {Context} context
   */
  constructor(host, context) {
    this.#context = context;
    const { isShown } = context;
    const fresh = element("button", "plain primary", { type: "button" }, ["New rule"]);
    fresh.addEventListener("click", () => context.openRule(""));
    const body = element("tbody");
    this.#pool = new RowPool(body, () => this.make());
    host.append(
      element("section", "panel", { "aria-labelledby": "rules-title" }, [
        element("header", "panel-head", {}, [
          element("h2", "", { id: "rules-title" }, ["Rules"]),
          element("p", "note", {}, ["what of the flow becomes an alert; a link shares a rule whole"]),
          this.#aside,
          fresh,
        ]),
        element("div", "scroll", { tabindex: "0", role: "group", "aria-labelledby": "rules-title" }, [
          element("table", "sheet rule-sheet", { "aria-label": "Rules, by name" }, [head(), body]),
          this.#empty,
        ]),
        this.#note,
      ]),
    );
    this.#again = poll({
      isShown,
      milliseconds: POLL_MILLISECONDS,
      path: () => "/alerts/rules",
      take: (answer) => this.#take(answer.rows),
      refuse: (error) => this.#refuse(error),
    });
    poll({
      isShown,
      milliseconds: POLL_MILLISECONDS,
      path: () => `/alerts/statistics?hours=${HOURS}`,
      take: (answer) => {
        this.#counts = new Map(answer.by_rule.map((/** @type {any} */ row) => [row.name, row.count]));
        this.#write();
      },
      refuse: () => this.#counts.clear(),
    });
    // A rule was saved, or not: the table shows it at once.
    required("rule").addEventListener("close", () => {
      if (isShown.peek()) this.#again();
    });
  }

  /** @param {RuleRow[]} rules */
  #take(rules) {
    this.#rules = rules;
    this.#refusals.clear("poll");
    this.#write();
  }

  #write() {
    const most = Math.max(1, ...this.#counts.values());
    const off = this.#rules.filter(({ rule }) => !rule.enabled).length;
    setText(this.#aside, `${this.#rules.length} rules${off > 0 ? `, ${off} off` : ""}`);
    this.#empty.hidden = this.#rules.length > 0;
    this.#pool.update(
      this.#rules,
      (row, rule) => this.#show(row, rule, this.#counts.get(String(rule.rule.name)), most),
    );
  }

  make() {
    const toggle = element("input", "switch", { type: "checkbox", role: "switch" });
    const name = element("button", "link", { type: "button" });
    const mark = element("span", "chip");
    const words = element("td", "left words");
    const severity = element("td", "left");
    const often = element("td", "left roomy-rule");
    const channels = element("td", "left roomy-rule");
    const count = element("a", "count");
    const edit = element("button", "plain", { type: "button" }, ["Edit"]);
    const remove = element("button", "plain", { type: "button" });
    const row = { node: element("tr"), toggle, name, mark, words, severity, often, channels, count, edit, remove };
    const held = {
      ...row,
      /** @type {RuleRow | null} */
      rule: null,
    };
    const copy = copyButton("Copy link", () => new URL(held.rule?.link ?? "/", location.href).href);
    held.node.append(
      element("td", "left", {}, [toggle]),
      element("th", "left", { scope: "row" }, [name, " ", mark]),
      words,
      severity,
      often,
      channels,
      element("td", "bar", {}, [count]),
      element("td", "left acts", {}, [edit, copy, remove]),
    );
    toggle.addEventListener("change", () => void this.#switch(held));
    for (const button of [name, edit]) {
      button.addEventListener("click", () => this.#context.openRule(String(held.rule?.rule.name ?? "")));
    }
    remove.addEventListener("click", () => void this.#remove(held));
    return held;
  }

  /**
   * @param {Row} row
   * @param {RuleRow} entry
   * @param {number | undefined} count
   * @param {number} most
   */
  #show(row, entry, count, most) {
    const { rule, built_in: isBuiltIn } = entry;
    const name = String(rule.name);
    row.rule = entry;
    row.toggle.checked = rule.enabled !== false;
    setAttribute(row.toggle, "aria-label", `${name} makes alerts`);
    setText(row.name, name);
    setText(row.mark, isBuiltIn ? "built in" : "");
    row.mark.hidden = !isBuiltIn;
    const words = ruleWords(rule);
    setText(row.words, words);
    setAttribute(row.words, "title", words);
    setText(row.severity, rule.severity_floor === "INFO" ? "any" : `${rule.severity_floor}+`);
    setText(row.often, coolDownWords(rule));
    const channels = Array.isArray(rule.channels) ? rule.channels.join(", ") : "";
    setText(row.channels, channels || "subscribers");
    setText(row.count, (count ?? 0).toLocaleString("en-US"));
    setAttribute(row.count, "href", addressOf("alerts", "", { rule: name }));
    setAttribute(row.count, "aria-label", `${count ?? 0} alerts of ${name} within a day: show them`);
    if (row.count.parentElement) setShare(row.count.parentElement, "--bar", (count ?? 0) / most);
    setAttribute(row.edit, "aria-label", `Edit ${name}`);
    setText(row.remove, isBuiltIn ? "Reset" : "Delete");
    setAttribute(row.remove, "aria-label", `${isBuiltIn ? "Reset" : "Delete"} ${name}`);
    setClass(row.node, rule.enabled === false ? "off" : "");
  }

  /** @param {Row} row */
  async #switch(row) {
    if (!row.rule) return;
    const { rule } = row.rule;
    const wanted = { ...rule, enabled: row.toggle.checked };
    const isDone = await this.#refusals.attempt(() => send("PUT", address(rule.name), wanted));
    if (!isDone) row.toggle.checked = row.rule.rule.enabled !== false;
    this.#again();
  }

  /** @param {Row} row */
  async #remove(row) {
    if (!row.rule) return;
    const { rule, built_in: isBuiltIn } = row.rule;
    const [title, text, verb] = isBuiltIn
      ? [`Reset ${rule.name}?`, "The built-in rule becomes what it was when the program came.", "Reset"]
      : [`Delete ${rule.name}?`, "It makes no more alerts. Those that it made stay.", "Delete"];
    if (!await confirm({ title, text, verb })) return;
    await this.#refusals.attempt(() => send("DELETE", address(rule.name)));
    this.#again();
  }

  /** @param {unknown} error */
  #refuse(error) {
    this.#refusals.refuse("poll", error);
    if (this.#rules.length === 0) setText(this.#empty, "The rules cannot be had.");
  }
}

/** @param {unknown} name */
function address(name) {
  return `/alerts/rules/${encodeURIComponent(String(name))}`;
}

function head() {
  const names = [
    ["On", "left"],
    ["Rule", "left"],
    ["Looks for", "left"],
    ["Severity", "left"],
    ["Told", "left roomy-rule"],
    ["Channels", "left roomy-rule"],
    ["24 h", ""],
    ["", "left"],
  ];
  const cells = names.map(([name = "", className = ""]) =>
    name === ""
      ? element("th", className, { scope: "col" }, [element("span", "visually-hidden", {}, ["What can be done"])])
      : element("th", className, { scope: "col" }, [name])
  );
  return element("thead", "", {}, [element("tr", "", {}, cells)]);
}
