/** Puts the page together: one desk, one stream, the panels that read the desk. */
import { get } from "./modules/api.js";
import { Asking } from "./modules/asking.js";
import { fetchOpen } from "./modules/alerts.js";
import { Commands } from "./modules/commands.js";
import { Desk } from "./modules/desk.js";
import { LEAST_PREMIUM } from "./modules/detections.js";
import { mountPages } from "./modules/pages.js";
import { required } from "./modules/dom.js";
import { News, Notifier } from "./modules/notify.js";
import { paintAtMost } from "./modules/paint.js";
import { Playing } from "./modules/player.js";
import { Preferences } from "./modules/preferences.js";
import { Router } from "./modules/route.js";
import { computed, effect, signal } from "./modules/signals.js";
import { Stream } from "./modules/stream.js";
import { mountAlerts } from "./panels/alerts.js";
import { mountChart } from "./panels/chart.js";
import { mountDetections } from "./panels/detections.js";
import { mountGrid } from "./panels/grid.js";
import { mountGex } from "./panels/gex.js";
import { mountKeys } from "./panels/keys.js";
import { mountMasthead } from "./panels/masthead.js";
import { mountNavigation, searchesFor, shownSymbol } from "./panels/navigation.js";
import { mountPalette } from "./panels/palette.js";
import { mountPanelTools } from "./panels/panel-tools.js";
import { mountPreferences } from "./panels/preferences.js";
import { mountPrints } from "./panels/prints.js";
import { mountReplay } from "./panels/replay.js";
import { mountRule } from "./panels/rule.js";
import { mountStatus } from "./panels/status.js";
import { mountToast } from "./panels/toast.js";
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

/** The tape is drawn four times a second, as the states come: two hundred prints a second are read no faster. */
const tapePaints = signal(0);
const paintTape = paintAtMost(250, () => (tapePaints.value = desk.tapeVersion.peek()));
/** Detections four times a second. */
const detectionPaints = signal(0);
const paintDetections = paintAtMost(250, () => (detectionPaints.value = desk.detectionsVersion.peek()));
/** Alerts likewise. */
const alertPaints = signal(0);
const paintAlerts = paintAtMost(250, () => (alertPaints.value = desk.alertsVersion.peek()));

const asking = { prints: new Asking(), detections: new Asking(), alerts: new Asking() };

/** @param {Message} message */
function receive(message) {
  const tapeBefore = desk.tapeVersion.peek();
  const detectionsBefore = desk.detectionsVersion.peek();
  const alertsBefore = desk.alertsVersion.peek();
  desk.receive(message, performance.now());
  // The stream does not send again what a page missed of them.
  const hasMissed = "missed" in message && message.missed > 0 ? message.type : null;
  if (message.type === "hello" || hasMissed === "detections") fetchDetections(message.epoch);
  if (message.type === "hello" || hasMissed === "alerts") fetchAlerts(message.epoch);
  if (desk.alertsVersion.peek() !== alertsBefore) paintAlerts();
  if (desk.detectionsVersion.peek() !== detectionsBefore) paintDetections();
  if (message.type === "hello" && !message.resumed) fetchHistory(message.epoch, message.last_print_id);
  if (desk.tapeVersion.peek() !== tapeBefore) paintTape();
}

/**
 * The prints from before the page was opened.
 * @param {string} epoch
 * @param {number} lastPrintID
 */
function fetchHistory(epoch, lastPrintID) {
  const question = () => get(`/prints?limit=${HISTORY_LIMIT}`);
  /** @param {{ rows: import("./modules/protocol.js").Print[], source: string }} page */
  function take({ rows, source }) {
    // Rows from the store may belong to an earlier run, with ids of their own.
    desk.backfill(epoch, source === "memory" ? rows.filter((row) => row.id <= lastPrintID) : []);
    paintTape();
  }
  void asking.prints.ask(question, take, () => {
    desk.refuse("prints");
    paintTape();
  });
}

/**
 * What was found before the page was opened, or while it was away.
 * @param {string} epoch
 */
function fetchDetections(epoch) {
  const question = () => get(`/detections?limit=${DETECTIONS_LIMIT}&min_premium=${LEAST_PREMIUM}`);
  /** @param {{ rows: import("./modules/protocol.js").Detection[] }} page */
  function take({ rows }) {
    desk.backfillDetections(epoch, rows);
    paintDetections();
  }
  void asking.detections.ask(question, take, () => {
    desk.refuse("detections");
    paintDetections();
  });
}

/**
 * All open alerts, when the page is opened or has missed something of them.
 * @param {string} epoch
 */
function fetchAlerts(epoch) {
  function question() {
    desk.askForAlerts();
    return fetchOpen();
  }
  /** @param {import("./modules/protocol.js").Alert[]} rows */
  function take(rows) {
    desk.takeAlerts(epoch, rows);
    paintAlerts();
  }
  void asking.alerts.ask(question, take, () => {
    desk.refuse("alerts");
    paintAlerts();
  });
}

const preferences = new Preferences(localStore(), globalThis);
const notifier = new Notifier(preferences);
const commands = new Commands();
const isDeskShown = computed(() => router.route.value.page === "desk");
const dataTime = () => desk.state.peek()?.time ?? null;

router.start();
// What the desk is about is in its address; elsewhere the leading underlying's strikes are nobody's business.
effect(() => {
  const { page, params } = router.route.value;
  stream.watch(page === "desk" ? params.symbol ?? null : null);
});

mountMasthead(desk);
mountStatus(desk, () => stream.retryNow());
const playing = new Playing(desk);
mountReplay(playing, commands);
mountUnderlyings(desk, router);
mountGrid(desk, isDeskShown);
mountTop(desk, isDeskShown);
mountPrints(desk, whileDesk(tapePaints), router);
mountDetections(desk, whileDesk(detectionPaints));
const openRule = mountRule(router);
mountAlerts(desk, whileDesk(alertPaints), openRule, router);
mountChart(desk, isDeskShown);
const deskSymbol = computed(() => shownSymbol(router, desk));
mountGex(required("panel-gex"), { symbol: deskSymbol, isShown: isDeskShown, compact: true });
mountPages({
  desk,
  router,
  openRule,
  playing,
  paints: { tape: tapePaints, detections: detectionPaints, alerts: alertPaints },
});
mountPreferences(preferences, commands, router, (isSevere) => notifier.sound(isSevere));
mountPanelTools(preferences, dataTime, mountToast());
mountKeys(commands);
mountNavigation(commands, desk, router);
mountPalette(commands, (text) => searchesFor(text, router));
commands.listen();

/**
 * Paints that come while the desk is shown; one that came meanwhile is made up for when it is shown again.
 * @param {import("./modules/signals.js").Signal<number>} paints
 */
function whileDesk(paints) {
  return computed(() => isDeskShown.value ? paints.value : -1);
}

/** The browser's storage; null where it is forbidden. */
function localStore() {
  let store = null;
  try {
    store = localStorage;
  } catch (_forbidden) {
    // The settings say that nothing is kept.
  }
  return store;
}

const news = new News();
effect(() => {
  alertPaints.value;
  notifier.tell(news.take(desk.alerts.rows, desk.alertsEpoch));
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
