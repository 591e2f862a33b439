/** The page "ticker": one underlying's option flow, broken down, and the prints behind every sum. */
import { poll } from "../modules/api.js";
import { element } from "../modules/dom.js";
import { drillOf, drillOfMinute, joined, keyOf, lastHour, nameOf } from "../modules/flow.js";
import { computed, effectWhile, signal } from "../modules/signals.js";
import { DrillDrawer } from "../panels/drill-drawer.js";
import { makeFlowPanels } from "../panels/flow-panel.js";
import { MinuteFlow } from "../panels/minute-flow.js";
import { openPrint } from "../panels/print-detail.js";
import { makeSegments } from "../panels/tape-filter-bar.js";
import { makeTickerHead } from "../panels/ticker-head.js";

/** @typedef {import("../modules/pages.js").Context} Context */
/** @typedef {import("../modules/flow.js").Flow} Flow */
/** @typedef {import("../modules/flow.js").FlowRow} FlowRow */
/** @typedef {import("../modules/flow.js").Breakdown} Breakdown */
/** @typedef {import("../modules/protocol.js").Minute} Minute */

const POLL_MILLISECONDS = 2_000;
/** Positioning is worked out every few seconds only. */
const DEALERS_MILLISECONDS = 5_000;
/** @type {Breakdown[]} */
const BREAKDOWNS = ["strike", "expiry", "type", "side", "interval"];
const INTERVALS = [["5", "5 min"], ["10", "10 min"], ["30", "30 min"]];

/**
 * @param {HTMLElement} host
 * @param {Context} context
 */
export function mount(host, { desk, router, isShown }) {
  const route = computed(() => isShown.value ? router.route.value : router.route.peek());
  const symbols = computed(() => (desk.state.value?.underlyings ?? []).map((one) => one.symbol).toSorted().join(" "));
  // Without a subject the page is about the desk's own.
  const symbol = computed(() =>
    route.value.subject || (desk.state.value?.grid?.underlying ?? symbols.value.split(" ")[0] ?? "")
  );
  const session = computed(() => desk.state.value?.health.session ?? null);
  const span = computed(() => route.value.params.window === "60" ? "60m" : "session");
  const interval = computed(() => INTERVALS.find(([minutes]) => minutes === route.value.params.interval)?.[0] ?? "5");
  /** @type {Record<Breakdown, import("../modules/signals.js").Signal<Flow | null>>} */
  const flows = {
    strike: signal(/** @type {Flow | null} */ (null)),
    expiry: signal(/** @type {Flow | null} */ (null)),
    type: signal(/** @type {Flow | null} */ (null)),
    side: signal(/** @type {Flow | null} */ (null)),
    interval: signal(/** @type {Flow | null} */ (null)),
  };
  const ticker = signal(
    /** @type {{ as_of: string | null, minutes: Minute[], totals: { underlying_price: number | null } } | null} */ (null),
  );
  /** What each question was refused with; its own answer clears it. @type {Record<string, string>} */
  let refusals = {};
  const trouble = signal("");
  /** @param {string} question @param {string} refusal "" when it was answered, or is another one now */
  const complain = (question, refusal) => {
    refusals = { ...refusals, [question]: refusal };
    trouble.value = joined(Object.values(refusals));
  };

  /** @param {import("../modules/route.js").Changes} drill */
  const drillTo = (drill) => router.filter({ by: null, at: null, only: null, ...drill });
  const go = (/** @type {string} */ subject) => {
    const { window: shown = null, interval: minutes = null, minutes: view = null } = router.route.peek().params;
    router.go("ticker", subject, { window: shown, interval: minutes, minutes: view });
  };
  const head = makeTickerHead({
    choose: go,
    chooseWindow: (chosen) => router.filter({ window: chosen === "60" ? "60" : null, by: null, at: null, only: null }),
    openAll: () => drillTo({ by: "total" }),
  });
  const drawer = new DrillDrawer({
    session: () => session.peek(),
    close: () => drillTo({}),
    choose: (only) => router.filter({ only: only || null }),
    again: () => (shownDrill.value = ""),
    open: (print) => (location.hash = openPrint(print)),
  });
  const minutes = new MinuteFlow({
    open: (minute) => drillTo({ by: "minute", at: minute.time }),
    choose: (isTable) => router.filter({ minutes: isTable ? "table" : null }),
  });
  const choice = makeSegments("Length of an interval", INTERVALS, (chosen) => {
    const { by } = router.route.peek().params;
    router.filter({
      interval: chosen === "5" ? null : chosen,
      ...(by === "interval" ? { by: null, at: null, only: null } : {}),
    });
  });
  const tables = makeFlowPanels((by, row) => drillTo({ by, at: keyOf(by, row) }));
  tables.interval.head.append(choice.node);
  const frame = element("div", "ticker", {}, [
    head.node,
    element("div", "ticker-column", {}, [minutes.node, tables.interval.node]),
    element("div", "ticker-column", {}, [tables.strike.node]),
    element("div", "ticker-column sides", {}, [tables.expiry.node, tables.type.node, tables.side.node]),
    drawer.node,
  ]);
  host.append(frame);

  // Polls.
  for (const by of BREAKDOWNS) {
    const path = computed(() => {
      const length = by === "interval" ? `&interval=${interval.value}` : "";
      return symbol.value && `/flow/${encodeURIComponent(symbol.value)}?window=${span.value}&by=${by}${length}`;
    });
    poll({
      isShown,
      milliseconds: POLL_MILLISECONDS,
      path: () => path.value || null,
      take: (answer) => {
        flows[by].value = answer;
        complain(by, "");
      },
      refuse: (error) => complain(by, error.message),
    });
    // What another question was answered with is not shown under this one.
    effectWhile(isShown, () => {
      path.value;
      flows[by].value = null;
      complain(by, "");
    });
  }
  const subjectPath = (/** @type {string} */ name) =>
    symbol.value ? `/${name}/${encodeURIComponent(symbol.value)}` : null;
  poll({
    isShown,
    milliseconds: POLL_MILLISECONDS,
    path: () => subjectPath("ticker"),
    take: (answer) => {
      ticker.value = answer;
      complain("ticker", "");
    },
    refuse: (error) => complain("ticker", error.message),
  });
  poll({
    isShown,
    milliseconds: DEALERS_MILLISECONDS,
    path: () => subjectPath("positioning"),
    take: (answer) => head.showDealers(answer, ""),
    refuse: (error) => head.showDealers(null, error.message),
  });
  effectWhile(isShown, () => {
    symbol.value;
    ticker.value = null;
    complain("ticker", "");
    head.showDealers(null, "Not yet known.");
  });

  // What is shown.
  effectWhile(isShown, () => {
    const listed = symbols.value.split(" ").filter((one) => one !== "");
    head.choose(symbol.value, span.value === "60m" ? "60" : "session", listed);
    choice.show([interval.value]);
    minutes.showTable(route.value.params.minutes === "table");
  });
  effectWhile(isShown, () => head.complain(trouble.value));
  effectWhile(isShown, () => {
    const spot = ticker.value ? { price: ticker.value.totals.underlying_price, asOf: ticker.value.as_of } : null;
    head.show(flows.type.value, spot);
    const all = ticker.value?.minutes ?? [];
    minutes.update(span.value === "60m" ? lastHour(all) : all);
  });
  const spot = computed(() => ticker.value?.totals.underlying_price ?? null);
  for (const by of BREAKDOWNS) {
    effectWhile(isShown, () => tables[by].show(flows[by].value, session.value, by === "strike" ? spot.value : null));
  }

  // The prints behind a sum: the sum is kept as it was when they were asked for, so that both are of one moment.
  const shownDrill = signal("");
  let before = /** @type {Element | null} */ (null);
  effectWhile(isShown, () => {
    const { by = "", at = "", only = "" } = route.value.params;
    if (by === "") {
      if (!drawer.node.hidden) {
        const held = drawer.node.contains(document.activeElement);
        drawer.close();
        if (held && before instanceof HTMLElement) before.focus({ preventScroll: true });
      }
      shownDrill.value = "";
      return;
    }
    const key = [symbol.value, span.value, by, at, only].join(" ");
    if (shownDrill.value === key) return;
    const found = drillFor(by, at, only);
    if (found === null) return;
    shownDrill.value = key;
    if (drawer.node.hidden) before = document.activeElement;
    if (typeof found === "string") drawer.refuse(symbol.value, found);
    else drawer.open(found, only, by !== "minute");
    drawer.node.focus({ preventScroll: true });
  });

  /**
   * @param {string} by
   * @param {string} at
   * @param {string} only
   * @returns {import("../modules/flow.js").Drill | string | null} words when there is no such row; null while it is not known
   */
  function drillFor(by, at, only) {
    if (by === "minute") {
      const answer = ticker.value;
      const minute = answer?.minutes.find((one) => one.time === at);
      if (!answer) return null;
      return minute ? drillOfMinute(symbol.value, minute, answer.as_of) : `No minute ${at} today.`;
    }
    const breakdown = BREAKDOWNS.find((one) => one === by) ?? (by === "total" ? "type" : null);
    if (breakdown === null) return `"${by}" is no breakdown.`;
    const flow = flows[breakdown].value;
    if (!flow) return null;
    const row = by === "total" ? flow.totals : flow.rows.find((one) => keyOf(breakdown, one) === at);
    if (!row) return `No print of ${by} ${at} in this window.`;
    const name = by === "total" ? "all" : nameOf(breakdown, row, session.value);
    return drillOf(
      row,
      `${symbol.value} ${by === "strike" ? "strike " : ""}${name}`,
      flow.as_of,
      only === "institutional",
    );
  }
}
