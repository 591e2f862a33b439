/** The page of gamma: where the dealers of one underlying stand, at which strikes and expiries, and how that has moved. */
import { poll } from "../modules/api.js";
import { element, RowPool, setAttribute, setText } from "../modules/dom.js";
import { basisOf } from "../modules/gamma.js";
import { addressOf } from "../modules/route.js";
import { computed, effectWhile, signal } from "../modules/signals.js";
import { mountGammaExpiries } from "../panels/gamma-expiries.js";
import { mountGammaFigures } from "../panels/gamma-figures.js";
import { mountGammaHeat } from "../panels/gamma-heat.js";
import { mountGammaProfile } from "../panels/gamma-profile.js";
import { mountGex } from "../panels/gex.js";

/** @typedef {import("../modules/gamma.js").Gex} Gex */
/** @typedef {import("../modules/gamma.js").Positioning} Positioning */
/** @typedef {import("../modules/heatmap.js").GexMinute} GexMinute */

const POLL_MILLISECONDS = 5_000;
const HISTORY_MILLISECONDS = 15_000;

/**
 * @param {HTMLElement} host
 * @param {import("../modules/pages.js").Context} context
 */
export function mount(host, { desk, router, isShown }) {
  const symbols = computed(() => (desk.state.value?.underlyings ?? []).map(({ symbol }) => symbol).sort().join(" "));
  const leading = computed(() => desk.state.value?.grid?.underlying ?? symbols.value.split(" ")[0] ?? "");
  const symbol = computed(() => subjectOf(router.route.value) || leading.value || null);
  const basis = computed(() => basisOf(router.route.value.params.basis));
  const view = computed(() =>
    router.route.value.params.history === "table" ? /** @type {const} */ ("table") : /** @type {const} */ ("picture")
  );

  const chooser = element("nav", "choices", { "aria-label": "Underlying" });
  const figures = element("section", "panel gamma-figures-panel");
  const strikes = element("section", "panel gamma-strikes-panel");
  const expiries = element("section", "panel gamma-expiries-panel");
  const heat = element("section", "panel gamma-heat-panel");
  const profile = element("section", "panel gamma-profile-panel");
  host.append(chooser, figures, strikes, element("div", "gamma-side", {}, [expiries, profile]), heat);
  mountChooser(chooser, { symbols, symbol, router, isShown });
  mountGex(strikes, { symbol, isShown, compact: false, basis, choose: (next) => router.filter({ basis: next }) });

  const positioning = ask(
    /** @type {Positioning | null} */ (null),
    { isShown, milliseconds: POLL_MILLISECONDS, path: () => pathOf("positioning", symbol.value) },
  );
  const byExpiry = ask(/** @type {Gex | null} */ (null), {
    isShown,
    milliseconds: POLL_MILLISECONDS,
    path: () => pathOf("gex", symbol.value, `?by=expiry&basis=${basis.value}`),
  });
  const history = ask(/** @type {{ symbol: string, basis: string, minutes: GexMinute[] } | null} */ (null), {
    isShown,
    milliseconds: HISTORY_MILLISECONDS,
    path: () => pathOf("gex", symbol.value, `/history?basis=${basis.value}`),
  });

  const writeFigures = mountGammaFigures(figures);
  const writeExpiries = mountGammaExpiries(expiries);
  const writeProfile = mountGammaProfile(profile);
  const { draw } = mountGammaHeat(heat, (next) => router.filter({ history: next === "table" ? next : null }));
  effectWhile(isShown, () => writeFigures(positioning.answer.value, basis.value, positioning.refusal.value));
  effectWhile(isShown, () => {
    const refusal = byExpiry.refusal.value || positioning.refusal.value;
    writeExpiries(byExpiry.answer.value, positioning.answer.value, refusal);
    writeProfile(byExpiry.answer.value);
  });
  effectWhile(isShown, () => {
    const refusal = history.refusal.value;
    draw(history.answer.value?.minutes ?? null, view.value, refusal && `The history is not available. ${refusal}`);
  });
}

/**
 * @param {{ page: string, subject: string }} route
 */
function subjectOf({ page, subject }) {
  return page === "gamma" ? subject : "";
}

/**
 * @param {string} endpoint
 * @param {string | null} symbol
 * @param {string} [rest]
 */
function pathOf(endpoint, symbol, rest = "") {
  return symbol && `/${endpoint}/${encodeURIComponent(symbol)}${rest}`;
}

/**
 * What the server answers as a signal. An answer to another question, and one that a refusal has followed, is none.
 * @template T
 * @param {T} none
 * @param {Pick<Parameters<typeof poll>[0], "isShown" | "milliseconds" | "path">} question
 */
function ask(none, question) {
  const answer = signal(none);
  const refusal = signal("");
  let asked = question.path();
  poll({
    ...question,
    path: () => {
      const next = question.path();
      if (next !== asked) {
        asked = next;
        answer.value = none;
        refusal.value = "";
      }
      return next;
    },
    take: (taken) => {
      answer.value = taken;
      refusal.value = "";
    },
    refuse: (error) => {
      answer.value = none;
      refusal.value = error.message;
    },
  });
  return { answer, refusal };
}

/**
 * Links, so that each underlying has an address of its own and the filters stay.
 * @param {HTMLElement} nav
 * @param {object} choice
 * @param {import("../modules/signals.js").Signal<string>} choice.symbols those of the stream
 * @param {import("../modules/signals.js").Signal<string | null>} choice.symbol
 * @param {import("../modules/route.js").Router} choice.router
 * @param {import("../modules/signals.js").Signal<boolean>} choice.isShown
 */
function mountChooser(nav, { symbols, symbol, router, isShown }) {
  const pool = new RowPool(nav, () => ({ node: element("a") }));
  effectWhile(isShown, () => {
    const known = symbols.value === "" ? [] : symbols.value.split(" ");
    const chosen = symbol.value;
    const all = chosen === null || known.includes(chosen) ? known : [...known, chosen];
    pool.update(all, ({ node }, name) => {
      setText(node, name);
      setAttribute(node, "href", addressOf("gamma", name, router.route.value.params));
      setAttribute(node, "aria-current", name === chosen ? "true" : null);
    });
  });
}
