/** Which day is played, of which a window, how fast: here, or by a command beside this server. */
import { poll } from "../modules/api.js";
import { element, RowPool, setAttribute, setText } from "../modules/dom.js";
import { SPEEDS, speedText } from "../modules/player.js";
import { choiceOf, commandText, dayWords, portBeside, problemOf, weekdayOf } from "../modules/recordings.js";
import { effectWhile, signal } from "../modules/signals.js";
import { copyButton } from "./copy.js";

/** @typedef {import("../modules/recordings.js").Day} Day */

const POLL_MILLISECONDS = 30_000;

/**
 * @param {import("../modules/pages.js").Context} context
 * @returns {HTMLElement}
 */
export function replayDays({ router, isShown, playing }) {
  const days = signal(/** @type {Day[]} */ ([]));
  const empty = element("p", "empty", {}, ["Asking for the days."]);
  const list = element("ul", "days", { "aria-label": "Recorded days, newest first" });
  const pool = new RowPool(list, makeDay);
  /** What the address names; without a day the one that is played, else the newest. */
  const choice = () => {
    const chosen = choiceOf(router.route.value.params);
    if (chosen.day !== "") return chosen;
    const newest = days.value[0];
    const played = playing.isReplay.value ? playing.player.value?.date : null;
    if (played) return { ...chosen, day: played };
    return newest ? { ...chosen, day: newest.date, source: newest.source } : chosen;
  };

  function makeDay() {
    const cells = { date: element("b"), weekday: element("span", "quiet"), what: element("span", "quiet what") };
    const button = element("button", "day", { type: "button" }, Object.values(cells));
    const row = {
      node: element("li", "", {}, [button]),
      button,
      ...cells,
      /** @type {Day | null} */
      day: null,
    };
    button.addEventListener("click", () => {
      if (!row.day) return;
      router.filter({ day: row.day.date, source: row.day.source === "journal" ? null : row.day.source });
    });
    return row;
  }

  const day = input("Day", "2026-11-20", "day");
  const from = input("From", "09:30", "from");
  const to = input("To", "16:00", "to");
  const speed = element("select", "", { id: "window-speed" });
  speed.append(...SPEEDS.map((value) => element("option", "", { value: String(value) }, [speedText(value)])));
  speed.addEventListener("change", () => router.filter({ speed: speed.value }));

  /**
   * @param {string} word
   * @param {string} example
   * @param {string} name of the filter
   */
  function input(word, example, name) {
    const field = element("input", "", { id: `window-${name}`, placeholder: example, autocomplete: "off" });
    field.addEventListener("change", () => router.filter({ [name]: field.value.trim() }));
    return { node: element("label", "", { for: field.id }, [word]), field };
  }

  const note = element("p", "window-note", { role: "status" });
  const play = element("button", "plain primary", { type: "button" }, ["Play this"]);
  play.addEventListener("click", () => {
    const { day: date, source, from: first, to: last, speed: pace } = choice();
    void playing.tell({
      day: date,
      ...(source === "" ? {} : { source }),
      ...(first === "" ? {} : { from: first }),
      ...(last === "" ? {} : { to: last }),
      speed: pace === "max" ? "max" : Number(pace),
      paused: false,
    });
  });
  const command = element("code", "command", { tabindex: "0", role: "group", "aria-label": "The command" });
  const copy = copyButton("Copy", () => command.textContent ?? "");
  const beside = element("div", "beside", {}, [
    element("p", "quiet", {}, [
      "This server follows its own market. A recording is played by a second one beside it: run this in the folder of this server " +
      "(or with its --data-dir), then open its address.",
    ]),
    element("div", "command-line", {}, [command, copy]),
  ]);

  poll({
    isShown,
    milliseconds: POLL_MILLISECONDS,
    path: () => "/replay/days",
    take: (answer) => {
      days.value = answer.days;
      setText(empty, "No day has been recorded or fetched yet.");
      empty.hidden = answer.days.length > 0;
    },
    refuse: (error) => {
      const isUnknown = error.message.startsWith("/replay/days: nothing is there");
      setText(empty, isUnknown ? "This server does not list days; name one below." : error.message);
      empty.hidden = false;
      days.value = [];
    },
  });
  effectWhile(isShown, () => {
    const chosen = choice();
    const playingDate = playing.player.value?.date;
    pool.update(days.value, (row, entry) => {
      const isPlayed = playing.isReplay.value && entry.date === playingDate;
      row.day = entry;
      setText(row.date, entry.date);
      setText(row.weekday, weekdayOf(entry.date));
      setText(row.what, `${dayWords(entry)}${isPlayed ? ", playing" : ""}`);
      const isChosen = entry.date === chosen.day && entry.source === (chosen.source || "journal");
      setAttribute(row.button, "aria-pressed", String(isChosen));
    });
  });
  effectWhile(isShown, () => {
    const chosen = choice();
    for (const [{ field }, value] of /** @type {const} */ ([[day, chosen.day], [from, chosen.from], [to, chosen.to]])) {
      if (document.activeElement !== field) field.value = value;
    }
    if (document.activeElement !== speed) speed.value = chosen.speed;
    const problem = problemOf(chosen);
    const isReplay = playing.isReplay.value;
    beside.hidden = isReplay;
    play.hidden = !isReplay;
    play.disabled = copy.disabled = problem !== "";
    setText(command, problem === "" ? commandText(chosen, portBeside(location.port)) : "");
    setText(note, problem || (isReplay ? playing.refusal.value : ""));
  });
  const fields = [day, from, to].flatMap(({ node, field }) => [node, field]);
  return element("section", "panel panel-days", { "aria-labelledby": "days-title" }, [
    element("header", "panel-head", {}, [
      element("h2", "", { id: "days-title" }, ["Day and window"]),
      element("p", "note", {}, ["times are New York's"]),
    ]),
    element("div", "scroll", { tabindex: "0", role: "group", "aria-labelledby": "days-title" }, [list, empty]),
    element("div", "window-fields", {}, [
      ...fields,
      element("label", "", { for: "window-speed" }, ["Speed"]),
      speed,
      play,
    ]),
    note,
    beside,
  ]);
}
