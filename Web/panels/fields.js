/** A form's fields, made from what the API's description says of a record's members. */
import { element } from "../modules/dom.js";
import { choiceText, helpOf, labelOf, unitOf } from "../modules/rule-words.js";

/** @typedef {import("../modules/rule.js").MemberSchema} MemberSchema */

/**
 * @typedef {object} Field
 * @property {HTMLElement} node
 * @property {HTMLElement} control what is focused and marked when something is wrong with it
 * @property {() => string} read its value as text, see `valueFrom`
 */

/**
 * @param {string} form a name for its ids
 * @param {string} member
 * @param {MemberSchema} schema
 * @param {string} text its value, see `textOf`
 * @param {(() => void) | null} remove null for a field that stays
 * @returns {Field}
 */
export function makeField(form, member, schema, text, remove) {
  const id = `${form}-${member}`;
  const help = element("p", "quiet", { id: `${id}-help` }, [helpOf(member, schema.description)]);
  const away = element("button", "plain away", { type: "button", "aria-label": `Take away ${labelOf(member)}` }, ["×"]);
  away.hidden = remove === null;
  away.addEventListener("click", () => remove?.());
  const choices = schema.items?.enum;
  const { control, read, body } = choices ? boxes(id, member, choices, text) : single(id, member, schema, text);
  control.setAttribute("aria-describedby", help.id);
  const name = choices
    ? element("span", "label", { id: `${id}-label` }, [labelOf(member)])
    : element("label", "label", { for: id }, [labelOf(member)]);
  if (choices) control.setAttribute("aria-labelledby", `${id}-label`);
  const node = element("div", choices && choices.length > 4 ? "rule-field whole" : "rule-field", {}, [
    name,
    body,
    away,
    help,
  ]);
  return { node, control, read };
}

/**
 * @param {string} id
 * @param {string} member
 * @param {MemberSchema} schema
 * @param {string} text
 */
function single(id, member, schema, text) {
  const choices = schema.type === "boolean" ? ["true", "false"] : schema.enum;
  const unit = element("span", "unit", {}, [unitOf(member)]);
  if (!choices) {
    const input = element("input", "", { id, type: "text", autocomplete: "off", spellcheck: "false" });
    if (schema.type === "integer" || schema.type === "number") input.inputMode = "decimal";
    input.value = text;
    return { control: input, read: () => input.value, body: element("span", "value", {}, [input, unit]) };
  }
  // What a link says stays to be seen, even when it is none of the choices.
  const names = choices.includes(text) ? choices : [text, ...choices];
  const options = names.map((name) => element("option", "", { value: name }, [choiceText(member, name)]));
  const select = element("select", "", { id }, options);
  select.value = text;
  return { control: select, read: () => select.value, body: element("span", "value", {}, [select, unit]) };
}

/**
 * Of some choices any number.
 * @param {string} id
 * @param {string} member
 * @param {string[]} choices
 * @param {string} text
 */
function boxes(id, member, choices, text) {
  const chosen = text.split(/[\s,]+/).filter((name) => name !== "");
  const names = [...choices, ...chosen.filter((name) => !choices.includes(name))];
  const inputs = names.map((name) => {
    const input = element("input", "", { type: "checkbox", value: name });
    input.checked = chosen.includes(name);
    return input;
  });
  const control = element(
    "div",
    "boxes",
    { id, role: "group", tabindex: "-1" },
    inputs.map((input) => element("label", "box", {}, [input, choiceText(member, input.value)])),
  );
  const read = () => inputs.filter((input) => input.checked).map((input) => input.value).join(", ");
  return { control, read, body: control };
}
