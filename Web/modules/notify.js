/** Sound and desktop notices of new alerts, from the severity on that the reader has chosen. */
import { isAtLeast } from "./alerts.js";

/** @typedef {import("./protocol.js").Alert} Alert */
/** @typedef {import("./preferences.js").Preferences} Preferences */

/** Two tones a fourth apart; the severe ones say it twice. */
const TONES_HERTZ = [660, 880];
const TONE_SECONDS = 0.09;
const LOUDNESS = 0.12;
/** Many alerts at once are one noise. */
const QUIET_MILLISECONDS = 1_500;

/**
 * Alerts of a list that were not in it before. The first list that a server has answered is no news, be it empty.
 */
export class News {
  #newest = 0;
  /** @type {string | null} */
  #epoch = null;

  /**
   * @param {Alert[]} alerts open ones
   * @param {string | null} epoch that their ids belong to; null while the open ones are not known
   * @returns {Alert[]} those that are new since the last call and that nobody has looked at
   */
  take(alerts, epoch) {
    if (epoch === null) return [];
    const known = epoch === this.#epoch ? this.#newest : Infinity;
    this.#newest = alerts.reduce((id, alert) => Math.max(id, alert.id), epoch === this.#epoch ? this.#newest : 0);
    this.#epoch = epoch;
    return alerts.filter((alert) => alert.id > known && alert.state === "new");
  }
}

export class Notifier {
  #preferences;
  /** Made at the first noise: a browser allows none before the reader has done something. @type {AudioContext | null} */
  #audio = null;
  #soundedAt = -Infinity;

  /** @param {Preferences} preferences */
  constructor(preferences) {
    this.#preferences = preferences;
  }

  /** @param {Alert[]} alerts new ones */
  tell(alerts) {
    const [sound, notices] = [this.#preferences.sound.peek(), this.#preferences.notices.peek()];
    const heard = sound === "off" ? [] : alerts.filter((alert) => isAtLeast(alert, sound));
    if (heard.length > 0) this.sound(heard.some((alert) => isAtLeast(alert, "HIGH")));
    if (notices === "off" || !("Notification" in globalThis) || Notification.permission !== "granted") return;
    const shown = alerts.filter((alert) => isAtLeast(alert, notices));
    const [first] = shown;
    if (!first) return;
    const more = shown.length > 1 ? `\nAnd ${shown.length - 1} more.` : "";
    const notice = new Notification(`${first.severity}: ${first.title}`, {
      body: `${first.text}${more}`,
      tag: "marketflow",
    });
    notice.onclick = () => {
      focus();
      location.hash = "#/alerts";
    };
  }

  /** @param {boolean} isSevere */
  sound(isSevere) {
    const now = performance.now();
    if (now - this.#soundedAt < QUIET_MILLISECONDS) return;
    this.#soundedAt = now;
    this.#audio ??= new AudioContext();
    const tones = isSevere ? [...TONES_HERTZ, ...TONES_HERTZ] : TONES_HERTZ;
    tones.forEach((hertz, index) => this.#tone(hertz, index * TONE_SECONDS * 1.4));
  }

  /**
   * @param {number} hertz
   * @param {number} delaySeconds
   */
  #tone(hertz, delaySeconds) {
    const audio = this.#audio;
    if (!audio) return;
    const from = audio.currentTime + delaySeconds;
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(LOUDNESS, from);
    volume.gain.exponentialRampToValueAtTime(0.001, from + TONE_SECONDS);
    tone.connect(volume).connect(audio.destination);
    tone.start(from);
    tone.stop(from + TONE_SECONDS);
  }
}

/**
 * Asks the reader's leave for notices.
 * @returns {Promise<boolean>} whether there is
 */
export async function askLeave() {
  if (!("Notification" in globalThis)) return false;
  return await Notification.requestPermission() === "granted";
}
