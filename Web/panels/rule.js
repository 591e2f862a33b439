/**
 * A rule of alerts as a form: what a link names, what made an alert, or a new one. The address of the page is the rule's link while
 * the form is open, whatever is changed in it.
 */
import { get } from "../modules/api.js";
import { element, required, setAttribute, setText } from "../modules/dom.js";
import {
  fetchMembers,
  fetchRule,
  FILTERS,
  FRAME,
  FRESH,
  ruleOf,
  save,
  textOf,
  tokenIn,
  tokenOf,
  valueFrom,
  valueOf,
} from "../modules/rule.js";
import { labelOf } from "../modules/rule-words.js";
import { makeField } from "./fields.js";
import { RulePreview } from "./rule-preview.js";

/** @typedef {import("../modules/rule.js").Rule} Rule */
/** @typedef {import("../modules/rule.js").MemberSchema} MemberSchema */

/** What of the frame stands above the filters; the rest stands below. */
const FIRST = ["name", "source", "enabled"];

/**
 * @param {import("../modules/route.js").Router} router has the address that stands when the form is closed
 * @returns {(name: string) => void} shows the rule of a name; a new one for ""
 */
export function mountRule(router) {
  const form = new RuleForm(router);
  addEventListener("hashchange", () => form.follow());
  required("rule-new").addEventListener("click", () => form.open(FRESH));
  form.follow();
  return (name) => void (name === "" ? form.open(FRESH) : form.openNamed(name));
}

class RuleForm {
  #dialog = /** @type {HTMLDialogElement} */ (required("rule"));
  #fields = required("rule-fields");
  #note = required("rule-note");
  #more = /** @type {HTMLSelectElement} */ (required("rule-more"));
  #save = /** @type {HTMLButtonElement} */ (required("rule-save"));
  #preview = new RulePreview();
  #places = { first: group("Rule"), filters: group("What counts"), last: group("How often, and who is told") };
  /** Of the API's description; fetched when a form is first opened. @type {Map<string, MemberSchema>} */
  #members = new Map();
  /** @type {Map<string, import("./fields.js").Field>} */
  #controls = new Map();
  /** What filters were before another source was chosen that does not know them. @type {Map<string, string>} */
  #laidAside = new Map();
  /** A rule of this name is there, and is to be replaced. */
  #replaces = "";
  /** Counts what was wanted of the form: what comes for an earlier wish, or for a closed form, is thrown away. */
  #wish = 0;

  /** @param {import("../modules/route.js").Router} router */
  constructor(router) {
    required("rule-close").addEventListener("click", () => this.#dialog.close());
    required("rule-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#fields.before(this.#preview.node);
    this.#fields.append(...Object.values(this.#places));
    this.#fields.addEventListener("input", (event) => {
      if (event.target === this.#controls.get("source")?.control) this.#fitSource();
      this.#changed();
    });
    this.#more.addEventListener("change", () => {
      const name = this.#more.value;
      if (name === "") return;
      this.#add(name, undefined);
      this.#offer();
      this.#changed();
      this.#controls.get(name)?.control.focus();
    });
    this.#dialog.addEventListener("close", () => {
      this.#wish += 1;
      if (tokenIn(location.hash) !== null) history.replaceState(null, "", router.address);
    });
  }

  /** Opens what the page's address names. */
  follow() {
    const token = tokenIn(location.hash);
    if (token === null) return;
    const rule = ruleOf(token);
    void this.open(rule ?? {}, rule ? "" : "This link holds no rule: its letters are damaged or cut off.");
  }

  /** @param {string} name */
  async openNamed(name) {
    const mine = this.#wish += 1;
    try {
      const rule = await fetchRule(name);
      if (mine !== this.#wish) return;
      const isOpen = await this.open(rule ?? { ...FRESH, name }, rule ? "" : `There is no rule ${name} any more.`);
      if (!rule || !isOpen) return;
      // Who opens a rule by its name is about to change it.
      this.#replaces = name;
      this.#changed();
    } catch (error) {
      if (mine !== this.#wish) return;
      await this.open({ ...FRESH, name }, error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * @param {Rule} rule
   * @param {string} words about it
   * @returns {Promise<boolean>} whether it stands there: false when it cannot be shown, or something else was wanted meanwhile
   */
  async open(rule, words = "") {
    const mine = this.#wish += 1;
    this.#replaces = "";
    this.#controls.clear();
    this.#laidAside.clear();
    this.#preview.forget();
    for (const place of Object.values(this.#places)) place.replaceChildren(...[...place.children].slice(0, 1));
    if (!this.#dialog.open) this.#dialog.showModal();
    try {
      if (this.#members.size === 0) this.#members = await membersWithChannels();
    } catch (error) {
      if (mine === this.#wish) setText(this.#note, error instanceof Error ? error.message : String(error));
      return false;
    }
    if (mine !== this.#wish) return false;
    for (const name of FRAME) this.#add(name, valueOf(rule, name));
    // Members that this version does not know are kept, so that the server says so, not nobody.
    for (const [name, value] of Object.entries(rule)) if (!FRAME.includes(name)) this.#add(name, value);
    this.#offer();
    this.#changed();
    setText(this.#note, words);
    this.#controls.get("name")?.control.focus();
    return true;
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  #add(name, value) {
    const schema = this.#members.get(name) ?? { type: "string" };
    const isFilter = !FRAME.includes(name);
    const remove = () => {
      this.#drop(name);
      this.#changed();
      this.#more.focus();
    };
    const field = makeField("rule", name, schema, textOf(value), isFilter ? remove : null);
    const place = isFilter ? this.#places.filters : FIRST.includes(name) ? this.#places.first : this.#places.last;
    place.append(field.node);
    this.#controls.set(name, field);
  }

  /** @param {string} name */
  #drop(name) {
    this.#controls.get(name)?.node.remove();
    this.#controls.delete(name);
    this.#offer();
  }

  /** Another source: filters that it does not know are laid aside, those that it does know come back. */
  #fitSource() {
    const known = FILTERS[this.#controls.get("source")?.read() ?? ""] ?? [];
    for (const [name, field] of this.#controls) {
      if (FRAME.includes(name) || known.includes(name)) continue;
      this.#laidAside.set(name, field.read());
      this.#drop(name);
    }
    for (const [name, text] of this.#laidAside) {
      if (!known.includes(name)) continue;
      this.#laidAside.delete(name);
      this.#add(name, text);
    }
    this.#offer();
  }

  /** The filters that the source knows and the rule does not have. */
  #offer() {
    const known = FILTERS[this.#controls.get("source")?.read() ?? ""] ?? [...this.#members.keys()];
    const names = known.filter((name) => this.#members.has(name) && !this.#controls.has(name));
    this.#more.replaceChildren(
      element("option", "", { value: "" }, ["Add a condition"]),
      ...names.map((name) => element("option", "", { value: name }, [labelOf(name)])),
    );
    this.#more.disabled = names.length === 0;
  }

  #rule() {
    /** @type {Rule} */
    const rule = {};
    for (const [name, control] of this.#controls) {
      const value = valueFrom(control.read(), this.#members.get(name) ?? { type: "string" });
      if (value !== undefined) rule[name] = value;
    }
    return rule;
  }

  #changed() {
    const rule = this.#rule();
    history.replaceState(null, "", `#rule=${tokenOf(rule)}`);
    if (this.#replaces !== rule.name) this.#replaces = "";
    setText(this.#save, this.#replaces === "" ? "Save" : `Replace ${this.#replaces}`);
    setText(this.#note, "");
    for (const { control } of this.#controls.values()) setAttribute(control, "aria-invalid", null);
    this.#preview.show(rule);
  }

  async #submit() {
    const rule = this.#rule();
    const mine = this.#wish;
    try {
      const saved = await save(rule, this.#replaces !== "");
      if (mine !== this.#wish) return;
      if (saved.done) return this.#dialog.close();
      setText(this.#note, saved.words);
      const control = this.#controls.get(saved.member ?? "")?.control;
      if (control) {
        setAttribute(control, "aria-invalid", "true");
        control.focus();
      }
      if (saved.exists) {
        this.#replaces = textOf(rule.name);
        setText(this.#save, `Replace ${this.#replaces}`);
      }
    } catch (error) {
      if (mine === this.#wish) setText(this.#note, error instanceof Error ? error.message : String(error));
    }
  }
}

/** @param {string} title */
function group(title) {
  return element("fieldset", "rule-group", {}, [element("legend", "", {}, [title])]);
}

/**
 * The members of a rule; its channels are those that the server has.
 * @returns {Promise<Map<string, MemberSchema>>}
 */
async function membersWithChannels() {
  const members = new Map(await fetchMembers());
  /** @type {{ alerts: { channels: { name: string }[] } | null }} */
  const health = await get("/health");
  const names = health.alerts?.channels.map(({ name }) => name) ?? [];
  const channels = members.get("channels");
  if (channels && names.length > 0) members.set("channels", { ...channels, items: { type: "string", enum: names } });
  return members;
}
