/** Who is told of alerts: what they want, how much of it, and what they may do. */
import { poll, send } from "../modules/api.js";
import { element, RowPool, setAttribute, setClass, setText } from "../modules/dom.js";
import { Refusals } from "../modules/refusals.js";
import { choiceText } from "../modules/rule-words.js";
import { FRESH, paceWords, wantsWords } from "../modules/subscriber.js";
import { confirm } from "./confirm.js";
import { editSubscriber } from "./subscriber-form.js";

/** @typedef {import("../modules/pages.js").Context} Context */
/** @typedef {import("../modules/subscriber.js").Subscriber} Subscriber */
/** @typedef {ReturnType<SubscriberTable["make"]>} Row */

const POLL_MILLISECONDS = 10_000;
const ROLES = [
  ["viewer", "is told, and looks."],
  ["trader", "also acknowledges and resolves alerts, and sends messages again."],
  ["admin", "also changes rules and subscribers."],
];

/**
 * @param {HTMLElement} host
 * @param {Context} context
 */
export function mountSubscribers(host, context) {
  new SubscriberTable(host, context);
}

class SubscriberTable {
  #note = element("p", "alerts-note", { role: "status" });
  #refusals = new Refusals((text) => setText(this.#note, text));
  #empty = element("p", "empty", {}, ["Fetching the subscribers."]);
  #aside = element("p", "aside");
  #pool;
  #again;

  /**
   * @param {HTMLElement} host
   * @param {Context} context
   */
  constructor(host, { isShown }) {
    const add = element("button", "plain primary", { type: "button" }, ["Add a subscriber"]);
    add.addEventListener("click", () => void this.#edit(FRESH, true));
    const body = element("tbody");
    this.#pool = new RowPool(body, () => this.make());
    const names = ["On", "Name", "May", "Told by", "Is told", "At most", ""];
    const head = names.map((name) =>
      element("th", "left", { scope: "col" }, [
        name || element("span", "visually-hidden", {}, ["What can be done"]),
      ])
    );
    host.append(
      element("section", "panel", { "aria-labelledby": "subscribers-title" }, [
        element("header", "panel-head", {}, [
          element("h2", "", { id: "subscribers-title" }, ["Subscribers"]),
          element("p", "note", {}, ["who is told, by which channels; this page shows all alerts to everybody"]),
          this.#aside,
          add,
        ]),
        element("div", "scroll", { tabindex: "0", role: "group", "aria-labelledby": "subscribers-title" }, [
          element("table", "sheet subscriber-sheet", { "aria-label": "Subscribers, by name" }, [
            element("thead", "", {}, [element("tr", "", {}, head)]),
            body,
          ]),
          this.#empty,
        ]),
        explanation(),
        this.#note,
      ]),
    );
    this.#again = poll({
      isShown,
      milliseconds: POLL_MILLISECONDS,
      path: () => "/alerts/subscribers",
      take: ({ rows }) => {
        this.#refusals.clear("poll");
        setText(this.#aside, `${rows.length} ${rows.length === 1 ? "subscriber" : "subscribers"}`);
        setText(this.#empty, "Nobody is told.");
        this.#empty.hidden = rows.length > 0;
        this.#pool.update(rows, (row, subscriber) => this.#show(row, subscriber));
      },
      refuse: (error) => this.#refuse(error),
    });
  }

  make() {
    const toggle = element("input", "switch", { type: "checkbox", role: "switch" });
    const name = element("button", "link", { type: "button" });
    const [role, channels, wants, pace] = ["", "", "words", "words"].map((kind) => element("td", `left ${kind}`));
    const edit = element("button", "plain", { type: "button" }, ["Edit"]);
    const remove = element("button", "plain", { type: "button" }, ["Remove"]);
    const cells = { role, channels, wants, pace };
    const node = element("tr", "", {}, [
      element("td", "left", {}, [toggle]),
      element("th", "left", { scope: "row" }, [name]),
      ...Object.values(cells).flatMap((cell) => cell ?? []),
      element("td", "left acts", {}, [edit, remove]),
    ]);
    const row = {
      node,
      toggle,
      name,
      edit,
      remove,
      ...cells,
      /** @type {Subscriber | null} */
      subscriber: null,
    };
    toggle.addEventListener("change", () => void this.#switch(row));
    for (const button of [name, edit]) {
      button.addEventListener("click", () => row.subscriber && void this.#edit(row.subscriber, false));
    }
    remove.addEventListener("click", () => void this.#remove(row));
    return row;
  }

  /**
   * @param {Row} row
   * @param {Subscriber} subscriber
   */
  #show(row, subscriber) {
    const { name } = subscriber;
    row.subscriber = subscriber;
    row.toggle.checked = subscriber.enabled !== false;
    setAttribute(row.toggle, "aria-label", `${name} is told`);
    setText(row.name, name);
    /** @type {[HTMLElement | undefined, string][]} */
    const cells = [
      [row.role, choiceText("role", subscriber.role ?? "viewer")],
      [row.channels, subscriber.channels?.join(", ") || "no channel: is told nothing"],
      [row.wants, wantsWords(subscriber)],
      [row.pace, paceWords(subscriber)],
    ];
    for (const [cell, text] of cells) {
      if (!cell) continue;
      setText(cell, text);
      setAttribute(cell, "title", text);
    }
    setAttribute(row.edit, "aria-label", `Edit ${name}`);
    setAttribute(row.remove, "aria-label", `Remove ${name}`);
    setClass(row.node, subscriber.enabled === false ? "off" : "");
  }

  /**
   * @param {Subscriber} subscriber
   * @param {boolean} isNew
   */
  async #edit(subscriber, isNew) {
    if (await editSubscriber(subscriber, isNew)) this.#again();
  }

  /** @param {Row} row */
  async #switch(row) {
    const subscriber = row.subscriber;
    if (!subscriber) return;
    const wanted = { ...subscriber, enabled: row.toggle.checked };
    const isDone = await this.#refusals.attempt(() => send("PUT", address(subscriber), wanted));
    if (!isDone) row.toggle.checked = row.subscriber?.enabled !== false;
    this.#again();
  }

  /** @param {Row} row */
  async #remove(row) {
    const subscriber = row.subscriber;
    if (!subscriber) return;
    const question = {
      title: `Remove ${subscriber.name}?`,
      text: "Nothing more is told to it, and it may do nothing by its name.",
      verb: "Remove",
    };
    if (!await confirm(question)) return;
    await this.#refusals.attempt(() => send("DELETE", address(subscriber)));
    this.#again();
  }

  /** @param {unknown} error */
  #refuse(error) {
    this.#refusals.refuse("poll", error);
    if (this.#aside.textContent === "") setText(this.#empty, "The subscribers cannot be had.");
  }
}

/** @param {Subscriber} subscriber */
function address(subscriber) {
  return `/alerts/subscribers/${encodeURIComponent(subscriber.name)}`;
}

function explanation() {
  const roles = ROLES.flatMap((
    [name = "", words = ""],
  ) => [element("dt", "", {}, [name]), element("dd", "", {}, [words])]);
  return element("div", "explanation", {}, [
    element("dl", "", { "aria-label": "What the roles may do" }, roles),
    element("p", "quiet", {}, [
      "An alert reaches a subscriber when it is severe enough, of one of the named rules and about one of the named symbols; what is " +
      "left empty does not restrict. More than the messages a minute, and what comes in quiet hours, waits for one digest. Channels " +
      "are configured at the start of the server, by --alert-channels.",
    ]),
  ]);
}
