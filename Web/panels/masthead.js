/** Name, data mode, session and the data's own clock. Nobody may take demo or recorded data for the market. */
import { required, setAttribute, setText } from "../modules/dom.js";
import { formatEastern, formatUTC, MISSING } from "../modules/format.js";
import { effect } from "../modules/signals.js";

/** @typedef {import("../modules/desk.js").Desk} Desk */

/** @type {Record<string, { word: string, text: string, clock: string }>} */
const MODES = {
  demo: { word: "Demo", text: "synthetic data, not the market", clock: "Synthetic time" },
  replay: { word: "Replay", text: "recorded data, not live", clock: "Recorded time" },
  live: { word: "Live", text: "the vendor's real-time feed", clock: "Market time" },
  delayed: { word: "Delayed", text: "15 minutes behind the market", clock: "Delayed time" },
  endpoint: { word: "Endpoint", text: "not the vendor's own host: a simulator or a proxy", clock: "Feed time" },
};

/** @param {Desk} desk */
export function mountMasthead(desk) {
  const [badge, word, text] = [required("mode"), required("mode-word"), required("mode-text")];
  const [session, clock, label] = [required("session"), required("clock"), required("clock-label")];

  effect(() => {
    const state = desk.state.value;
    const mode = state?.health.mode ?? desk.hello.value?.mode;
    const known = mode === undefined ? undefined : MODES[mode] ?? { word: mode, text: "", clock: "Data time" };
    setAttribute(badge, "data-mode", mode ?? "none");
    setText(word, known?.word ?? "–");
    setText(text, known?.text ?? "no data yet");
    setText(label, known?.clock ?? "Data time");
    setText(session, state?.health.session ?? "");
    setAttribute(
      session,
      "title",
      state ? `Session ${state.health.session ?? MISSING} · ${state.health.source}` : null,
    );
    const time = state?.time ?? null;
    setText(clock, time === null ? "--:--:--" : formatEastern(time));
    setAttribute(clock, "title", formatUTC(time));
    setAttribute(clock, "datetime", time);
  });

  effect(() => {
    const mode = desk.state.value?.health.mode ?? desk.hello.value?.mode;
    const level = desk.verdict.value.level;
    const alarm = level === "stale" || level === "disconnected" ? "⚠ " : "";
    const title = `${alarm}${mode ? `${mode.toUpperCase()} · ` : ""}MarketFlow`;
    if (document.title !== title) document.title = title;
  });
}
