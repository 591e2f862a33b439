/** One alert whole: its words, what its score is made of, who did what with it, and the prints that caused it. */
import { scoreParts } from "../modules/alerts.js";
import { element, setShare } from "../modules/dom.js";
import { fetchDetection } from "./detection-detail.js";

/** @typedef {import("../modules/protocol.js").Alert} Alert */

/**
 * @param {HTMLElement} place what it is shown in
 * @param {Alert} alert
 * @param {(name: string) => void} openRule
 */
export function showAlertDetail(place, alert, openRule) {
  const rule = element("button", "link", { type: "button" }, [`rule ${alert.rule}`]);
  rule.addEventListener("click", () => openRule(alert.rule));
  const parts = scoreParts(alert).map((part) => {
    const points = element("b", "", {}, [String(part.points)]);
    setShare(points, "--bar", part.points / part.most);
    return element("li", "", {}, [
      element("span", "", {}, [part.name]),
      points,
      element("span", "quiet", {}, [`of ${part.most}`]),
    ]);
  });
  const changed = alert.state === "new" ? "" : ` · ${alert.state} by ${alert.changed_by ?? "nobody"}`;
  const hasFocus = place.querySelector(".link") === document.activeElement && document.activeElement !== null;
  // The prints of the same detection stay until the new ones are there: nothing jumps.
  const known = place.querySelector(".alert-prints");
  const isSame = known instanceof HTMLElement && known.dataset.detection === alert.detection_id;
  place.replaceChildren(
    element("p", "alert-text", {}, [alert.title]),
    ...alert.text.split("\n").map((line) => element("p", "quiet", {}, [line])),
    element("ul", "factors", { "aria-label": `Score ${alert.score.total} of 100` }, parts),
    element("p", "quiet", {}, [`Alert ${alert.id} · ${alert.symbol || "the data"} · `, rule, changed]),
  );
  if (alert.detection_id !== null) {
    const prints = isSame ? known : element("div", "alert-prints", { "data-detection": alert.detection_id });
    place.append(prints);
    void fetchDetection(prints, alert.detection_id);
  }
  if (hasFocus) rule.focus({ preventScroll: true });
}
