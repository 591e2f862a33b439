/** Replay: a recorded day again. The day, its window and the speed are in the address; the player is the one of the bar above. */
import { poll } from "../modules/api.js";
import { element, setText } from "../modules/dom.js";
import { marketDate, marketInstant } from "../modules/market-day.js";
import { Played } from "../modules/played.js";
import { stretchOf } from "../modules/player.js";
import { choiceOf } from "../modules/recordings.js";
import { computed, effectWhile, signal } from "../modules/signals.js";
import { marksOf, viewOf } from "../modules/timeline.js";
import { playedAlerts } from "../panels/replay-alerts.js";
import { replayDays } from "../panels/replay-days.js";
import { playedFigures } from "../panels/replay-figures.js";
import { transport } from "../panels/replay-transport.js";
import { Timeline } from "../panels/timeline.js";

/** @typedef {import("../modules/pages.js").Context} Context */
/** @typedef {import("../modules/protocol.js").Alert} Alert */

const ALERTS_MILLISECONDS = 10_000;
const MINUTES_MILLISECONDS = 15_000;
const MOST_ALERTS = 1000;

/**
 * @param {HTMLElement} host
 * @param {Context} context
 */
export function mount(host, context) {
  const { desk, router, isShown, playing, paints } = context;
  const [played, minutesRead] = [new Played(), signal(0)];
  const alerts = signal(/** @type {Alert[]} */ ([]));
  /** The day that the timeline shows: what is played, else what is chosen, else what this server follows. */
  const date = computed(() => {
    if (playing.isReplay.value) return playing.player.value?.date ?? "";
    const { day } = choiceOf(router.route.value.params);
    return day !== "" ? day : desk.state.value?.health.session ?? "";
  });
  const underlying = computed(() => desk.state.value?.grid?.underlying ?? "");
  const marks = computed(() => {
    paints.alerts.value;
    /** @type {Map<number, Alert>} */
    const known = new Map();
    for (const alert of [...alerts.value, ...desk.alerts.rows]) known.set(alert.id, alert);
    return isShown.value ? marksOf([...known.values()], date.value) : [];
  });
  const timeline = new Timeline({
    aim: (moment) => playing.aim(moment),
    seek: (moment) => playing.seek(moment),
    drop: () => playing.drop(),
  });
  const controls = transport(context, marks);
  const aside = element("p", "aside");
  host.append(
    replayDays(context),
    element("section", "panel panel-timeline", { "aria-labelledby": "timeline-title" }, [
      element("header", "panel-head", {}, [
        element("h2", "", { id: "timeline-title" }, ["Timeline"]),
        element("p", "note", {}, [
          element("span", "call", {}, ["▲ calls"]),
          " · ",
          element("span", "put", {}, ["▼ puts"]),
          " premium by minute, USD · triangle: high or critical alert · diamond: lesser one",
        ]),
        aside,
      ]),
      timeline.node,
      controls,
    ]),
    playedFigures(context, played, minutesRead),
    playedAlerts(context, marks, date),
  );

  poll({
    isShown,
    milliseconds: ALERTS_MILLISECONDS,
    path: () => `/alerts?limit=${MOST_ALERTS}`,
    take: ({ rows }) => (alerts.value = rows),
    // A run without alerts has no marks.
    refuse: () => (alerts.value = []),
  });
  poll({
    isShown,
    milliseconds: MINUTES_MILLISECONDS,
    path: () => (underlying.value === "" ? null : `/ticker/${encodeURIComponent(underlying.value)}`),
    take: ({ minutes }) => {
      played.take(minutes);
      minutesRead.value += 1;
    },
    // The stream's own minutes are there without it.
    refuse: () => {},
  });
  effectWhile(isShown, () => {
    const state = desk.state.value;
    if (!state?.grid) return;
    played.about(state.epoch, state.grid.underlying);
    played.tell(state.minutes);
    minutesRead.value = Number(state.minutes.at(-1)?.trades ?? 0) + state.minutes.length;
  });
  effectWhile(isShown, () => {
    minutesRead.value;
    timeline.showMinutes(played.minutes);
  });
  effectWhile(isShown, () => timeline.showMarks(marks.value));
  effectWhile(isShown, () => {
    const isReplay = playing.isReplay.value;
    const player = playing.player.value;
    const stretch = isReplay && player ? stretchOf(player) : null;
    const { from, to } = choiceOf(router.route.value.params);
    const window = { from: marketInstant(date.value, from), to: marketInstant(date.value, to) };
    const wanted = window.from !== null && window.to !== null ? { from: window.from, to: window.to } : null;
    timeline.showDay(date.value, viewOf(date.value, stretch), stretch ?? wanted, stretch !== null);
    controls.hidden = !isReplay;
    setText(aside, date.value === "" ? "no day" : `${date.value}${isReplay ? "" : ", beside this server"}`);
  });
  effectWhile(isShown, () => {
    if (playing.isReplay.value) {
      const player = playing.player.value;
      return timeline.showPosition(playing.wanted.value ?? (player ? stretchOf(player)?.position ?? null : null));
    }
    // Elsewhere the line stands where this server is, when it is in the day that is shown.
    const time = desk.state.value?.time ?? null;
    timeline.showPosition(time !== null && marketDate(time) === date.value ? Date.parse(time) : null);
  });
}
