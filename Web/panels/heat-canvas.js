/** Gamma by strike and minute on a canvas: cells in two colours, the lower one hatched, with the ways of price and flip above them. */
import { formatEastern, formatStrike, instantOf } from "../modules/format.js";
import { boxOf, heightOf, LEAST_COLUMNS, shadeOf } from "../modules/heatmap.js";
import { isMultiple, strikeStep } from "../modules/scale.js";

/** @typedef {import("../modules/heatmap.js").Field} Field */
/** @typedef {import("../modules/heatmap.js").Frame} Frame */

const [LEFT, RIGHT, TOP, BOTTOM] = [46, 4, 4, 18];
const TIME_PIXELS = 64;
const STRIKE_PIXELS = 15;
const MINUTE = 60_000;
const MINUTE_STEPS = [1, 5, 10, 15, 30, 60, 120];

/**
 * @param {Field} field
 * @param {number} width pixels
 * @param {number} height pixels
 * @returns {Frame}
 */
export function frameOf(field, width, height) {
  const columns = Math.max(LEAST_COLUMNS, field.minutes.length);
  const rows = Math.max(1, field.strikes.length);
  return {
    left: LEFT,
    top: TOP,
    width: Math.max(1, width - LEFT - RIGHT),
    height: Math.max(1, height - TOP - BOTTOM),
    columns,
    rows,
  };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Field} field
 * @param {number} width pixels
 * @param {number} height pixels
 * @returns {Frame}
 */
export function drawHeat(canvas, field, width, height) {
  const ratio = devicePixelRatio || 1;
  const frame = frameOf(field, width, height);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  if (!context) return frame;
  const colours = coloursOf();
  context.scale(ratio, ratio);
  drawCells(context, field, frame, colours);
  drawWay(context, field, frame, colours.flip, [3, 3], (minute) => minute.flip);
  drawWay(context, field, frame, colours.spot, [], (minute) => minute.spot);
  context.font = `10px ${colours.font}`;
  context.fillStyle = colours.text;
  nameStrikes(context, field, frame);
  nameTimes(context, field, frame, height);
  return frame;
}

function coloursOf() {
  const style = getComputedStyle(document.documentElement);
  const token = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    plus: token("--blue"),
    minus: token("--orange"),
    ground: token("--surface"),
    text: token("--text-quiet"),
    spot: token("--yellow"),
    flip: token("--violet"),
    font: token("--font"),
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Field} field
 * @param {Frame} frame
 * @param {ReturnType<typeof coloursOf>} colours
 */
function drawCells(context, field, frame, colours) {
  const below = new Path2D();
  field.minutes.forEach((_, minute) =>
    field.strikes.forEach((_strike, strike) => {
      const value = field.values[minute * field.strikes.length + strike] ?? NaN;
      const shade = shadeOf(value, field.largest);
      if (shade === 0) return;
      const { x, y, width, height } = boxOf({ minute, strike }, frame);
      // Edges on whole pixels: no seams between cells, and none painted twice.
      const [left, top] = [Math.round(x), Math.round(y)];
      const [across, down] = [Math.round(x + width) - left, Math.round(y + height) - top];
      context.globalAlpha = Math.abs(shade);
      context.fillStyle = shade < 0 ? colours.minus : colours.plus;
      context.fillRect(left, top, across, down);
      if (shade < 0) below.rect(left, top, across, down);
    })
  );
  context.globalAlpha = 1;
  const hatch = hatchOf(colours.ground);
  if (!hatch) return;
  context.fillStyle = hatch;
  context.fill(below);
}

/** @param {string} colour */
function hatchOf(colour) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const context = tile.getContext("2d");
  if (!context) return null;
  context.strokeStyle = colour;
  context.globalAlpha = 0.5;
  context.lineWidth = 1;
  context.stroke(new Path2D("M-1 1 L1 -1 M0 6 L6 0 M5 7 L7 5"));
  return context.createPattern(tile, "repeat");
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Field} field
 * @param {Frame} frame
 * @param {string} colour
 * @param {number[]} dashes
 * @param {(minute: import("../modules/heatmap.js").GexMinute) => number | null} price
 */
function drawWay(context, field, frame, colour, dashes, price) {
  context.strokeStyle = colour;
  context.lineWidth = 1.6;
  context.setLineDash(dashes);
  context.beginPath();
  let isDown = false;
  field.minutes.forEach((minute, index) => {
    const y = heightOf(price(minute), field, frame);
    const { x, width } = boxOf({ minute: index, strike: 0 }, frame);
    if (y === null) isDown = false;
    else if (isDown) context.lineTo(x + width / 2, y);
    else {
      context.moveTo(x, y);
      context.lineTo(x + width / 2, y);
      isDown = true;
    }
    // The newest minute is drawn to its end.
    if (y !== null && index === field.minutes.length - 1) context.lineTo(x + width, y);
  });
  context.stroke();
  context.setLineDash([]);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Field} field
 * @param {Frame} frame
 */
function nameStrikes(context, field, frame) {
  const step = strikeStep(field.strikes, frame.height / frame.rows, STRIKE_PIXELS);
  context.textAlign = "right";
  context.textBaseline = "middle";
  field.strikes.forEach((strike, index) => {
    if (!isMultiple(strike, step)) return;
    const { y, height } = boxOf({ minute: 0, strike: index }, frame);
    context.fillText(formatStrike(strike), frame.left - 6, y + height / 2);
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Field} field
 * @param {Frame} frame
 * @param {number} height
 */
function nameTimes(context, field, frame, height) {
  const column = frame.width / frame.columns;
  const minutes = MINUTE_STEPS.find((step) => step * column >= TIME_PIXELS) ?? 120;
  let named = NaN;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  field.minutes.forEach((minute, index) => {
    // New York is whole hours from UTC: what is round there is round here. A round minute may be missing: the next one is named.
    const part = Math.floor((instantOf(minute.time) ?? 0) / MINUTE / minutes);
    const isNext = part !== named;
    named = part;
    if (!isNext || index === 0 && !isMultiple((instantOf(minute.time) ?? 0) / MINUTE, minutes)) return;
    const { x } = boxOf({ minute: index, strike: 0 }, frame);
    if (x + 30 < frame.left + frame.width) context.fillText(formatEastern(minute.time, "minutes"), x, height - 5);
  });
}
