/** The page of health, for the one who must trust the data: problems first, then everything /health says with a judgement. */
import { poll } from "../modules/api.js";
import { element, RowPool, setAttribute, setClass, setText } from "../modules/dom.js";
import { formatAge, formatEastern } from "../modules/format.js";
import { ingestSection, queueSection } from "../modules/health-data.js";
import { liveSections } from "../modules/health-live.js";
import { journalSection, lakeSection, storageSection } from "../modules/health-storage.js";
import {
  alertsSection,
  detectorSection,
  lossSection,
  pageSection,
  positioningSection,
  programSection,
  streamSection,
} from "../modules/health-work.js";
import { effectWhile, signal } from "../modules/signals.js";
import { makeCard, writeCard } from "../panels/health-card.js";
import { makeGaps } from "../panels/health-gaps.js";
import { makeMethods } from "../panels/health-methods.js";
import { mountVitals } from "../panels/health-vitals.js";

/** @typedef {import("../modules/health-report.js").HealthReport} HealthReport */
/** @typedef {import("../modules/health-report.js").Section} Section */

const POLL_MILLISECONDS = 2_000;

/**
 * @param {HTMLElement} host
 * @param {import("../modules/pages.js").Context} context
 */
export function mount(host, { desk, isShown }) {
  const view = build(host);
  const health = signal(/** @type {HealthReport | null} */ (null));
  const refusal = signal("");
  /** When the last answer came: monotonic, and by the clock. */
  const answered = { at: 0, time: 0 };

  mountVitals(view.vitals, desk, isShown);
  poll({
    isShown,
    milliseconds: POLL_MILLISECONDS,
    path: () => "/health",
    take: (answer) => {
      answered.at = performance.now();
      answered.time = Date.now();
      refusal.value = "";
      health.value = answer;
    },
    // The figures stay: how old they are is said above them.
    refuse: (error) => (refusal.value = error.message),
  });

  effectWhile(isShown, () => {
    const report = health.value;
    if (!report) return setText(view.word, refusal.value ? "No answer" : "Asking…");
    const sections = sectionsOf(report, desk);
    view.cards.update(sections, writeCard);
    view.methods.write(report);
    view.gaps.write(report.live?.gaps ?? null);
    writeVerdict(view, report, sections, answered.time);
  });
  effectWhile(isShown, () => {
    const silence = refusal.value;
    const age = health.peek() ? ` What is shown is ${formatAge((desk.now.value - answered.at) / 1000)} old.` : "";
    view.silence.hidden = silence === "";
    setText(view.silence, silence && `The server does not answer: ${silence}.${age}`);
  });
}

/**
 * @param {HealthReport} report
 * @param {import("../modules/desk.js").Desk} desk
 * @returns {Section[]}
 */
function sectionsOf(report, desk) {
  const sections = [
    ...liveSections(report),
    ingestSection(report),
    queueSection(report),
    storageSection(report),
    journalSection(report),
    lakeSection(report),
    positioningSection(report),
    alertsSection(report),
    detectorSection(report),
    lossSection(report),
    streamSection(report),
    pageSection({
      phase: desk.phase.value.kind,
      missed: desk.missed.value,
      reconnects: desk.reconnects.value,
      badMessages: desk.badMessages.value,
      failures: desk.historyFailures.value,
      dataAge: desk.verdict.peek().dataAgeSeconds,
    }),
    programSection(report),
  ];
  return sections.filter((section) => section !== null);
}

/** @type {Record<string, { word: string, text: string }>} */
const STATES = {
  ok: { word: "All is well", text: "The server has no doubt about its data." },
  degraded: { word: "Degraded", text: "It works, with what is said here:" },
  down: { word: "Down", text: "Data do not come, or nothing shown is live:" },
};

/**
 * @param {ReturnType<typeof build>} view
 * @param {HealthReport} report
 * @param {Section[]} sections
 * @param {number} answeredTime milliseconds since 1970
 */
function writeVerdict(view, report, sections, answeredTime) {
  const state = STATES[report.status] ?? { word: report.status, text: "" };
  const problems = sections.flatMap(({ title, lines }) =>
    lines.filter(({ tone }) => tone === "bad").map(({ name, value, remedy }) =>
      `${title}, ${name}: ${value}. ${remedy}`
    )
  );
  const looks = sections.flatMap(({ lines }) => lines.filter(({ tone }) => tone === "warn")).length;
  const isWell = report.status === "ok";
  setAttribute(view.verdict, "data-status", isWell && problems.length > 0 ? "degraded" : report.status);
  setText(view.word, isWell && problems.length > 0 ? "Problems" : state.word);
  const others = looks > 0 ? ` ${looks} ${looks === 1 ? "figure is" : "figures are"} worth a look, marked below.` : "";
  setText(view.text, isWell && problems.length > 0 ? `Since the start:${others}` : state.text + others);
  const reasons = report.reasons.map(sentence);
  view.reasons.update([...reasons, ...problems], ({ node }, reason, index) => {
    setText(node, reason);
    setClass(node, index < reasons.length ? "said" : "");
  });
  setText(
    view.facts,
    `${report.mode} · up ${formatAge(report.uptime_seconds)} · answered ${formatEastern(answeredTime)} ET`,
  );
}

/** @param {string} reason */
function sentence(reason) {
  const text = reason.charAt(0).toUpperCase() + reason.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** @param {HTMLElement} host */
function build(host) {
  const [word, text, facts] = [element("b", "health-word"), element("span"), element("p", "aside quiet")];
  const list = element("ul", "health-reasons", { "aria-label": "Problems" });
  const silence = element("p", "health-silence", { role: "alert", hidden: "" });
  const verdict = element("section", "panel health-verdict", { "aria-label": "Verdict", tabindex: "0" }, [
    element("div", "health-headline", {}, [element("h2", "", {}, [word]), element("p", "", {}, [text]), facts]),
    silence,
    list,
  ]);
  const vitals = element("section", "panel health-vitals", {
    "aria-label": "The last ten minutes, kept in this browser",
  });
  const column = element("div", "health-board");
  const methods = makeMethods();
  const gaps = makeGaps();
  const subjects = element("div", "health-subjects");
  const cards = new RowPool(subjects, makeCard);
  const links = element("p", "health-links quiet", {}, [
    link("/health", "The same as JSON"),
    " · ",
    link("/docs", "API"),
    " · ",
    link("https://www.tradingview.com/lightweight-charts/", "Charts by TradingView"),
  ]);
  const scroll = element("div", "health-scroll", { tabindex: "0", role: "group", "aria-label": "Health by subject" }, [
    column,
  ]);
  column.append(gaps.node, subjects, methods.node);
  host.append(verdict, vitals, scroll, links);
  const reasons = new RowPool(list, () => ({ node: element("li") }));
  return { verdict, word, text, facts, silence, reasons, vitals, cards, methods, gaps };
}

/**
 * @param {string} href
 * @param {string} text
 */
function link(href, text) {
  return element("a", "", href.startsWith("/") ? { href } : { href, rel: "noreferrer" }, [text]);
}
