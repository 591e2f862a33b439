/** Shows the page that the address names. A page is fetched and mounted when it is first shown, and rests while it is not. */
import { required, setAttribute } from "./dom.js";
import { computed, effect } from "./signals.js";
import { PAGES } from "./route.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./route.js").Router} Router */
/** @typedef {import("./route.js").Route} Route */
/** @typedef {import("./signals.js").Signal<boolean>} Flag */

/**
 * What a page is given.
 * @typedef {object} Context
 * @property {Desk} desk what the stream tells
 * @property {Router} router
 * @property {Flag} isShown effects of a page use `effectWhile(isShown, …)`, so that a hidden page costs nothing
 * @property {{ tape: import("./signals.js").Signal<number>, detections: import("./signals.js").Signal<number>, alerts: import("./signals.js").Signal<number> }} paints
 *   change when tape, detections and alerts are to be drawn again, at a bounded rate
 * @property {(name: string) => void} openRule shows the form of the alert rule of that name; of a new one for ""
 * @property {import("./player.js").Playing} playing the player of a recording
 */

/** @typedef {{ mount: (host: HTMLElement, context: Context) => void }} PageModule */

/** @type {Record<string, () => Promise<PageModule>>} */
const LOADERS = {
  tape: () => import("../pages/tape.js"),
  ticker: () => import("../pages/ticker.js"),
  gamma: () => import("../pages/gamma.js"),
  alerts: () => import("../pages/alerts.js"),
  replay: () => import("../pages/replay.js"),
  health: () => import("../pages/health.js"),
};

/**
 * @param {Omit<Context, "isShown">} context
 */
export function mountPages(context) {
  const { router } = context;
  /** @type {Record<string, Flag>} */
  const shown = {};
  /** @type {Set<string>} */
  const mounted = new Set(["desk"]);
  for (const { name } of PAGES) shown[name] = computed(() => router.route.value.page === name);

  effect(() => {
    const { page } = router.route.value;
    for (const { name } of PAGES) {
      required(`page-${name}`).hidden = name !== page;
      setAttribute(required(`nav-${name}`), "aria-current", name === page ? "page" : null);
    }
    const load = LOADERS[page];
    if (!load || mounted.has(page)) return;
    mounted.add(page);
    void load().then(
      (module) => module.mount(required(`page-${page}`), { ...context, isShown: /** @type {Flag} */ (shown[page]) }),
      (error) => {
        mounted.delete(page);
        required(`page-${page}`).textContent = `This page could not be loaded (${error}). Reload to try again.`;
      },
    );
  });
}
