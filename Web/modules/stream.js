/**
 * The socket to the server: connects, resumes where it left off, and comes back by itself. It says what it does through
 * `onPhase`, so that the page can show it; it never hides a loss.
 */
import { delayMilliseconds } from "./backoff.js";
import { parseMessage } from "./protocol.js";

/** @typedef {import("./protocol.js").Message} Message */

/**
 * @typedef {object} Phase
 * @property {"connecting" | "open" | "waiting" | "closed"} kind
 * @property {number} attempt retries since the last healthy connection
 * @property {number} retryAt when the next attempt starts, in the clock of `now`; 0 unless waiting
 */

/** @typedef {Pick<WebSocket, "close" | "send"> & { onopen: any, onmessage: any, onclose: any, onerror: any }} Socket */

/**
 * @typedef {object} StreamOptions
 * @property {string} address of the stream, without query
 * @property {(message: Message) => void} onMessage
 * @property {(phase: Phase) => void} onPhase
 * @property {() => void} onBadMessage
 * @property {(address: string) => Socket} [openSocket]
 * @property {() => number} [now] milliseconds
 * @property {() => number} [random]
 * @property {(body: () => void, milliseconds: number) => number} [setTimer]
 * @property {(timer: number) => void} [clearTimer]
 */

/** A socket that says nothing for this long is taken for dead: the server speaks four times a second. */
export const SILENCE_LIMIT_MILLISECONDS = 10_000;

export class Stream {
  /** @type {Required<StreamOptions>} */
  #options;
  /** @type {Socket | null} */
  #socket = null;
  #timer = 0;
  #attempt = 0;
  #closed = false;
  #isOpen = false;
  /** The underlying whose strikes and minutes are wanted; null for the leading one. @type {string | null} */
  #watched = null;
  /** @type {{ epoch: string, lastPrintID: number } | null} */
  #cursor = null;

  /** @param {StreamOptions} options */
  constructor(options) {
    this.#options = {
      openSocket: (address) => new WebSocket(address),
      now: () => performance.now(),
      random: Math.random,
      setTimer: (body, milliseconds) => setTimeout(body, milliseconds),
      clearTimer: (timer) => clearTimeout(timer),
      ...options,
    };
  }

  start() {
    this.#closed = false;
    this.#connect();
  }

  /** Ends the connection for good. */
  close() {
    this.#closed = true;
    this.#drop();
    this.#phase("closed");
  }

  /**
   * Says whose strikes and minutes the states are to have, now and after every reconnect.
   * @param {string | null} symbol null for the leading underlying
   */
  watch(symbol) {
    if (symbol === this.#watched) return;
    this.#watched = symbol;
    if (this.#isOpen) this.#socket?.send(JSON.stringify({ type: "watch", symbol }));
  }

  /** Skips the rest of a wait; does nothing while a connection is open or being opened. */
  retryNow() {
    if (!this.#closed && this.#socket === null) this.#connect();
  }

  #connect() {
    this.#drop();
    this.#phase("connecting");
    const socket = this.#options.openSocket(this.#resumeAddress());
    this.#socket = socket;
    this.#expectWord();
    socket.onopen = () => {
      this.#isOpen = true;
      this.#phase("open");
    };
    socket.onmessage = (/** @type {{ data: unknown }} */ event) => this.#receive(event.data);
    socket.onclose = () => this.#lost();
  }

  #resumeAddress() {
    const query = new URLSearchParams();
    if (this.#cursor) query.set("epoch", this.#cursor.epoch);
    if (this.#cursor) query.set("after", String(this.#cursor.lastPrintID));
    if (this.#watched !== null) query.set("symbol", this.#watched);
    const text = query.toString();
    return text === "" ? this.#options.address : `${this.#options.address}?${text}`;
  }

  /** @param {unknown} data */
  #receive(data) {
    this.#expectWord();
    const message = parseMessage(data);
    if (message === "unknown") return;
    if (message === null) return this.#options.onBadMessage();
    this.#advance(message);
    this.#options.onMessage(message);
  }

  /** @param {Message} message */
  #advance(message) {
    if (message.type === "hello") {
      // Without resumption nothing before `last_print_id` will be sent; with it the missed prints still come.
      if (!message.resumed || !this.#cursor) {
        this.#cursor = { epoch: message.epoch, lastPrintID: message.last_print_id };
      }
    } else if (message.type === "state") {
      // Only a state proves a healthy server: one that accepts and hangs up must still be met with growing waits.
      this.#attempt = 0;
    } else if (message.type === "prints" && this.#cursor) {
      const last = message.rows.at(-1);
      if (last) this.#cursor.lastPrintID = Math.max(this.#cursor.lastPrintID, last.id);
    }
  }

  #expectWord() {
    this.#options.clearTimer(this.#timer);
    this.#timer = this.#options.setTimer(() => this.#lost(), SILENCE_LIMIT_MILLISECONDS);
  }

  #lost() {
    if (this.#closed) return;
    this.#drop();
    const wait = delayMilliseconds(this.#attempt, this.#options.random);
    this.#attempt += 1;
    this.#phase("waiting", this.#options.now() + wait);
    this.#timer = this.#options.setTimer(() => this.#connect(), wait);
  }

  #drop() {
    this.#options.clearTimer(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    this.#isOpen = false;
    if (!socket) return;
    socket.onopen =
      socket.onmessage =
      socket.onclose =
      socket.onerror =
        null;
    socket.close();
  }

  /**
   * @param {Phase["kind"]} kind
   * @param {number} retryAt
   */
  #phase(kind, retryAt = 0) {
    this.#options.onPhase({ kind, attempt: this.#attempt, retryAt });
  }
}
