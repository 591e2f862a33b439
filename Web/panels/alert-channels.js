/** What became of the messages: how each channel does, and those that were given up, which can be tried again. */
import { channelWords } from "../modules/alert-statistics.js";
import { poll, send } from "../modules/api.js";
import { element, RowPool, setAttribute, setText } from "../modules/dom.js";
import { formatCount, formatEastern, formatShare, formatUTC, MISSING } from "../modules/format.js";

/** @typedef {import("../modules/alert-statistics.js").ChannelCount} ChannelCount */
/** @typedef {import("../modules/alert-statistics.js").ChannelHealth} ChannelHealth */

const POLL_MILLISECONDS = 10_000;
const NAMES = ["Channel", "Does", "Delivered", "Under way", "Given up", "Success", "Last", ""];

/**
 * @param {HTMLElement} host
 * @param {import("../modules/pages.js").Context} context
 * @param {HTMLElement} note what the server refuses
 * @returns {(counts: ChannelCount[]) => void} shows what became of messages within the chosen time
 */
export function mountChannels(host, { isShown }, note) {
  /** @type {ChannelCount[]} */
  let counts = [];
  /** @type {ChannelHealth[]} */
  let channels = [];
  const said = element("p", "note", { role: "status" });
  const error = element("p", "channel-error");
  const empty = element("p", "empty", {}, ["No channels."]);
  const body = element("tbody");
  const pool = new RowPool(body, makeRow);
  const head = NAMES.map((name, index) =>
    element("th", index < 2 ? "left" : "", { scope: "col" }, [
      name || element("span", "visually-hidden", {}, ["What can be done"]),
    ])
  );
  host.append(
    element("header", "panel-head", {}, [element("h2", "", { id: "channels-title" }, ["Channels"]), said]),
    element("div", "scroll", { tabindex: "0", role: "group", "aria-labelledby": "channels-title" }, [
      element("table", "sheet channel-sheet", { "aria-labelledby": "channels-title" }, [
        element("thead", "", {}, [element("tr", "", {}, head)]),
        body,
      ]),
      empty,
    ]),
    error,
  );

  function makeRow() {
    const name = element("th", "left", { scope: "row" });
    const [does, delivered, queued, dead, success, last] = Array.from({ length: 6 }, () => element("td"));
    does?.classList.add("left");
    const resend = element("button", "plain", { type: "button" }, ["Resend"]);
    const row = { name, does, delivered, queued, dead, success, last, resend, channel: "" };
    const cells = [does, delivered, queued, dead, success, last].flatMap((cell) => cell ?? []);
    resend.addEventListener("click", () => void resendAll(row.channel));
    return { ...row, node: element("tr", "", {}, [name, ...cells, element("td", "", {}, [resend])]), row };
  }

  /** @param {string} channel */
  async function resendAll(channel) {
    try {
      const { queued } = await send("POST", "/alerts/deliveries/resend", { channel });
      setText(said, queued === 1 ? "1 message is tried again" : `${queued} messages are tried again`);
      setText(note, "");
    } catch (refused) {
      setText(note, refused instanceof Error ? refused.message : String(refused));
    }
    again();
  }

  function show() {
    const names = [...new Set([...channels, ...counts].map(({ name }) => name))].sort();
    empty.hidden = names.length > 0;
    pool.update(names, ({ row }, name) => {
      const count = counts.find((channel) => channel.name === name);
      const health = channels.find((channel) => channel.name === name);
      const { text, isBad } = channelWords(health);
      row.channel = name;
      setText(row.name, name);
      setAttribute(row.name, "title", health?.kind ?? "");
      const dead = health?.dead ?? count?.dead ?? 0;
      /** @type {[HTMLElement | undefined, string][]} */
      const cells = [
        [row.does, isBad ? `⚠ ${text}` : text],
        [row.delivered, formatCount(count?.delivered ?? 0)],
        [row.queued, formatCount(health?.waiting ?? count?.queued)],
        [row.dead, formatCount(dead)],
        [row.success, formatShare(count?.success)],
        [row.last, formatEastern(health?.last_delivery_time)],
      ];
      for (const [cell, value] of cells) if (cell) setText(cell, value);
      if (row.success) {
        const isKnown = typeof count?.success === "number";
        setAttribute(row.success, "title", isKnown ? null : "no message of this time has a fate yet");
      }
      if (row.last) {
        setAttribute(row.last, "title", formatUTC(health?.last_delivery_time) || "nothing since the start");
      }
      row.resend.hidden = dead === 0;
      setAttribute(row.resend, "aria-label", `Send the ${dead} messages of ${name} again`);
    });
    const failed = channels.filter((channel) => channel.last_error !== null);
    setText(
      error,
      failed.map(({ name, last_error, last_error_time }) => {
        const when = last_error_time ? `${formatEastern(last_error_time)} ET` : MISSING;
        return `${name}, ${when}: ${last_error}`;
      }).join(" · "),
    );
  }

  const again = poll({
    isShown,
    milliseconds: POLL_MILLISECONDS,
    path: () => "/health",
    take: (health) => {
      channels = health.alerts?.channels ?? [];
      show();
    },
    refuse: (refused) => setText(note, refused.message),
  });

  return (next) => {
    counts = next;
    show();
  };
}
