/** The list of keys. `?` opens it. */
import { element, required } from "../modules/dom.js";

/** Keys that work where the focus is, and so are no commands of the page. */
const LOCAL = /** @type {const} */ ([
  ["Ctrl K", "Search, also while typing"],
  ["Tab", "Next panel or control"],
  ["↑ ↓", "In a list: move"],
  ["Enter", "Open what is marked"],
  ["Esc", "Close"],
]);

/** @param {import("../modules/commands.js").Commands} commands */
export function mountKeys(commands) {
  const dialog = /** @type {HTMLDialogElement} */ (required("keys"));
  commands.add({
    title: "Keys",
    key: "?",
    run: () => {
      const rows = [...commands.withKeys.map((command) => [command.key ?? "", command.title]), ...LOCAL];
      required("keys-rows").replaceChildren(
        ...rows.map(([key = "", title = ""]) =>
          element("div", "", {}, [
            element("dt", "", {}, [element("kbd", "", {}, [key])]),
            element("dd", "", {}, [title]),
          ])
        ),
      );
      dialog.showModal();
    },
  });
  required("keys-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
