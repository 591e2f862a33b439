/** The filters of the list of alerts. What can be chosen is what there are alerts of. */
import { filtersOf } from "../modules/alert-list.js";
import { poll } from "../modules/api.js";
import { words } from "../modules/detections.js";
import { element } from "../modules/dom.js";
import { effectWhile, signal } from "../modules/signals.js";
import { segments } from "./segments.js";

/** @typedef {{ name: string, count: number }} Count */

const POLL_MILLISECONDS = 60_000;
/** The longest stretch that the server counts. */
const HOURS = 2160;
/** Typing is over when no key was pressed for so long. */
const SETTLE_MILLISECONDS = 300;

/** @param {import("../modules/pages.js").Context} context */
export function filterBar({ router, isShown }) {
  /** @param {string} name @returns {(value: string) => void} */
  const filter = (name) => (value) => {
    // What is typed is set a moment later, when another page may be shown already.
    if (isShown.peek()) router.filter({ [name]: value === "" ? null : value, open: null });
  };
  const state = segments("State", [
    ["", "All"],
    ["new", "New"],
    ["acknowledged", "Acknowledged"],
    ["resolved", "Resolved"],
    ["expired", "Expired"],
  ], filter("state"));
  const severity = segments("Least severity", [
    ["", "Any"],
    ["LOW", "Low+"],
    ["MEDIUM", "Medium+"],
    ["HIGH", "High+"],
    ["CRITICAL", "Critical"],
  ], filter("severity"));
  const symbol = element("input", "", {
    type: "search",
    "aria-label": "Underlying or contract",
    placeholder: "Symbol",
    autocomplete: "off",
    spellcheck: "false",
  });
  const kind = element("select", "", { "aria-label": "Kind" });
  const rule = element("select", "", { "aria-label": "Rule" });
  let settling = 0;
  symbol.addEventListener("input", () => {
    clearTimeout(settling);
    settling = setTimeout(() => filter("symbol")(symbol.value.trim().toUpperCase()), SETTLE_MILLISECONDS);
  });
  kind.addEventListener("change", () => filter("kind")(kind.value));
  rule.addEventListener("change", () => filter("rule")(rule.value));

  const counts = signal(/** @type {{ by_kind: Count[], by_rule: Count[] }} */ ({ by_kind: [], by_rule: [] }));
  poll({
    isShown,
    milliseconds: POLL_MILLISECONDS,
    path: () => `/alerts/statistics?hours=${HOURS}`,
    take: (answer) => (counts.value = answer),
    // The list itself says what is wrong with the server.
    refuse: () => {},
  });
  effectWhile(isShown, () => {
    const filters = filtersOf(router.route.value.params);
    state.show(filters.state);
    severity.show(filters.severity);
    if (document.activeElement !== symbol) symbol.value = filters.symbol;
    offer(kind, "All kinds", counts.value.by_kind, filters.kind);
    offer(rule, "All rules", counts.value.by_rule, filters.rule);
  });
  return element("div", "log-filters", { role: "group", "aria-label": "Filters" }, [
    state.node,
    severity.node,
    symbol,
    kind,
    rule,
  ]);
}

/**
 * @param {HTMLSelectElement} select
 * @param {string} all the choice of no filter
 * @param {Count[]} counts
 * @param {string} chosen is offered, even when there is nothing of it
 */
function offer(select, all, counts, chosen) {
  const names = counts.map(({ name }) => name).sort();
  if (chosen !== "" && !names.includes(chosen)) names.push(chosen);
  if (names.join() !== [...select.options].slice(1).map((option) => option.value).join() || select.length === 0) {
    select.replaceChildren(
      element("option", "", { value: "" }, [all]),
      ...names.map((name) => element("option", "", { value: name }, [words(name)])),
    );
  }
  select.value = chosen;
}
