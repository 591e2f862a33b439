/** Puts the page together: one desk, one stream, the panels that read the desk. */
import { get } from "./modules/api.js";
import { fetchOpen } from "./modules/alerts.js";
import { Desk } from "./modules/desk.js";
import { LEAST_PREMIUM } from "./modules/detections.js";
import { mountPages } from "./modules/pages.js";
import { paintAtMost } from "./modules/paint.js";
import { Playing } from "./modules/player.js";
import { Router } from "./modules/route.js";
import { signal } from "./modules/signals.js";
import { Stream } from "./modules/stream.js";
import { mountAlerts } from "./panels/alerts.js";
import { mountChart } from "./panels/chart.js";
import { mountDetections } from "./panels/detections.js";
import { mountGrid } from "./panels/grid.js";
import { mountHealth } from "./panels/health.js";
import { mountMasthead } from "./panels/masthead.js";
import { mountPrints } from "./panels/prints.js";
import { mountReplay } from "./panels/replay.js";
import { mountRule } from "./panels/rule.js";
import { mountStatus } from "./panels/status.js";
import { mountTop } from "./panels/top.js";
import { mountUnderlyings } from "./panels/underlyings.js";

/** @typedef {import("./modules/protocol.js").Message} Message */

const HISTORY_LIMIT = 500;
const DETECTIONS_LIMIT = 100;
const TICK_MILLISECONDS = 250;

const desk = new Desk();
const router = new Router();
const stream = new Stream({
  address: new URL("/ws/stream", location.href.replace(/^http/, "ws")).href,
  onMessage: receive,
  onPhase: (phase) => (desk.phase.value = phase),
  onBadMessage: () => (desk.badMessages.value += 1),
});

/** The tape is drawn at most ten times a second, however many batches come. */
const tapePaints = signal(0);
const paintTape = paintAtMost(100, () => (tapePaints.value = desk.tapeVersion.peek()));
/** Detections four times a second. */
const detectionPaints = signal(0);
const paintDetections = paintAtMost(250, () => (detectionPaints.value = desk.detectionsVersion.peek()));
/** Alerts likewise. */
const alertPaints = signal(0);
const paintAlerts = paintAtMost(250, () => (alertPaints.value = desk.alertsVersion.peek()));

/** @param {Message} message */
function receive(message) {
  const tapeBefore = desk.tapeVersion.peek();
  const detectionsBefore = desk.detectionsVersion.peek();
  const alertsBefore = desk.alertsVersion.peek();
  desk.receive(message, performance.now());
  // The stream does not send again what a page missed of them.
  const hasMissed = "missed" in message && message.missed > 0 ? message.type : null;
  if (message.type === "hello" || hasMissed === "detections") void fetchDetections(message.epoch);
  if (message.type === "hello" || hasMissed === "alerts") void fetchAlerts(message.epoch);
  if (desk.alertsVersion.peek() !== alertsBefore) paintAlerts();
  if (desk.detectionsVersion.peek() !== detectionsBefore) paintDetections();
  if (message.type === "hello" && !message.resumed) void fetchHistory(message.epoch, message.last_print_id);
  if (desk.tapeVersion.peek() !== tapeBefore) paintTape();
}

/**
 * The prints from before the page was opened. Without them the tape starts empty, which is no fault: a failure is left
 * to the stream, whose state the page shows already.
 * @param {string} epoch
 * @param {number} lastPrintID
 */
async function fetchHistory(epoch, lastPrintID) {
  try {
    /** @type {{ rows: import("./modules/protocol.js").Print[], source: string }} */
    const page = await get(`/prints?limit=${HISTORY_LIMIT}`);
    // Rows from the store may belong to an earlier run, with ids of their own.
    if (page.source !== "memory") return;
    desk.backfill(epoch, page.rows.filter((row) => row.id <= lastPrintID));
    paintTape();
  } catch (_unreachable) {
    desk.historyFailures.value += 1;
  }
}

/**
 * What was found before the page was opened, or while it was away.
 * @param {string} epoch
 */
async function fetchDetections(epoch) {
  try {
    /** @type {{ rows: import("./modules/protocol.js").Detection[] }} */
    const page = await get(`/detections?limit=${DETECTIONS_LIMIT}&min_premium=${LEAST_PREMIUM}`);
    desk.backfillDetections(epoch, page.rows);
    paintDetections();
  } catch (_unreachable) {
    desk.historyFailures.value += 1;
  }
}

/**
 * All open alerts, when the page is opened or has missed something of them.
 * @param {string} epoch
 */
async function fetchAlerts(epoch) {
  desk.askForAlerts();
  try {
    desk.takeAlerts(epoch, await fetchOpen());
    paintAlerts();
  } catch (_unreachable) {
    desk.historyFailures.value += 1;
  }
}

mountMasthead(desk);
mountStatus(desk, () => stream.retryNow());
const playing = new Playing(desk);
mountReplay(playing);
mountUnderlyings(desk);
mountGrid(desk);
mountTop(desk);
mountPrints(desk, tapePaints);
mountDetections(desk, detectionPaints);
const openRule = mountRule(router);
mountAlerts(desk, alertPaints, openRule);
mountHealth(desk);
mountChart(desk);
router.start();
mountPages({
  desk,
  router,
  openRule,
  playing,
  paints: { tape: tapePaints, detections: detectionPaints, alerts: alertPaints },
});

setInterval(() => desk.tick(performance.now()), TICK_MILLISECONDS);
addEventListener("online", () => stream.retryNow());
addEventListener("pageshow", (event) => {
  if (event.persisted) stream.start();
});
addEventListener("pagehide", () => stream.close());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) stream.retryNow();
});
stream.start();
