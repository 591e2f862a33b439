/**
 * A rule of alerts as a form: what a link names, what made an alert, or a new one. The address of the page is the rule's link while
 * the form is open, whatever is changed in it.
 */
import { element, required, setAttribute, setText } from "../modules/dom.js";
import {
  fetchMembers,
  fetchRule,
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

/** @typedef {import("../modules/rule.js").Rule} Rule */
/** @typedef {import("../modules/rule.js").MemberSchema} MemberSchema */
/** @typedef {HTMLInputElement | HTMLSelectElement} Control */

/**
 * @param {import("../modules/route.js").Router} router has the address that stands when the form is closed
 * @returns {(name: string) => void} shows the rule of a name
 */
export function mountRule(router) {
  const form = new RuleForm(router);
  addEventListener("hashchange", () => form.follow());
  required("rule-new").addEventListener("click", () => form.open(FRESH));
  form.follow();
  return (name) => void form.openNamed(name);
}

class RuleForm {
  #dialog = /** @type {HTMLDialogElement} */ (required("rule"));
  #fields = required("rule-fields");
  #note = required("rule-note");
  #more = /** @type {HTMLSelectElement} */ (required("rule-more"));
  #save = /** @type {HTMLButtonElement} */ (required("rule-save"));
  /** Of the API's description; fetched when a form is first opened. @type {Map<string, MemberSchema>} */
  #members = new Map();
  /** @type {Map<string, Control>} */
  #controls = new Map();
  /** A rule of this name is there, and is to be replaced. */
  #replaces = "";

  /** @param {import("../modules/route.js").Router} router */
  constructor(router) {
    required("rule-close").addEventListener("click", () => this.#dialog.close());
    required("rule-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#fields.addEventListener("input", () => this.#changed());
    this.#more.addEventListener("change", () => {
      const name = this.#more.value;
      if (name === "") return;
      this.#add(name, undefined);
      this.#offer();
      this.#controls.get(name)?.focus();
    });
    this.#dialog.addEventListener("close", () => {
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
    try {
      const rule = await fetchRule(name);
      await this.open(rule ?? { ...FRESH, name }, rule ? "" : `There is no rule ${name} any more.`);
    } catch (error) {
      await this.open({ ...FRESH, name }, error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * @param {Rule} rule
   * @param {string} words about it
   */
  async open(rule, words = "") {
    this.#replaces = "";
    this.#controls.clear();
    this.#fields.replaceChildren();
    if (!this.#dialog.open) this.#dialog.showModal();
    try {
      if (this.#members.size === 0) this.#members = new Map(await fetchMembers());
    } catch (error) {
      setText(this.#note, error instanceof Error ? error.message : String(error));
      return;
    }
    for (const name of FRAME) this.#add(name, valueOf(rule, name));
    // Members that this version does not know are kept, so that the server says so, not nobody.
    for (const [name, value] of Object.entries(rule)) if (!FRAME.includes(name)) this.#add(name, value);
    this.#offer();
    this.#changed();
    setText(this.#note, words);
    this.#controls.get("name")?.focus();
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  #add(name, value) {
    const schema = this.#members.get(name) ?? { type: "string" };
    const control = controlOf(schema, textOf(value));
    control.id = `rule-${name}`;
    const help = element("p", "quiet", { id: `rule-${name}-help` }, [helpText(schema)]);
    control.setAttribute("aria-describedby", help.id);
    const label = element("label", "", { for: control.id }, [name.replaceAll("_", " ")]);
    this.#fields.append(element("div", "rule-field", {}, [label, control, help]));
    this.#controls.set(name, control);
  }

  /** The members that the rule does not have. */
  #offer() {
    const names = [...this.#members.keys()].filter((name) => !this.#controls.has(name));
    this.#more.replaceChildren(
      element("option", "", { value: "" }, ["Add a condition"]),
      ...names.map((name) => element("option", "", { value: name }, [name.replaceAll("_", " ")])),
    );
  }

  #rule() {
    /** @type {Rule} */
    const rule = {};
    for (const [name, control] of this.#controls) {
      const value = valueFrom(control.value, this.#members.get(name) ?? { type: "string" });
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
    for (const control of this.#controls.values()) setAttribute(control, "aria-invalid", null);
  }

  async #submit() {
    const rule = this.#rule();
    try {
      const saved = await save(rule, this.#replaces !== "");
      if (saved.done) return this.#dialog.close();
      setText(this.#note, saved.words);
      const control = this.#controls.get(saved.member ?? "");
      if (control) {
        setAttribute(control, "aria-invalid", "true");
        control.focus();
      }
      if (saved.exists) {
        this.#replaces = textOf(rule.name);
        setText(this.#save, `Replace ${this.#replaces}`);
      }
    } catch (error) {
      setText(this.#note, error instanceof Error ? error.message : String(error));
    }
  }
}

/**
 * @param {MemberSchema} schema
 * @param {string} text
 * @returns {Control}
 */
function controlOf(schema, text) {
  const choices = schema.type === "boolean" ? ["true", "false"] : schema.enum;
  if (!choices) {
    const input = element("input", "", { type: "text", autocomplete: "off", spellcheck: "false" });
    if (schema.type === "integer" || schema.type === "number") input.inputMode = "decimal";
    input.value = text;
    return input;
  }
  // What a link says stays to be seen, even when it is none of the choices.
  const names = choices.includes(text) ? choices : [text, ...choices];
  const select = element("select", "", {}, names.map((name) => element("option", "", { value: name }, [name])));
  select.value = text;
  return select;
}

/** @param {MemberSchema} schema */
function helpText(schema) {
  const choices = schema.items?.enum;
  return `${schema.description ?? "Not known to this server."}${choices ? ` Out of ${choices.join(", ")}.` : ""}`;
}
