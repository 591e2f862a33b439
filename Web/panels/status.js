/** The strip that says whether the figures may be trusted. */
import { element, required, setAttribute, setText } from "../modules/dom.js";
import { formatAge, formatCompact, formatCount, formatMilliseconds, MISSING } from "../modules/format.js";
import { effect } from "../modules/signals.js";

/** @typedef {import("../modules/desk.js").Desk} Desk */

/**
 * @param {Desk} desk
 * @param {() => void} retry
 */
export function mountStatus(desk, retry) {
  const [word, message, announcement] = [required("status-word"), required("status-message"), required("announcement")];
  const button = required("retry");
  const vitals = required("vitals");
  const age = vital(vitals, "Data age", "");
  const rate = vital(vitals, "Events/s", "");
  const missed = vital(vitals, "Missed", "narrow-off");
  const queue = vital(vitals, "Queue", "wide");
  const lag = vital(vitals, "Store lag", "wide");
  button.addEventListener("click", retry);

  let announced = "";
  effect(() => {
    const verdict = desk.verdict.value;
    const health = desk.state.value?.health;
    setAttribute(document.body, "data-level", verdict.level);
    setText(word, verdict.word);
    setText(message, verdict.message);
    setAttribute(message, "title", verdict.message);
    button.hidden = desk.phase.value.kind !== "waiting";
    setText(age, formatAge(verdict.dataAgeSeconds));
    setText(rate, formatCompact(health?.events_per_second));
    setText(missed, formatCount(desk.missed.value));
    setText(queue, health ? `${(health.queue_share * 100).toFixed(1)}%` : MISSING);
    setText(lag, formatMilliseconds(health?.storage_lag_milliseconds));
    // Spoken once per change of the verdict: the message itself counts seconds and would never fall silent.
    if (announced !== verdict.word) {
      announced = verdict.word;
      setText(announcement, `Data: ${verdict.word}. ${verdict.message}`);
    }
  });
}

/**
 * @param {HTMLElement} list
 * @param {string} name
 * @param {string} className
 */
function vital(list, name, className) {
  const value = element("dd", "", {}, [MISSING]);
  list.append(element("div", className, {}, [element("dt", "", {}, [name]), value]));
  return value;
}
