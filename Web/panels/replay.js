/** The bar of a recording: stand still, go on, faster, another moment. Hidden while the source is none. */
import { element, required, setAttribute, setText } from "../modules/dom.js";
import { formatEastern } from "../modules/format.js";
import { speedsWith, speedText, stateText, stretchOf } from "../modules/player.js";
import { effect } from "../modules/signals.js";

/**
 * @param {import("../modules/player.js").Playing} playing
 * @param {import("../modules/commands.js").Commands} commands
 */
export function mountReplay(playing, commands) {
  const bar = required("replay");
  const button = /** @type {HTMLButtonElement} */ (required("replay-play"));
  const speed = /** @type {HTMLSelectElement} */ (required("replay-speed"));
  const slider = /** @type {HTMLInputElement} */ (required("replay-position"));
  const [time, end, note] = [required("replay-time"), required("replay-end"), required("replay-note")];

  effect(() => {
    bar.hidden = !playing.isReplay.value;
    document.body.toggleAttribute("data-replay", playing.isReplay.value);
  });
  effect(() => {
    const player = playing.player.value;
    setText(note, playing.refusal.value || (player ? stateText(player) : ""));
    if (!player) return;
    setText(button, player.paused ? "▶ Play" : "❚❚ Pause");
    setAttribute(button, "aria-label", player.paused ? "Play" : "Pause");
    showSpeeds(speed, player.speed);
  });
  effect(() => {
    const player = playing.player.value;
    const stretch = player && stretchOf(player);
    slider.disabled = !stretch || playing.isAway.value;
    if (!stretch) return;
    setAttribute(slider, "min", String(stretch.from));
    setAttribute(slider, "max", String(stretch.to));
    const moment = playing.wanted.value ?? stretch.position;
    slider.value = String(moment);
    const text = formatEastern(moment);
    setText(time, text);
    setText(end, formatEastern(stretch.to, "minutes"));
    setAttribute(slider, "aria-valuetext", `${text} Eastern time`);
  });

  button.addEventListener("click", () => void playing.tell({ paused: !playing.player.peek()?.paused }));
  speed.addEventListener("change", () => void playing.tell({ speed: speedOf(speed) }));
  slider.addEventListener("input", () => playing.aim(Number(slider.value)));
  slider.addEventListener("change", () => playing.seek(Number(slider.value)));
  commands.add({
    title: "Play the recording, or pause it",
    key: "p",
    run: () => {
      if (!bar.hidden) button.click();
    },
  });
}

/**
 * Offers the speeds, and chooses the player's, unless somebody is choosing.
 * @param {HTMLSelectElement} select
 * @param {number | "max"} speed
 */
export function showSpeeds(select, speed) {
  const choices = speedsWith(speed);
  if (choices.join() !== [...select.options].map((option) => option.value).join()) {
    select.replaceChildren(
      ...choices.map((choice) => element("option", "", { value: String(choice) }, [speedText(choice)])),
    );
  }
  if (document.activeElement !== select) select.value = String(speed);
}

/**
 * @param {HTMLSelectElement} select
 * @returns {number | "max"}
 */
export function speedOf(select) {
  return select.value === "max" ? "max" : Number(select.value);
}
