/** A subscriber as a form. */
import { element, setAttribute, setText } from "../modules/dom.js";
import { textOf, valueFrom } from "../modules/rule.js";
import { fetchMembers, valueOf } from "../modules/subscriber.js";
import { makeField } from "./fields.js";

/** @typedef {import("../modules/subscriber.js").Subscriber} Subscriber */
/** @typedef {import("../modules/rule.js").MemberSchema} MemberSchema */

/**
 * Shows the form until it is saved or closed.
 * @param {Subscriber} subscriber
 * @param {boolean} isNew
 * @returns {Promise<boolean>} whether it was saved
 */
export async function editSubscriber(subscriber, isNew) {
  /** @type {Map<string, import("./fields.js").Field>} */
  const controls = new Map();
  /** @type {Map<string, MemberSchema>} */
  let members = new Map();
  const fields = element("div", "rule-fields");
  const note = element("p", "rule-note", { role: "status" });
  const close = element("button", "", { type: "button" }, ["Close"]);
  const save = element("button", "primary", { type: "submit" }, [isNew ? "Add" : `Save ${subscriber.name}`]);
  const form = element("form", "", {}, [
    element("header", "panel-head", {}, [
      element("h2", "", { id: "subscriber-title" }, [isNew ? "New subscriber" : `Subscriber ${subscriber.name}`]),
      element("p", "note", {}, ["who is told of what, by which channels, and what they may do"]),
    ]),
    fields,
    note,
    element("footer", "", {}, [element("span", "spring"), close, save]),
  ]);
  const dialog = element("dialog", "rule", { "aria-labelledby": "subscriber-title" }, [form]);
  document.body.append(dialog);
  dialog.showModal();
  let isSaved = false;
  close.addEventListener("click", () => dialog.close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });

  async function submit() {
    /** @type {Record<string, unknown>} */
    const body = {};
    for (const [name, { control, read }] of controls) {
      setAttribute(control, "aria-invalid", null);
      const value = valueFrom(read(), members.get(name) ?? { type: "string" });
      if (value !== undefined) body[name] = value;
    }
    const base = "/alerts/subscribers";
    const address = isNew ? base : `${base}/${encodeURIComponent(subscriber.name)}`;
    try {
      const response = await fetch(address, {
        method: isNew ? "POST" : "PUT",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify(body),
      });
      const answer = await response.json();
      if (response.ok) {
        isSaved = true;
        return dialog.close();
      }
      setText(note, answer.detail ?? `${address}: answered ${response.status}`);
      const control = controls.get(answer.parameter ?? "")?.control;
      if (!control) return;
      setAttribute(control, "aria-invalid", "true");
      control.focus();
    } catch (error) {
      setText(note, error instanceof Error ? error.message : String(error));
    }
  }

  try {
    members = new Map(await fetchMembers());
    for (const [name, schema] of members) {
      const field = makeField("subscriber", name, schema, textOf(valueOf(subscriber, name)), null);
      // Its name is how it is known: another name is another subscriber.
      if (name === "name" && !isNew && field.control instanceof HTMLInputElement) field.control.readOnly = true;
      fields.append(field.node);
      controls.set(name, field);
    }
    controls.get(isNew ? "name" : "role")?.control.focus();
  } catch (error) {
    setText(note, error instanceof Error ? error.message : String(error));
  }
  return await new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(isSaved);
      dialog.remove();
    });
  });
}
