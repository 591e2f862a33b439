/** What the detectors found: newest first; a row opens to its breakdown and its prints. */
import { keyOf, whyText, words } from "../modules/detections.js";
import { element, required, setAttribute, setClass, setShare, setText } from "../modules/dom.js";
import { daysToExpiry, formatEastern, formatExpiry, formatMoney, formatStrike, formatUTC } from "../modules/format.js";
import { classOfType, directionOfSide, letterOfType } from "../modules/sides.js";
import { computed, effect } from "../modules/signals.js";
import { fetchDetection } from "./detection-detail.js";

/** @typedef {import("../modules/desk.js").Desk} Desk */
/** @typedef {import("../modules/protocol.js").Detection} Detection */
/** @typedef {ReturnType<typeof makeRow>} Row */

let rowsMade = 0;

/**
 * @param {Desk} desk
 * @param {import("../modules/signals.js").Signal<number>} paints changes when the list is to be drawn
 */
export function mountDetections(desk, paints) {
  const [list, aside] = [required("detections-rows"), required("detections-aside")];
  const [empty, why] = [required("detections-empty"), required("detections-why")];
  /** @type {Map<string, Row>} */
  const rows = new Map();
  const explain = (/** @type {Row | null} */ row) => setText(why, row ? row.why.textContent ?? "" : "");
  const session = computed(() => desk.state.value?.health.session ?? null);
  const isHeld = () => list.matches(":hover") || list.querySelector(":focus-visible") !== null;
  /** @param {Detection[]} detections */
  const count = (detections) => {
    const waiting = detections.filter((detection) => !rows.has(keyOf(detection))).length;
    const all = detections.length > 0 ? `${detections.length} of $25K and more` : "";
    setText(aside, waiting > 0 ? `${all}, ${waiting} waiting` : all);
  };

  /** Rows stand still under a hand; what they say goes on, and what waits is drawn when it leaves. */
  function draw() {
    const detections = desk.detections.rows;
    if (rows.size === 0 || !isHeld()) return write(detections);
    for (const detection of detections) {
      const row = rows.get(keyOf(detection));
      if (row) writeRow(row, detection, session.peek());
    }
    count(detections);
  }

  /** @param {Detection[]} detections */
  function write(detections) {
    empty.hidden = detections.length > 0;
    setText(empty, desk.history.detections.isAway.peek() ? "The detections cannot be had." : "Nothing found yet.");
    const known = new Set(detections.map(keyOf));
    for (const [key, row] of rows) {
      if (known.has(key)) continue;
      row.node.remove();
      rows.delete(key);
    }
    /** @type {Element | null} */
    let before = null;
    for (const detection of detections.toReversed()) {
      let row = rows.get(keyOf(detection));
      if (!row) {
        row = makeRow(explain);
        rows.set(keyOf(detection), row);
      }
      if (row.node.parentNode !== list || row.node.nextElementSibling !== before) list.insertBefore(row.node, before);
      writeRow(row, detection, session.peek());
      before = row.node;
    }
    count(detections);
  }

  effect(() => {
    paints.value;
    session.value;
    desk.history.detections.isAway.value;
    draw();
  });
  list.addEventListener("pointerleave", draw);
  list.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node && list.contains(event.relatedTarget))) draw();
  });
}

/** @param {(row: Row | null) => void} explain */
function makeRow(explain) {
  rowsMade += 1;
  const cells = {
    time: element("time", "time"),
    kind: element("span", "kind"),
    contract: element("span", "contract-cell"),
    side: element("span", "side"),
    premium: element("span", "premium"),
    confidence: element("span", "confidence"),
  };
  const why = element("span", "visually-hidden", { id: `detection-why-${rowsMade}` });
  const detail = element("div", "detection-detail", { id: `detection-detail-${rowsMade}` });
  detail.hidden = true;
  const button = element("button", "detection", {
    type: "button",
    "aria-expanded": "false",
    "aria-controls": detail.id,
    "aria-describedby": why.id,
  }, Object.values(cells));
  const node = element("li", "", {}, [button, why, detail]);
  const row = {
    node,
    button,
    why,
    detail,
    ...cells,
    /** @type {Detection | null} */
    detection: null,
    /** The record that `detail` shows. */
    shown: "",
  };
  button.addEventListener("click", () => toggle(row));
  for (const event of ["focus", "pointerenter"]) button.addEventListener(event, () => explain(row));
  for (const event of ["blur", "pointerleave"]) button.addEventListener(event, () => explain(null));
  return row;
}

/**
 * @param {Row} row
 * @param {Detection} detection
 * @param {string | null} session
 */
function writeRow(row, detection, session) {
  if (row.detection === detection) return;
  row.detection = detection;
  const direction = directionOfSide(detection.side);
  setText(row.time, formatEastern(detection.last_time));
  setAttribute(row.time, "title", formatUTC(detection.last_time));
  setText(row.kind, detection.state === "withdrawn" ? `${words(detection.kind)} withdrawn` : words(detection.kind));
  setText(row.contract, contractText(detection, session));
  setClass(row.contract, `contract-cell ${classOfType(detection.type)}`);
  setAttribute(row.contract, "title", detection.symbol);
  setText(row.side, `${direction.glyph} ${direction.word}`);
  setClass(row.side, `side ${direction.className}`);
  setText(row.premium, formatMoney(detection.premium));
  setText(row.confidence, `${Math.round(detection.confidence * 100)}%`);
  setShare(row.confidence, "--bar", detection.confidence);
  setText(row.why, whyText(detection));
  setClass(row.button, `detection ${detection.state}`);
  if (!row.detail.hidden) void fetchLegs(row);
}

/**
 * @param {Detection} detection
 * @param {string | null} session
 */
function contractText(detection, session) {
  if (detection.contracts > 1) return `${detection.underlying} ${detection.contracts} legs`;
  if (detection.strike === null) return detection.underlying;
  const leg = `${formatStrike(detection.strike)} ${letterOfType(detection.type)}`;
  const isToday = detection.expiry !== null && daysToExpiry(detection.expiry, session) === 0;
  return `${detection.underlying} ${leg} ${isToday ? "0D" : formatExpiry(detection.expiry, session)}`;
}

/** @param {Row} row */
function toggle(row) {
  row.detail.hidden = !row.detail.hidden;
  setAttribute(row.button, "aria-expanded", String(!row.detail.hidden));
  if (!row.detail.hidden) void fetchLegs(row);
}

/** @param {Row} row */
async function fetchLegs(row) {
  const detection = row.detection;
  if (!detection) return;
  const record = `${detection.id} ${detection.last_print_id} ${detection.prints}`;
  if (row.shown === record) return;
  row.shown = record;
  const isHere = await fetchDetection(row.detail, detection.id, detection.run, () => row.shown === record);
  if (!isHere) row.shown = "";
}
