/** What the page knows: filled by the stream, read by the panels. */
import { Alerts } from "./alerts.js";
import { Detections, runOf } from "./detections.js";
import { assess } from "./freshness.js";
import { Insistence } from "./insist.js";
import { batch, computed, signal } from "./signals.js";
import { Tape } from "./tape.js";

/** @typedef {import("./protocol.js").Message} Message */
/** @typedef {import("./protocol.js").State} State */
/** @typedef {import("./protocol.js").Hello} Hello */
/** @typedef {import("./protocol.js").Print} Print */
/** @typedef {import("./protocol.js").Detection} Detection */
/** @typedef {import("./protocol.js").Alert} Alert */
/** @typedef {import("./stream.js").Phase} Phase */

export class Desk {
  tape = new Tape();
  /** Counts changes of the tape: reading it subscribes. */
  tapeVersion = signal(0);
  detections = new Detections();
  /** Counts changes of the detections: reading it subscribes. */
  detectionsVersion = signal(0);
  alerts = new Alerts();
  /** Counts changes of the alerts: reading it subscribes. */
  alertsVersion = signal(0);
  state = signal(/** @type {State | null} */ (null));
  hello = signal(/** @type {Hello | null} */ (null));
  phase = signal(/** @type {Phase} */ ({ kind: "connecting", attempt: 0, retryAt: 0 }));
  /** Milliseconds, monotonic; moved on by `tick`. */
  now = signal(0);
  /** Prints the server could not deliver to this page. */
  missed = signal(0);
  /** Frames that were no messages of the contract. */
  badMessages = signal(0);
  /** The questions for what the stream does not send. */
  history = { prints: new Insistence(), detections: new Insistence(), alerts: new Insistence() };
  /** Times one of them could not be answered. */
  historyFailures = signal(0);
  /** Connections after the first. */
  reconnects = signal(0);
  #stateAt = 0;
  #connections = 0;
  /** Prints lost at a reconnect, to be marked on the next one that comes. */
  #lost = 0;

  verdict = computed(() => {
    const state = this.state.value;
    return assess({
      phase: this.phase.value,
      health: state?.health ?? null,
      stateAt: this.#stateAt,
      stateTime: state?.wall_time ?? null,
      now: this.now.value,
    });
  });

  /** @param {number} now */
  tick(now) {
    this.now.value = now;
  }

  /**
   * @param {Message} message
   * @param {number} now
   */
  receive(message, now) {
    batch(() => {
      if (message.type === "hello") this.#greet(message);
      else if (message.type === "prints") this.#print(message);
      else if (message.type === "detections") this.#detect(message);
      else if (message.type === "alerts") this.#alert(message);
      else {
        this.#stateAt = now;
        this.now.value = now;
        this.state.value = message;
      }
    });
  }

  /**
   * History that the stream does not send, fetched once.
   * @param {string} epoch it was fetched under
   * @param {Print[]} prints
   */
  backfill(epoch, prints) {
    if (this.hello.peek()?.epoch !== epoch) return;
    this.tape.prepend(prints);
    this.tapeVersion.value += 1;
  }

  /**
   * What was found before, fetched.
   * @param {string} epoch it was fetched under
   * @param {Detection[]} rows those of earlier runs are left out
   */
  backfillDetections(epoch, rows) {
    const hello = this.hello.peek();
    if (hello?.epoch !== epoch) return;
    this.detections.merge(rows.filter((row) => row.run === runOf(hello.last_print_id)));
    this.detectionsVersion.value += 1;
  }

  /** The server is asked for all open alerts; what the stream tells from here on may be newer than its answer. */
  askForAlerts() {
    this.alerts.ask();
  }

  /**
   * The answer.
   * @param {string} epoch it was asked under
   * @param {Alert[]} rows
   */
  takeAlerts(epoch, rows) {
    if (this.hello.peek()?.epoch !== epoch) return;
    this.alerts.take(rows);
    this.alertsVersion.value += 1;
  }

  /**
   * What a command has made of an alert.
   * @param {Alert} alert
   */
  tellAlert(alert) {
    this.alerts.tell([alert]);
    this.alertsVersion.value += 1;
  }

  /** @param {Hello} hello */
  #greet(hello) {
    const before = this.hello.peek();
    this.#connections += 1;
    this.reconnects.value = this.#connections - 1;
    // Ids start again with the server: old and new prints must not share a tape.
    if (before && before.epoch !== hello.epoch) {
      this.tape.clear();
      this.tapeVersion.value += 1;
      this.detections.clear();
      this.detectionsVersion.value += 1;
      this.alerts.clear();
      this.alertsVersion.value += 1;
      this.state.value = null;
    } else if (before && !hello.resumed) {
      // The same server that could not resume: what lies between is lost to this page.
      this.#lost += Math.max(0, hello.last_print_id - (this.tape.lastID ?? hello.last_print_id));
      this.missed.value += this.#lost;
    }
    this.hello.value = hello;
  }

  /** @param {import("./protocol.js").Detections} detections */
  #detect(detections) {
    if (detections.epoch !== this.hello.peek()?.epoch) return;
    this.detections.tell(detections.rows);
    this.detectionsVersion.value += 1;
  }

  /** @param {import("./protocol.js").AlertsMessage} alerts */
  #alert(alerts) {
    if (alerts.epoch !== this.hello.peek()?.epoch) return;
    this.alerts.tell(alerts.rows);
    this.alertsVersion.value += 1;
  }

  /** @param {import("./protocol.js").Prints} prints */
  #print(prints) {
    if (prints.epoch !== this.hello.peek()?.epoch) return;
    this.missed.value += prints.missed;
    this.tape.append(prints.rows, prints.missed + this.#lost);
    if (prints.rows.length > 0) this.#lost = 0;
    if (prints.cancelled) this.tape.cancel(prints.cancelled);
    this.tapeVersion.value += 1;
  }
}
