/** Play, pause, speed, and the ways to another moment of the recording. */
import { element, setText } from "../modules/dom.js";
import { formatEastern, formatUTC } from "../modules/format.js";
import { CLOSE, marketInstant, OPEN } from "../modules/market-day.js";
import { stateText, stretchOf } from "../modules/player.js";
import { effectWhile } from "../modules/signals.js";
import { nextAlertMoment } from "../modules/timeline.js";
import { showSpeeds, speedOf } from "./replay.js";

/** @typedef {import("../modules/timeline.js").Mark} Mark */

const MINUTE = 60_000;

/**
 * @param {import("../modules/pages.js").Context} context
 * @param {import("../modules/signals.js").Signal<Mark[]>} marks
 */
export function transport({ playing, isShown }, marks) {
  const play = element("button", "play", { type: "button" });
  const time = element("time", "transport-time", {}, ["--:--:--"]);
  const state = element("p", "transport-state", { role: "status" });
  const speed = element("select", "", {});
  const jumps = element("div", "jumps", { role: "group", "aria-label": "Go to another moment" });

  /** The moment that is shown, or on the way to. */
  const position = () => {
    const player = playing.player.value;
    return playing.wanted.value ?? (player ? stretchOf(player)?.position ?? null : null);
  };
  /**
   * @param {string} word
   * @param {() => number | null} moment
   * @param {string} title
   */
  const jump = (word, moment, title) => {
    const button = element("button", "plain", { type: "button", title }, [word]);
    button.addEventListener("click", () => {
      const aim = moment();
      if (aim !== null) playing.seek(aim);
    });
    jumps.append(button);
    return button;
  };
  /** @param {string} clock */
  const at = (clock) => marketInstant(playing.player.peek()?.date ?? "", clock);
  /** @param {number} minutes */
  const by = (minutes) => () => {
    const here = position();
    return here === null ? null : here + minutes * MINUTE;
  };
  jump("Open", () => at(OPEN), `${OPEN} Eastern`);
  jump("−5 min", by(-5), "Five minutes back");
  jump("+5 min", by(5), "Five minutes on");
  jump("Close", () => at(CLOSE), `${CLOSE} Eastern`);
  const next = jump("Next alert", () => nextAlertMoment(marks.peek(), position() ?? 0), "Five seconds before it");
  play.addEventListener("click", () => void playing.tell({ paused: !playing.player.peek()?.paused }));
  speed.addEventListener("change", () => void playing.tell({ speed: speedOf(speed) }));

  effectWhile(isShown, () => {
    const player = playing.player.value;
    if (!player) return;
    setText(play, player.paused ? "▶ Play" : "❚❚ Pause");
    setText(state, playing.refusal.value || stateText(player));
    showSpeeds(speed, player.speed);
  });
  effectWhile(isShown, () => {
    const here = position();
    if (here === null) return;
    setText(time, formatEastern(here));
    time.title = formatUTC(here);
    const isKnown = nextAlertMoment(marks.value, here) !== null;
    next.disabled = !isKnown;
    next.title = isKnown
      ? "Five seconds before it"
      : "No alert is known after this moment: play on, or play the day once as fast as it goes";
  });
  return element("div", "transport", {}, [
    play,
    time,
    element("abbr", "quiet", { title: "America/New_York" }, ["ET"]),
    jumps,
    element("label", "", {}, ["Speed ", speed]),
    state,
  ]);
}
