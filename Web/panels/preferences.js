/** The reader's choices as a form: colours, noises, the desk's panels, saved views. */
import { element, required, setText } from "../modules/dom.js";
import { askLeave } from "../modules/notify.js";
import { THEMES, THRESHOLDS } from "../modules/preferences.js";
import { effect } from "../modules/signals.js";

/** @typedef {import("../modules/preferences.js").Preferences} Preferences */
/** @typedef {import("../modules/commands.js").Commands} Commands */
/** @typedef {import("../modules/route.js").Router} Router */

/** Names of the desk's panels and what they are called. */
export const DESK_PANELS = /** @type {const} */ ([
  ["grid", "Strikes"],
  ["top", "Top flow"],
  ["detections", "Detections"],
  ["chart", "Chart"],
  ["gex", "Gamma exposure"],
  ["alerts", "Alerts"],
  ["prints", "Prints"],
]);

const THEME_WORDS = { auto: "as the system", dark: "dark", light: "light" };

/**
 * @param {Preferences} preferences
 * @param {Commands} commands
 * @param {Router} router
 * @param {(isSevere: boolean) => void} sound plays what an alert sounds like
 */
export function mountPreferences(preferences, commands, router, sound) {
  const dialog = /** @type {HTMLDialogElement} */ (required("preferences"));
  const note = required("preferences-note");
  const fields = required("preferences-fields");
  const views = element("ul", "views", { "aria-label": "Saved views" });
  const name = element("input", "", {
    type: "text",
    maxlength: "60",
    placeholder: "Name of this view",
    "aria-label": "Name of this view",
  });

  fields.append(
    choice("Colours", THEMES, (theme) => THEME_WORDS[theme], preferences.theme),
    choice("Sound for alerts", THRESHOLDS, thresholdText, preferences.sound, (value) => {
      // Also what lets the browser make a noise later: it wants a click first.
      if (value !== "off") sound(false);
    }),
    choice("Desktop notices for alerts", THRESHOLDS, thresholdText, preferences.notices, async (value) => {
      if (value === "off" || await askLeave()) return setText(note, "");
      preferences.notices.value = "off";
      setText(note, "This browser gives no leave for notices; allow them for this address in its settings.");
    }),
    element("fieldset", "", {}, [
      element("legend", "", {}, ["Panels of the desk"]),
      ...DESK_PANELS.map(([panel, title]) => panelSwitch(preferences, panel, title)),
    ]),
    element("fieldset", "", {}, [element("legend", "", {}, ["Saved views"]), views, nameRow()]),
  );

  function nameRow() {
    const save = element("button", "", { type: "button" }, ["Save this view"]);
    save.addEventListener("click", () => {
      const wanted = name.value.trim();
      setText(note, wanted === "" ? "A view needs a name." : `Saved: ${wanted}. The search (/) finds it.`);
      preferences.saveView(wanted, router.address);
      name.value = "";
    });
    return element("p", "row", {}, [name, save]);
  }

  effect(() => {
    const rows = preferences.views.value.map((view) => {
      const go = element("button", "link", { type: "button" }, [view.name]);
      go.addEventListener("click", () => {
        dialog.close();
        showView(preferences, view);
      });
      const drop = element("button", "", { type: "button", "aria-label": `Delete ${view.name}` }, ["Delete"]);
      drop.addEventListener("click", () => preferences.deleteView(view.name));
      return element("li", "", {}, [go, element("code", "quiet", {}, [view.address]), drop]);
    });
    views.replaceChildren(...rows);
  });
  effect(() => {
    if (!preferences.isKept.value) setText(note, "This browser keeps no settings: they last until the page is closed.");
  });
  effect(() => {
    preferences.theme.value;
    // theme.js sets the colours; it is a plain script, so that it can run before the first paint.
    dispatchEvent(new Event("marketflow:theme"));
  });
  effect(() => {
    const hidden = preferences.hidden.value;
    for (const [panel] of DESK_PANELS) required(`panel-${panel}`).hidden = hidden.includes(panel);
  });

  required("preferences-close").addEventListener("click", () => dialog.close());
  required("preferences-open").addEventListener("click", () => dialog.showModal());
  commands.add(
    {
      title: "Settings: colours, sound, panels, saved views",
      key: "s",
      run: () => dialog.showModal(),
    },
    {
      title: "Dark or light",
      key: "t",
      run: () => {
        preferences.theme.value = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
      },
    },
    {
      title: "Sound on or off",
      key: "m",
      run: () => {
        preferences.sound.value = preferences.sound.peek() === "off" ? "HIGH" : "off";
        if (preferences.sound.peek() !== "off") sound(false);
      },
    },
  );
  commands.addSource(() =>
    preferences.views.peek().map((view) => ({
      title: `${view.name} (saved view)`,
      run: () => showView(preferences, view),
    }))
  );
}

/**
 * @param {Preferences} preferences
 * @param {import("../modules/preferences.js").View} view
 */
function showView(preferences, view) {
  preferences.hidden.value = view.hidden;
  location.hash = view.address;
}

/** @param {import("../modules/preferences.js").Threshold} threshold */
function thresholdText(threshold) {
  if (threshold === "off") return "off";
  return threshold === "CRITICAL" ? "critical" : `${threshold.toLowerCase()} and above`;
}

/**
 * @template {string} T
 * @param {string} label
 * @param {T[]} values
 * @param {(value: T) => string} textOf
 * @param {import("../modules/signals.js").Signal<T>} chosen
 * @param {(value: T) => void} [after]
 */
function choice(label, values, textOf, chosen, after) {
  const select = element("select", "", {}, values.map((value) => element("option", "", { value }, [textOf(value)])));
  select.addEventListener("change", () => {
    chosen.value = /** @type {T} */ (select.value);
    after?.(chosen.peek());
  });
  effect(() => (select.value = chosen.value));
  return element("label", "row", {}, [element("span", "", {}, [label]), select]);
}

/**
 * @param {Preferences} preferences
 * @param {string} panel
 * @param {string} title
 */
function panelSwitch(preferences, panel, title) {
  const box = element("input", "", { type: "checkbox" });
  box.addEventListener("change", () => {
    const others = preferences.hidden.peek().filter((name) => name !== panel);
    preferences.hidden.value = box.checked ? others : [...others, panel];
  });
  effect(() => (box.checked = !preferences.hidden.value.includes(panel)));
  return element("label", "check", {}, [box, title]);
}
