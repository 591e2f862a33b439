/** The last ten minutes of four figures, as small lines with their range in words. */
import { element, setAttribute, setText } from "../modules/dom.js";
import { formatAge, formatCount, formatMilliseconds, MISSING } from "../modules/format.js";
import { effect, effectWhile, signal } from "../modules/signals.js";
import { drawing } from "../modules/svg.js";
import { VitalsHistory, wayAboveZero } from "../modules/vitals.js";

/** @typedef {import("../modules/vitals.js").Vitals} Vitals */
/** @typedef {{ name: keyof Vitals, title: string, least: number, format: (value: number) => string }} Row */

/** @type {Row[]} */
const ROWS = [
  { name: "dataAge", title: "Data age", least: 1, format: formatAge },
  { name: "events", title: "Events/s", least: 100, format: formatCount },
  { name: "queue", title: "Fullest queue", least: 0.1, format: (share) => `${(share * 100).toFixed(1)}%` },
  { name: "lag", title: "Storage lag", least: 500, format: formatMilliseconds },
];

/**
 * @param {HTMLElement} host
 * @param {import("../modules/desk.js").Desk} desk
 * @param {import("../modules/signals.js").Signal<boolean>} isShown
 */
export function mountVitals(host, desk, isShown) {
  const history = new VitalsHistory();
  const taken = signal(0);
  const rows = ROWS.map((row) => ({ row, ...makeRow(host, row) }));

  // Goes on while the page is hidden: a sample every two seconds, and nothing is drawn.
  effect(() => {
    const health = desk.state.value?.health;
    if (!health) return;
    const isTaken = history.add(desk.now.peek(), {
      dataAge: health.data_age_seconds,
      events: health.events_per_second,
      queue: health.queue_share,
      lag: health.storage_lag_milliseconds,
    });
    if (isTaken) taken.value = taken.peek() + 1;
  });
  effectWhile(isShown, () => {
    if (taken.value === 0) return;
    for (const { row, value, range, way } of rows) {
      const values = history.values(row.name);
      const last = values.at(-1);
      setText(value, last === undefined ? MISSING : row.format(last));
      const span = `${row.format(Math.min(...values))} to ${row.format(Math.max(...values))}`;
      setText(range, values.length > 1 ? `${span} in ${formatAge(history.seconds)}` : "");
      setAttribute(way, "points", wayAboveZero(values, row.least));
    }
  });
}

/**
 * @param {HTMLElement} host
 * @param {Row} row
 */
function makeRow(host, { title }) {
  const [value, range] = [element("b", "", {}, [MISSING]), element("small", "quiet")];
  const way = drawing("polyline");
  const picture = drawing("svg", "", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" }, [
    way,
  ]);
  host.append(element("div", "vital", {}, [element("span", "quiet", {}, [title]), value, picture, range]));
  return { value, range, way };
}
