/** Arithmetic of the timeline: a trading day from left to right, what has been played of it, and what happened when. */
import { formatEastern } from "./format.js";
import { CLOSE, FIRST, LAST, marketDate, marketInstant, OPEN } from "./market-day.js";

/** @typedef {import("./protocol.js").Alert} Alert */
/** @typedef {import("./protocol.js").Minute} Minute */
/** Milliseconds since 1970. @typedef {{ from: number, to: number }} Stretch */
/** Shares of the width, 0 to 1. @typedef {{ left: number, width: number }} Place */

const MINUTE = 60_000;
const HOUR = 3_600_000;
/** An alert is jumped to with so much before it that one sees it come. */
const LEAD_MILLISECONDS = 5_000;

/**
 * What the timeline shows of a day: the session with half an hour on each side, more where the recording has more.
 * @param {string} date
 * @param {Stretch | null} played
 * @returns {Stretch | null} null for what is no date
 */
export function viewOf(date, played) {
  const [open, close] = [marketInstant(date, OPEN), marketInstant(date, CLOSE)];
  if (open === null || close === null) return null;
  const view = { from: open - HOUR / 2, to: close + HOUR / 2 };
  if (!played || marketDate(played.from) !== date) return view;
  const [first, last] = [marketInstant(date, FIRST) ?? view.from, marketInstant(date, LAST) ?? view.to];
  return {
    from: Math.max(first, Math.min(view.from, played.from)),
    to: Math.min(last, Math.max(view.to, played.to)),
  };
}

/**
 * Where an instant stands, 0 to 1; what is outside stands at the edge.
 * @param {Stretch} view
 * @param {number} instant
 */
export function shareOf(view, instant) {
  return Math.min(1, Math.max(0, (instant - view.from) / (view.to - view.from)));
}

/**
 * The instant of a place, on a whole second.
 * @param {Stretch} view
 * @param {number} share 0 to 1
 */
export function instantAt(view, share) {
  return Math.round((view.from + (view.to - view.from) * Math.min(1, Math.max(0, share))) / 1000) * 1000;
}

/**
 * @param {Stretch} view
 * @param {number} from
 * @param {number} to
 * @returns {Place}
 */
export function placeOf(view, from, to) {
  const left = shareOf(view, from);
  return { left, width: Math.max(0, shareOf(view, to) - left) };
}

/**
 * What lies before and after the session, to be shaded.
 * @param {Stretch} view
 * @param {string} date
 * @returns {Place[]}
 */
export function shadesOf(view, date) {
  const [open, close] = [marketInstant(date, OPEN) ?? view.from, marketInstant(date, CLOSE) ?? view.to];
  return [placeOf(view, view.from, open), placeOf(view, close, view.to)];
}

/**
 * Half hours; the open and the whole hours are named, as far as there is room for their names.
 * @param {Stretch} view
 * @param {number} room the least share of the width between two names
 * @returns {{ left: number, label: string }[]}
 */
export function ticksOf(view, room) {
  const ticks = [];
  let named = -1;
  for (let instant = Math.ceil(view.from / (HOUR / 2)) * (HOUR / 2); instant <= view.to; instant += HOUR / 2) {
    const left = shareOf(view, instant);
    const clock = formatEastern(instant, "minutes");
    const hasRoom = left >= room / 2 && left <= 1 - room / 2 && (named < 0 || left - named >= room);
    const isNamed = (clock === OPEN || clock.endsWith(":00")) && hasRoom;
    if (isNamed) named = left;
    ticks.push({ left, label: isNamed ? clock : "" });
  }
  return ticks;
}

/**
 * Premium by minute: calls upwards, puts downwards, both in the same measure.
 * @param {Stretch} view
 * @param {Minute[]} minutes
 * @returns {{ columns: (Place & { call: number, put: number, minute: Minute })[], peak: number }} heights 0 to 1; the peak is USD
 */
export function columnsOf(view, minutes) {
  const within = minutes.filter(({ time }) => Date.parse(time) >= view.from && Date.parse(time) < view.to);
  const peak = within.reduce((most, minute) => Math.max(most, minute.call_premium, minute.put_premium), 0);
  const columns = within.map((minute) => {
    const start = Date.parse(minute.time);
    const [call, put] = [minute.call_premium, minute.put_premium].map((value) => (peak > 0 ? value / peak : 0));
    return { ...placeOf(view, start, start + MINUTE), call: call ?? 0, put: put ?? 0, minute };
  });
  return { columns, peak };
}

/** @typedef {{ instant: number, alert: Alert }} Mark */

/**
 * The alerts of a day in the order in which they came.
 * @param {Alert[]} alerts
 * @param {string} date
 * @returns {Mark[]}
 */
export function marksOf(alerts, date) {
  const marks = alerts.flatMap((alert) => {
    const instant = Date.parse(alert.first_time);
    return Number.isFinite(instant) && marketDate(instant) === date ? [{ instant, alert }] : [];
  });
  return marks.sort((a, b) => a.instant - b.instant || a.alert.id - b.alert.id);
}

/**
 * The moment from which the next alert is seen to come; null when none is known.
 * @param {Mark[]} marks
 * @param {number} position
 */
export function nextAlertMoment(marks, position) {
  // The one that was jumped to a moment ago is still ahead by its lead: it counts as passed.
  const next = marks.find(({ instant }) => instant > position + LEAD_MILLISECONDS + 1_000);
  return next ? next.instant - LEAD_MILLISECONDS : null;
}
