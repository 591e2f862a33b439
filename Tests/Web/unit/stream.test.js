import { SILENCE_LIMIT_MILLISECONDS, Stream } from "../../../Web/modules/stream.js";
import { expect, expectEqual } from "./expect.js";
import { makePrint, makeState } from "./samples.js";

/** A stream with sockets and a clock that the test moves. */
class Bench {
  /** @type {(import("../../../Web/modules/stream.js").Socket & { address: string, closed: boolean, sent: string[] })[]} */
  sockets = [];
  /** @type {Map<number, { at: number, body: () => void }>} */
  timers = new Map();
  /** @type {string[]} */
  phases = [];
  /** @type {import("../../../Web/modules/protocol.js").Message[]} */
  messages = [];
  bad = 0;
  time = 0;
  #nextTimer = 1;

  stream = new Stream({
    address: "ws://desk/ws/stream",
    onMessage: (message) => this.messages.push(message),
    onPhase: (phase) => this.phases.push(`${phase.kind} ${phase.attempt}`),
    onBadMessage: () => (this.bad += 1),
    openSocket: (address) => {
      const socket = {
        address,
        closed: false,
        sent: /** @type {string[]} */ ([]),
        onopen: null,
        onmessage: null,
        onclose: null,
        onerror: null,
        close() {
          socket.closed = true;
        },
        send(/** @type {any} */ text) {
          socket.sent.push(text);
        },
      };
      this.sockets.push(socket);
      return socket;
    },
    now: () => this.time,
    random: () => 0.5,
    setTimer: (body, milliseconds) => {
      this.timers.set(this.#nextTimer, { at: this.time + milliseconds, body });
      return this.#nextTimer++;
    },
    clearTimer: (timer) => void this.timers.delete(timer),
  });

  get socket() {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("bench: no socket was opened");
    return socket;
  }

  /** @param {object | string} message */
  say(message) {
    this.socket.onmessage({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }

  /** @param {number} milliseconds */
  pass(milliseconds) {
    const end = this.time + milliseconds;
    for (;;) {
      const [id, timer] = [...this.timers].sort((a, b) => a[1].at - b[1].at)[0] ?? [];
      if (id === undefined || !timer || timer.at > end) break;
      this.timers.delete(id);
      this.time = timer.at;
      timer.body();
    }
    this.time = end;
  }
}

const hello = { type: "hello", epoch: "e1", version: "1", mode: "demo", resumed: false, last_print_id: 40 };

Deno.test("connects, passes messages on and resumes with epoch and last id", () => {
  const bench = new Bench();
  bench.stream.start();
  expectEqual(bench.socket.address, "ws://desk/ws/stream");
  bench.socket.onopen();
  bench.say(hello);
  bench.say(makeState("e1", 1));
  bench.say({ type: "prints", epoch: "e1", missed: 0, rows: [makePrint(41), makePrint(44)] });
  expectEqual(bench.messages.map((message) => message.type), ["hello", "state", "prints"]);
  bench.socket.onclose();
  bench.pass(0);
  expectEqual(bench.socket.address, "ws://desk/ws/stream?epoch=e1&after=44");
  expectEqual(bench.phases, ["connecting 0", "open 0", "waiting 1", "connecting 1"]);
});

Deno.test("a resumed hello keeps the cursor where the missed prints begin", () => {
  const bench = new Bench();
  bench.stream.start();
  bench.say(hello);
  bench.socket.onclose();
  bench.pass(0);
  bench.say({ ...hello, resumed: true, last_print_id: 90 });
  bench.socket.onclose();
  bench.pass(1_000);
  expect(bench.socket.address.endsWith("epoch=e1&after=40"), bench.socket.address);
});

Deno.test("another epoch moves the cursor to the new server's", () => {
  const bench = new Bench();
  bench.stream.start();
  bench.say(hello);
  bench.socket.onclose();
  bench.pass(0);
  bench.say({ ...hello, epoch: "e2", last_print_id: 3 });
  bench.socket.onclose();
  bench.pass(1_000);
  expect(bench.socket.address.endsWith("epoch=e2&after=3"), bench.socket.address);
});

Deno.test("waits grow until a state proves the server healthy", () => {
  const bench = new Bench();
  bench.stream.start();
  for (let loss = 0; loss < 4; loss += 1) {
    bench.socket.onopen?.();
    bench.say(hello);
    bench.socket.onclose();
    bench.pass(5_000);
  }
  expectEqual(bench.phases.filter((phase) => phase.startsWith("waiting")), [
    "waiting 1",
    "waiting 2",
    "waiting 3",
    "waiting 4",
  ]);
  bench.say(makeState("e1", 1));
  bench.socket.onclose();
  expectEqual(bench.phases.at(-1), "waiting 1");
});

Deno.test("a socket that falls silent, or never opens, is dropped", () => {
  const bench = new Bench();
  bench.stream.start();
  bench.pass(SILENCE_LIMIT_MILLISECONDS - 1);
  expectEqual(bench.sockets.length, 1);
  bench.pass(1);
  expect(bench.sockets[0]?.closed, "the silent socket is closed");
  expectEqual(bench.sockets.length, 2);
});

Deno.test("retryNow ends a wait, and only a wait", () => {
  const bench = new Bench();
  bench.stream.start();
  bench.stream.retryNow();
  expectEqual(bench.sockets.length, 1);
  bench.socket.onclose();
  bench.stream.retryNow();
  expectEqual(bench.sockets.length, 2);
  bench.pass(5_000);
  expectEqual(bench.sockets.length, 2, "the old wait is gone");
  bench.stream.close();
  bench.pass(60_000);
  expectEqual([bench.sockets.length, bench.phases.at(-1)], [2, "closed 1"]);
});

Deno.test("what is no message is counted; an unknown type is not damage", () => {
  const bench = new Bench();
  bench.stream.start();
  for (
    const text of ["", "{", "[]", "null", '{"type":"state","epoch":"e"}', '{"type":"prints","epoch":"e","rows":1}']
  ) {
    bench.say(text);
  }
  expectEqual(bench.bad, 6);
  bench.say({ type: "weather", epoch: "e1" });
  expectEqual([bench.bad, bench.messages.length], [6, 0]);
});

Deno.test("what is watched is said at once while connected, and again at each connection", () => {
  const bench = new Bench();
  bench.stream.watch("QQQ");
  bench.stream.start();
  expectEqual(bench.socket.address, "ws://desk/ws/stream?symbol=QQQ");
  bench.socket.onopen();
  bench.stream.watch("SPY");
  bench.stream.watch("SPY");
  expectEqual(bench.socket.sent, ['{"type":"watch","symbol":"SPY"}']);
  bench.stream.watch(null);
  expectEqual(bench.socket.sent.at(-1), '{"type":"watch","symbol":null}');
  bench.socket.onclose();
  bench.stream.watch("TSLA");
  bench.stream.retryNow();
  expectEqual(bench.socket.address, "ws://desk/ws/stream?symbol=TSLA");
});
