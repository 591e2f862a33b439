/** The prints behind a sum, page by page, and whether they come to what the sum says. */
import { get } from "../modules/api.js";
import { element, setClass, setText } from "../modules/dom.js";
import { compare, pageBefore, sumsOf } from "../modules/flow.js";
import { formatEastern } from "../modules/format.js";
import { effect } from "../modules/signals.js";
import { BACK_CAPACITY, Past } from "../modules/tape-past.js";
import { TapeView } from "../modules/tape-view.js";
import { makeSegments } from "./tape-filter-bar.js";
import { TapeList } from "./tape-list.js";

/** @typedef {import("../modules/flow.js").Drill} Drill */
/** @typedef {import("../modules/protocol.js").Print} Print */

const HEADS = ["Time", "Sym", "Contract", "Side", "Price", "Size", "Premium", ""];
/** Pages of a thousand prints that are fetched unasked; the rest when somebody scrolls on or asks for the sum. */
const PAGES_UNASKED = 3;
const ROWS_AHEAD = 40;

export class DrillDrawer {
  #view = new TapeView(() => true, { reachesBack: true });
  #title = element("h2", "", { id: "drill-title" });
  #verdict = element("p", "drill-verdict", { role: "status", id: "drill-verdict" });
  #all = element("button", "plain", { type: "button", id: "drill-all" }, ["Add up all"]);
  #choice;
  #list;
  #past;
  /** @type {Drill | null} */
  #drill = null;
  #pages = 0;
  node;

  /**
   * @param {object} options
   * @param {() => string | null} options.session
   * @param {() => void} options.close
   * @param {(only: string) => void} options.choose "institutional" or ""
   * @param {() => void} options.again asks for the sum and its prints anew
   * @param {(print: Print) => void} options.open
   */
  constructor({ session, close, choose, again, open }) {
    const end = element("button", "plain", { type: "button", title: "Key: Escape", id: "drill-close" }, ["Close"]);
    end.addEventListener("click", close);
    const renew = element("button", "plain", { type: "button", title: "The sum and its prints as they are now" }, [
      "Renew",
    ]);
    renew.addEventListener("click", again);
    this.#choice = makeSegments("Which prints", [["", "All"], ["institutional", "Institutional"]], choose);
    const body = element("div", "tape-body");
    const scroll = element("div", "tape", { tabindex: "0", "aria-label": "Prints behind the sum, newest first" }, [
      body,
    ]);
    const newer = element("button", "newer", { type: "button" }, ["▲ newest"]);
    newer.hidden = true;
    this.node = element("aside", "panel drill", { "aria-labelledby": "drill-title", id: "drill", tabindex: "-1" }, [
      element("header", "panel-head", {}, [this.#title, element("p", "aside"), this.#choice.node, renew, end]),
      element("div", "drill-sums", {}, [this.#verdict, this.#all]),
      element("div", "tape-head", { "aria-hidden": "true" }, HEADS.map((head) => element("span", "", {}, [head]))),
      element("div", "tape-frame", {}, [scroll, newer]),
    ]);
    this.node.hidden = true;
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
    });
    this.#all.addEventListener("click", () => {
      this.#pages = Infinity;
      void this.#past.more(true);
    });
    this.#past = new Past({
      view: this.#view,
      ask: get,
      address: (before) => this.#drill && pageBefore(this.#drill.path, before),
    });
    this.#list = new TapeList({
      view: this.#view,
      scroll,
      body,
      newer,
      session,
      open,
      drawn: (last) => {
        const isNear = last > this.#view.count - ROWS_AHEAD && scroll.scrollTop > 0;
        if (!this.node.hidden && isNear) void this.#past.more();
      },
    });
    effect(() => {
      const { kind } = this.#past.reach.value;
      if (this.#drill === null) return;
      if (kind === "more" && this.#pages > 0) {
        this.#pages -= 1;
        // Not within the past's own step.
        queueMicrotask(() => void this.#past.more());
      }
      this.#tell();
      this.#list.draw();
    });
  }

  /**
   * @param {Drill} drill
   * @param {string} only "institutional" or ""
   * @param {boolean} hasInstitutional
   */
  open(drill, only, hasInstitutional) {
    this.#drill = drill;
    this.#pages = PAGES_UNASKED - 1;
    this.#view.clear();
    this.node.hidden = false;
    this.#choice.show([only]);
    this.#choice.node.hidden = !hasInstitutional;
    setText(this.#title, drill.title);
    this.#title.title = drill.asOf ? `Sum of ${formatEastern(drill.asOf)} ET` : "";
    this.#list.toNewest();
    this.#past.reset();
    void this.#past.more();
    this.#tell();
  }

  /**
   * What was asked for is not there.
   * @param {string} title
   * @param {string} words
   */
  refuse(title, words) {
    this.#drill = null;
    this.#past.reset();
    this.#view.clear();
    this.node.hidden = false;
    this.#choice.node.hidden = true;
    this.#all.hidden = true;
    setText(this.#title, title);
    setText(this.#verdict, words);
    setClass(this.#verdict, "drill-verdict");
    this.#list.draw();
  }

  close() {
    this.#drill = null;
    this.#past.reset();
    this.#view.clear();
    this.node.hidden = true;
  }

  #tell() {
    if (this.#drill === null) return;
    const { kind, reason } = this.#past.reach.peek();
    const verdict = compare(this.#drill, sumsOf(this.#view.prints), kind === "end");
    const marks = { partial: "", agrees: "✓ ", differs: "⚠ " };
    const trouble = kind === "refused"
      ? ` The others cannot be had: ${reason}`
      : kind === "full"
      ? ` The list holds ${BACK_CAPACITY.toLocaleString("en-US")} and no more.`
      : "";
    setText(this.#verdict, `${marks[verdict.kind]}${verdict.text}${trouble}`);
    setClass(this.#verdict, `drill-verdict ${verdict.kind}`);
    this.#all.hidden = kind === "end" || kind === "full" || (kind === "fetching" && this.#pages > 0);
    setText(this.#all, kind === "refused" ? "Try again" : "Add up all");
  }
}
