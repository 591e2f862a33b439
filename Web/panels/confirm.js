/** Asks before something that cannot be taken back. */
import { element } from "../modules/dom.js";

let asked = 0;

/**
 * @param {object} question
 * @param {string} question.title
 * @param {string} question.text what will happen
 * @param {string} question.verb on the button that does it
 * @returns {Promise<boolean>} whether it is to be done
 */
export function confirm({ title, text, verb }) {
  asked += 1;
  const ids = { title: `confirm-title-${asked}`, text: `confirm-text-${asked}` };
  const dialog = element("dialog", "rule confirm", { "aria-labelledby": ids.title, "aria-describedby": ids.text }, [
    element("form", "", { method: "dialog" }, [
      element("header", "panel-head", {}, [element("h2", "", { id: ids.title }, [title])]),
      element("p", "confirm-text", { id: ids.text }, [text]),
      element("footer", "", {}, [
        element("button", "", { value: "" }, ["Leave it"]),
        element("button", "primary", { value: "yes" }, [verb]),
      ]),
    ]),
  ]);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
  });
}
