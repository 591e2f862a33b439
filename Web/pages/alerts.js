/** Alerts: all that were made, the rules that make them, who is told, and how many there were. The tab is in the address. */
import { element, setText } from "../modules/dom.js";
import { tabOf } from "../modules/route.js";
import { computed, effectWhile } from "../modules/signals.js";
import { mountAlertList } from "../panels/alert-list.js";
import { mountAlertStatistics } from "../panels/alert-statistics.js";
import { mountRuleTable } from "../panels/rule-table.js";
import { segments } from "../panels/segments.js";
import { mountSubscribers } from "../panels/subscribers.js";

/** @typedef {import("../modules/pages.js").Context} Context */
/** @typedef {(host: HTMLElement, context: Context) => void} Mount */

/** @type {{ name: string, title: string, mount: Mount }[]} */
const TABS = [
  { name: "list", title: "List", mount: mountAlertList },
  { name: "rules", title: "Rules", mount: mountRuleTable },
  { name: "subscribers", title: "Subscribers", mount: mountSubscribers },
  { name: "statistics", title: "Statistics", mount: mountAlertStatistics },
];

/**
 * @param {HTMLElement} host
 * @param {Context} context
 */
export function mount(host, context) {
  const { router, desk, isShown } = context;
  // Filters of the list are no business of the other tabs.
  const tabs = segments("Part of the page", TABS.map(({ name, title }) => [name, title]), (name) => {
    router.go("alerts", "", { tab: name === "list" ? null : name });
  });
  const count = element("p", "aside");
  const places = TABS.map((tab) => ({ ...tab, place: element("div", `alerts-${tab.name}`), isMounted: false }));
  host.append(
    element("header", "alerts-bar", {}, [element("h2", "", {}, ["Alerts"]), tabs.node, count]),
    ...places.map(({ place }) => place),
  );

  // Page and tab are of one address: the filters of another page must not be read as those of the list.
  const names = TABS.map(({ name }) => name);
  const shown = computed(() => tabOf(router.route.value, names));
  effectWhile(isShown, () => {
    if (shown.value === null) return;
    tabs.show(shown.value);
    for (const tab of places) {
      tab.place.hidden = tab.name !== shown.value;
      if (tab.place.hidden || tab.isMounted) continue;
      tab.isMounted = true;
      tab.mount(tab.place, { ...context, isShown: computed(() => tabOf(router.route.value, names) === tab.name) });
    }
  });
  effectWhile(isShown, () => {
    const health = desk.state.value?.health;
    const fresh = health?.alerts_new ?? null;
    setText(count, fresh === null ? "" : `${fresh.toLocaleString("en-US")} that nobody has looked at`);
  });
}
