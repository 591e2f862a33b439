/** The bar of a recording: stand still, go on, faster, another moment. Hidden while the source is none. */
import { element, isTyped, required, setAttribute, setText } from "../modules/dom.js";
import { formatEastern } from "../modules/format.js";
import { ask, speedsWith, speedText, stateText, stretchOf } from "../modules/player.js";
import { effect } from "../modules/signals.js";

/** @typedef {import("../modules/desk.js").Desk} Desk */
/** @typedef {import("../modules/player.js").Player} Player */
/** @typedef {import("../modules/player.js").Command} Command */

const POLL_MILLISECONDS = 500;
/** A held arrow key names many moments; the last one counts. */
const SETTLE_MILLISECONDS = 250;

/** @param {Desk} desk */
export function mountReplay(desk) {
  const bar = required("replay");
  const button = /** @type {HTMLButtonElement} */ (required("replay-play"));
  const speed = /** @type {HTMLSelectElement} */ (required("replay-speed"));
  const slider = /** @type {HTMLInputElement} */ (required("replay-position"));
  const [time, end, note] = [required("replay-time"), required("replay-end"), required("replay-note")];
  /** @type {Player | null} */
  let player = null;
  /** The moment that is wanted and not reached yet, in milliseconds. @type {number | null} */
  let wanted = null;
  let settling = 0;
  /** Commands under way: an answer to a question from before them is old. */
  let commands = 0;
  let refusal = "";

  effect(() => {
    const mode = desk.state.value?.health.mode ?? desk.hello.value?.mode;
    bar.hidden = mode !== "replay";
    document.body.toggleAttribute("data-replay", mode === "replay");
  });

  /** @param {Player} answer */
  function show(answer) {
    player = answer;
    if (answer.state !== "seeking" && settling === 0) wanted = null;
    const label = answer.paused ? "Play" : "Pause";
    setText(button, answer.paused ? "▶ Play" : "❚❚ Pause");
    setAttribute(button, "aria-label", label);
    const choices = speedsWith(answer.speed).map(String);
    if (choices.join() !== [...speed.options].map((option) => option.value).join()) {
      speed.replaceChildren(
        ...speedsWith(answer.speed).map((choice) =>
          element("option", "", { value: String(choice) }, [speedText(choice)])
        ),
      );
    }
    if (document.activeElement !== speed) speed.value = String(answer.speed);
    setText(note, refusal || stateText(answer));
    showTime();
  }

  function showTime() {
    const stretch = player && stretchOf(player);
    slider.disabled = !stretch;
    if (!stretch) return;
    setAttribute(slider, "min", String(stretch.from));
    setAttribute(slider, "max", String(stretch.to));
    const moment = wanted ?? stretch.position;
    slider.value = String(moment);
    const text = formatEastern(moment);
    setText(time, text);
    setText(end, formatEastern(stretch.to, "minutes"));
    setAttribute(slider, "aria-valuetext", `${text} Eastern time`);
  }

  /** @param {Command} command */
  async function tell(command) {
    commands += 1;
    refusal = "";
    try {
      show(await ask(command));
    } catch (error) {
      wanted = null;
      refusal = error instanceof Error ? error.message : String(error);
      setText(note, refusal);
    } finally {
      commands -= 1;
    }
  }

  async function poll() {
    if (bar.hidden || document.hidden || commands > 0 || desk.phase.peek().kind !== "open") return;
    try {
      const answer = await ask();
      if (commands === 0) show(answer);
    } catch (_unreachable) {
      // The strip above says that the server is away; the next question finds it again.
      slider.disabled = true;
    }
  }

  button.addEventListener("click", () => void tell({ paused: !player?.paused }));
  speed.addEventListener("change", () => void tell({ speed: speed.value === "max" ? "max" : Number(speed.value) }));
  slider.addEventListener("input", () => {
    wanted = Number(slider.value);
    showTime();
  });
  slider.addEventListener("change", () => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      settling = 0;
      if (wanted !== null) void tell({ position: new Date(wanted).toISOString() });
    }, SETTLE_MILLISECONDS);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "p" || bar.hidden || isTyped(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    button.click();
  });
  setInterval(() => void poll(), POLL_MILLISECONDS);
}
