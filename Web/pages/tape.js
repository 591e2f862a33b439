/** The page "tape": all prints of the day, newest first, back to its beginning; a row opens to all that is known of a print. */
import { get } from "../modules/api.js";
import { firstPrintOfRun } from "../modules/detections.js";
import { element, setAttribute, setText } from "../modules/dom.js";
import { formatCount, formatEastern } from "../modules/format.js";
import { computed, effect, effectWhile } from "../modules/signals.js";
import { passesOf, questionOf, readFilter } from "../modules/tape-filter.js";
import { Past } from "../modules/tape-past.js";
import { tableOfPrints } from "../modules/tape-table.js";
import { TapeView } from "../modules/tape-view.js";
import { exportRows } from "../panels/panel-tools.js";
import { PrintDetail } from "../panels/print-detail.js";
import { makeFilterBar } from "../panels/tape-filter-bar.js";
import { TapeList } from "../panels/tape-list.js";

/** @typedef {import("../modules/pages.js").Context} Context */
/** @typedef {import("../modules/tape-past.js").Reach} Reach */

const HEADS = [
  "Time",
  "Sym",
  "Contract",
  "Side",
  "Price",
  "Size",
  "Premium",
  "Bid × ask",
  "Age",
  "Δ",
  "IV",
  "Venue",
  "",
];
/** Rows of one question; the server gives no more. */
const PAGE_ROWS = 1000;
/** Rows from the end of what is here at which older ones are fetched. */
const ROWS_AHEAD = 40;

/**
 * @param {HTMLElement} host
 * @param {Context} context
 */
export function mount(host, { desk, router, isShown, paints }) {
  const parts = makeParts();
  const bar = makeFilterBar(router, "tape");
  const detail = new PrintDetail(router);
  parts.panel.firstElementChild?.after(bar.node);
  const frame = element("div", "tape-page", {}, [parts.panel, detail.node]);
  host.append(frame);

  const view = new TapeView(() => true, { reachesBack: true });
  exportRows(parts.panel, () => tableOfPrints(view.prints));
  const session = computed(() => desk.state.value?.health.session ?? null);
  const filter = computed(() => JSON.stringify(readFilter(isShown.value ? router.route.value.params : {})));
  const past = new Past({ view, ask: get, address: addressBefore });
  const list = new TapeList({
    view,
    scroll: parts.scroll,
    body: parts.body,
    newer: parts.newer,
    session: () => session.peek(),
    isWide: true,
    open: (print) => router.filter({ print: String(print.id) }),
    drawn,
  });

  /**
   * @param {number} before an id, or `Infinity`
   * @returns {string | null}
   */
  function addressBefore(before) {
    const newest = desk.hello.peek()?.last_print_id;
    const [day, chosen] = [session.peek(), readFilter(router.route.peek().params)];
    if (newest === undefined || day === null || chosen.subject.unread !== null) return null;
    const bounds = {
      from: day,
      from_id: String(firstPrintOfRun(newest)),
      cursor: String(Number.isFinite(before) ? before : newest + 1),
      limit: String(PAGE_ROWS),
    };
    return `/prints?${new URLSearchParams({ ...questionOf(chosen, day), ...bounds })}`;
  }

  /** @param {number} last index behind the last row in sight */
  function drawn(last) {
    if (!isShown.peek()) return;
    if (list.isFollowing) past.leave();
    past.check();
    if (last > view.count - ROWS_AHEAD) void past.more();
    tell();
  }

  function tell() {
    const reach = past.reach.peek();
    const { unread } = readFilter(router.route.peek().params).subject;
    parts.empty.hidden = view.count > 0;
    const nothing = unread === null ? "No print passes the filter." : `"${unread}" is no symbol, strike or contract.`;
    setText(parts.empty, reach.kind === "fetching" ? "Looking for older prints." : nothing);
    setText(parts.aside, `${formatCount(view.count)} ${view.count === 1 ? "print" : "prints"}`);
    setText(parts.reach, reachWords(reach, view));
    parts.further.hidden = reach.kind !== "searched" && reach.kind !== "refused";
    setText(parts.further, reach.kind === "refused" ? "Try again" : "Search further back");
    setText(parts.pause, view.isPaused ? `Resume · ${formatCount(view.waiting)} new` : "Pause");
    setAttribute(parts.pause, "aria-pressed", String(view.isPaused));
  }

  function togglePause() {
    if (view.isPaused) view.resume();
    else view.pause();
    list.draw();
  }
  parts.pause.addEventListener("click", togglePause);
  parts.scroll.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      event.preventDefault();
      togglePause();
    } else if (event.key === "Escape") {
      if (router.route.peek().params.print) router.filter({ print: null });
      else list.toNewest();
    }
  });
  parts.further.addEventListener("click", () => void past.more(true));

  // A page that is not looked at keeps nothing, unless its reader has stopped it.
  effect(() => {
    if (isShown.value) {
      desk.tape.attach(view);
      list.draw();
    } else if (!view.isPaused) {
      desk.tape.detach(view);
      view.clear();
      past.reset();
    }
  });
  let filtered = "";
  effectWhile(isShown, () => {
    const key = `${filter.value} ${session.value}`;
    bar.show(router.route.value.params);
    if (key === filtered) return;
    filtered = key;
    view.setFilter(passesOf(JSON.parse(filter.value), session.value));
    desk.tape.refill(view);
    past.reset();
    list.toNewest();
  });
  effectWhile(isShown, () => {
    paints.tape.value;
    list.draw();
  });
  // What was fetched lies below all that is in sight; the next page follows once the last one is drawn.
  effectWhile(isShown, () => {
    if (past.reach.value.kind === "more") requestAnimationFrame(() => list.draw());
    else tell();
  });
  effectWhile(isShown, () => bar.offer((desk.state.value?.underlyings ?? []).map((underlying) => underlying.symbol)));
  let opened = /** @type {string | null} */ (null);
  effectWhile(isShown, () => {
    const { print = null } = router.route.value.params;
    if (print === opened) return;
    const wasOpen = opened !== null;
    opened = print;
    frame.classList.toggle("opened", print !== null);
    const id = print === null ? NaN : Number(print);
    if (print === null) {
      detail.close();
      list.select(null);
      if (wasOpen) parts.scroll.focus({ preventScroll: true });
    } else {
      list.select(Number.isSafeInteger(id) ? id : null);
      void detail.open(print, view.entry(view.indexOf(id))?.print ?? null, () => session.peek());
    }
  });
}

function makeParts() {
  const aside = element("p", "aside", { id: "tape-aside" });
  const pause = element("button", "plain", {
    type: "button",
    id: "tape-pause",
    "aria-pressed": "false",
    title: "Key: space, in the list",
  }, ["Pause"]);
  const body = element("div", "tape-body");
  const scroll = element("div", "tape", { tabindex: "0", "aria-label": "Prints, newest first", id: "tape-scroll" }, [
    body,
  ]);
  const empty = element("p", "empty", { id: "tape-empty" }, ["No prints yet."]);
  const newer = element("button", "newer", { type: "button", id: "tape-newer" }, ["▲ newest"]);
  newer.hidden = true;
  const reach = element("span", "", { id: "tape-reach" });
  const further = element("button", "plain", { type: "button", id: "tape-further" });
  further.hidden = true;
  const panel = element("section", "panel panel-tape", { "aria-labelledby": "tape-title" }, [
    element("header", "panel-head", {}, [
      element("h2", "", { id: "tape-title" }, ["Tape"]),
      element("p", "note", {}, ["newest first; Enter or a click opens a print"]),
      aside,
      pause,
    ]),
    element("div", "tape-head", { "aria-hidden": "true" }, HEADS.map((head) => element("span", "", {}, [head]))),
    element("div", "tape-frame", {}, [scroll, empty, newer]),
    element("footer", "tape-foot", {}, [reach, further]),
  ]);
  return { panel, aside, pause, body, scroll, empty, newer, reach, further };
}

/**
 * How far back the list reaches, and why no further.
 * @param {Reach} reach
 * @param {TapeView} view
 */
function reachWords({ kind, reason }, view) {
  const back = view.oldestTime === null ? "" : `Back to ${formatEastern(view.oldestTime)} ET. `;
  switch (kind) {
    case "fetching":
      return `${back}Fetching older prints.`;
    case "searched":
      return `${back}Many prints were searched and few pass the filter.`;
    case "end":
      return view.missed > 0
        ? `${back}No older ones pass the filter; ${formatCount(view.missed)} that were missed are not among these.`
        : `${back}These are all prints of the day that pass the filter.`;
    case "full":
      return `${back}The list holds ${
        formatCount(view.count)
      } prints and no more: narrow the filter to see older ones.`;
    case "refused":
      return `${back}Older prints cannot be had: ${reason}`;
    default:
      return `${back}Scroll on for older prints.`;
  }
}
