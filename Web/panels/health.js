/** The road from feed to page in figures, each with its own verdict. */
import { element, required, setAttribute, setText } from "../modules/dom.js";
import { formatAge, formatCount, formatMilliseconds, MISSING } from "../modules/format.js";
import { DATA_LIMIT_SECONDS } from "../modules/freshness.js";
import { effect } from "../modules/signals.js";

/** @typedef {import("../modules/desk.js").Desk} Desk */
/** @typedef {"good" | "bad" | "none"} Tone none: nothing to judge */

const QUEUE_LIMIT_SHARE = 0.5;
const STORAGE_LIMIT_MILLISECONDS = 2_000;

/** @param {Desk} desk */
export function mountHealth(desk) {
  const list = required("gauges");
  const note = required("health-note");
  const ingest = gauge(list, "Ingest", "State of the feed");
  const age = gauge(list, "Data age", "Age of the newest event");
  const rate = gauge(list, "Events/s", "Events through the engine");
  const trades = gauge(list, "Trades, 5 min", "Trades in the last five minutes");
  const queue = gauge(list, "Fullest queue", "Share of the fullest queue in use");
  const lag = gauge(list, "Storage lag", "How far the database is behind the engine");
  const bad = gauge(list, "Bad events", "Events that could not be read and were skipped");
  const missed = gauge(list, "Missed prints", "Prints this page did not get");
  const skipped = gauge(list, "Skipped outputs", "Engine outputs the publisher had to skip");
  const reconnects = gauge(list, "Reconnects", "Times this page had to connect again");
  const damaged = gauge(list, "Bad messages", "Stream messages and fetches of this page that failed");
  const gaps = gauge(
    list,
    "Gaps",
    "Stretches of the live feed being filled from the vendor's history, and those that could not be",
  );
  const alerts = gauge(
    list,
    "Alerts",
    "Alerts that nobody has looked at, messages that wait for a channel, and those given up within a day",
  );
  const clients = gauge(list, "Clients", "Pages and programs on the stream");

  effect(() => {
    const health = desk.state.value?.health;
    const verdict = desk.verdict.value;
    const hello = desk.hello.value;
    const silent = verdict.level === "stale" || verdict.level === "disconnected";
    setText(note, hello ? `${verdict.word} · version ${hello.version}` : verdict.word);
    const data = verdict.dataAgeSeconds;
    const isStreaming = health?.ingest_status === "streaming";
    ingest(health?.ingest_status ?? MISSING, judge(health && !silent, health?.ingest_status !== "failed"));
    age(formatAge(data), judge(data !== null && isStreaming, (data ?? 0) <= DATA_LIMIT_SECONDS && !silent));
    rate(formatCount(health?.events_per_second), judge(isStreaming, !silent));
    trades(formatCount(health?.trades_five_minutes), judge(isStreaming, !silent));
    queue(
      health ? `${(health.queue_share * 100).toFixed(1)}%` : MISSING,
      judge(health, (health?.queue_share ?? 0) < QUEUE_LIMIT_SHARE),
    );
    const storage = health?.storage_lag_milliseconds ?? null;
    lag(formatMilliseconds(storage), judge(storage !== null, (storage ?? 0) < STORAGE_LIMIT_MILLISECONDS));
    bad(formatCount(health?.bad_events), judge(health, health?.bad_events === 0));
    missed(formatCount(desk.missed.value), judge(hello, desk.missed.value === 0));
    skipped(formatCount(health?.publisher_skipped), judge(health, health?.publisher_skipped === 0));
    reconnects(formatCount(desk.reconnects.value), judge(hello, desk.reconnects.value === 0));
    const failures = desk.badMessages.value + desk.historyFailures.value;
    damaged(formatCount(failures), judge(hello, failures === 0));
    const open = health?.gaps_open ?? null;
    const unfilled = health?.gaps_unfilled ?? 0;
    gaps(
      open === null ? MISSING : `${formatCount(open)} open, ${formatCount(unfilled)} lost`,
      judge(open !== null, open === 0 && unfilled === 0),
    );
    const fresh = health?.alerts_new ?? null;
    const [waiting, dead] = [health?.messages_waiting ?? 0, health?.messages_dead ?? 0];
    const others = (waiting > 0 ? `, ${formatCount(waiting)} wait` : "") +
      (dead > 0 ? `, ${formatCount(dead)} lost` : "");
    alerts(fresh === null ? MISSING : `${formatCount(fresh)} new${others}`, judge(fresh !== null, dead === 0));
    clients(formatCount(health?.clients), "none");
  });
}

/**
 * @param {unknown} applies
 * @param {boolean} good
 * @returns {Tone}
 */
function judge(applies, good) {
  return applies ? (good ? "good" : "bad") : "none";
}

/**
 * @param {HTMLElement} list
 * @param {string} name
 * @param {string} meaning
 * @returns {(text: string, tone: Tone) => void}
 */
function gauge(list, name, meaning) {
  const value = element("dd", "", {}, [MISSING]);
  const row = element("div", "", { title: meaning, "data-tone": "none" }, [element("dt", "", {}, [name]), value]);
  list.append(row);
  return (text, tone) => {
    setText(value, text);
    setAttribute(row, "data-tone", tone);
  };
}
