"""Stream clients in a process of their own: most read and check every message, some never read."""
import asyncio
import base64
import collections
import json
import multiprocessing
import os
import re
import socket
import struct
import time

from product import cpu_seconds

HEAD = re.compile(rb'^\{"type":"(hello|state|prints)","epoch":"([^"]*)"(?:,"sequence":(\d+))?')
HANDSHAKE_SECONDS = 10
CHECK_KEEPS_FAULTS = 5


class Batches:
    """Print batches taken apart once, however many clients get the same bytes."""

    def __init__(self):
        self._known = collections.OrderedDict()
        self.injected_seen = {}

    def parse(self, payload):
        known = self._known.get(payload)
        if known is None:
            batch = json.loads(payload)
            rows = batch["rows"]
            known = (batch["missed"], [row["id"] for row in rows], [(row["symbol"], row["size"]) for row in rows if row["injected"]])
            self._known[payload] = known
            if len(self._known) > 64:
                self._known.popitem(last=False)
        now = time.monotonic()
        for key in known[2]:
            first, _, count = self.injected_seen.get(key, (now, now, 0))
            self.injected_seen[key] = (first, now, count + 1)
        return known


class Client(asyncio.Protocol):
    """A WebSocket client that checks what the stream promises: one epoch, ascending states, no silent gap between prints."""

    def __init__(self, batches, port, query=""):
        self.batches = batches
        self.request = (
            f"GET /ws/stream{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode()
        self.buffer = bytearray()
        self.is_open = asyncio.get_running_loop().create_future()
        self.epoch = None
        self.sequence = -1
        self.last_id = None
        self.states = self.prints = self.missed = self.bytes = 0
        self.is_closing = False
        self.faults = []

    # Transport

    def connection_made(self, transport):
        self.transport = transport
        transport.write(self.request)

    def connection_lost(self, error):
        if not self.is_open.done():
            self.is_open.set_exception(ConnectionError(f"handshake failed: {error}"))
        elif not self.is_closing:
            self.fault(f"connection lost: {error}")

    def data_received(self, data):
        self.bytes += len(data)
        self.buffer += data
        if not self.is_open.done():
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self.buffer.startswith(b"HTTP/1.1 101"):
                self.is_open.set_exception(ConnectionError(bytes(self.buffer[:200]).decode(errors="replace")))
                return
            del self.buffer[: end + 4]
            self.is_open.set_result(None)
        self.take_frames()

    def take_frames(self):
        buffer, position = self.buffer, 0
        while len(buffer) - position >= 2:
            head, length, start = buffer[position], buffer[position + 1] & 0x7F, position + 2
            if length == 126:
                if len(buffer) < start + 2:
                    break
                length, start = struct.unpack_from(">H", buffer, start)[0], start + 2
            elif length == 127:
                if len(buffer) < start + 8:
                    break
                length, start = struct.unpack_from(">Q", buffer, start)[0], start + 8
            if len(buffer) < start + length:
                break
            self.frame(head, bytes(buffer[start : start + length]))
            position = start + length
        if position:
            del buffer[:position]

    def frame(self, head, payload):
        if head == 0x81:
            self.message(payload)
        elif head == 0x89:
            mask = os.urandom(4)
            self.transport.write(bytes((0x8A, 0x80 | len(payload))) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))
        elif head == 0x88:
            if not self.is_closing:
                self.fault(f"closed by the server: {payload[2:].decode(errors='replace')}")
        else:
            self.fault(f"frame of kind {head:#x}")

    # What the stream promises

    def fault(self, words):
        if len(self.faults) < CHECK_KEEPS_FAULTS:
            self.faults.append(words)

    def message(self, payload):
        found = HEAD.match(payload)
        if not found:
            return self.fault(f"message begins {payload[:60]!r}")
        kind, epoch, sequence = found.groups()
        if self.epoch is None:
            if kind != b"hello":
                self.fault(f"first message is {kind.decode()}, not hello")
            self.epoch = epoch
        if epoch != self.epoch:
            self.fault(f"epoch {epoch.decode()} after {self.epoch.decode()}")
        if kind == b"hello":
            self.last_id = json.loads(payload)["last_print_id"]
        elif kind == b"state":
            self.states += 1
            if int(sequence) <= self.sequence:
                self.fault(f"state {int(sequence)} after {self.sequence}")
            self.sequence = int(sequence)
        else:
            self.take_prints(*self.batches.parse(payload)[:2])

    def take_prints(self, missed, ids):
        self.missed += missed
        self.last_id += missed
        for print_id in ids:
            if print_id != self.last_id + 1:
                self.fault(f"print {print_id} after {self.last_id} with {missed} missed")
            self.last_id = print_id
        self.prints += len(ids)


def summary(client):
    return {
        "epoch": client.epoch and client.epoch.decode(), "last_id": client.last_id, "states": client.states, "prints": client.prints,
        "missed": client.missed, "bytes": client.bytes, "faults": client.faults,
    }


async def connect(batches, port, silent, receive_bytes):
    """A silent client is paused as soon as its handshake is through."""
    loop = asyncio.get_running_loop()
    raw = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if receive_bytes:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    raw.setblocking(False)
    await loop.sock_connect(raw, ("127.0.0.1", port))
    transport, client = await loop.create_connection(lambda: Client(batches, port), sock=raw)
    await asyncio.wait_for(client.is_open, HANDSHAKE_SECONDS)
    if silent:
        transport.pause_reading()
    return client


async def serve_pipe(pipe, port, reading, silent):
    loop = asyncio.get_running_loop()
    batches = Batches()
    try:
        readers = [await connect(batches, port, False, 0) for _ in range(reading)]
        # Half with a small window, so that the kernel holds nothing for them; half as browsers have it.
        sleepers = [await connect(batches, port, True, 4096 if index % 2 else 0) for index in range(silent)]
    except Exception as error:
        pipe.send({"error": str(error)})
        return
    pipe.send({"connected": len(readers) + len(sleepers)})
    while True:
        command = await loop.run_in_executor(None, pipe.recv)
        if command == "report":
            pipe.send({
                "readers": [summary(client) for client in readers], "sleepers": [summary(client) for client in sleepers],
                "injected": dict(batches.injected_seen)})
        elif command == "wake":
            for client in sleepers:
                client.transport.resume_reading()
            pipe.send("awake")
        else:
            for client in readers + sleepers:
                client.is_closing = True
                client.transport.abort()
            return


def child(pipe, port, reading, silent):
    try:
        asyncio.run(serve_pipe(pipe, port, reading, silent))
    except (EOFError, KeyboardInterrupt):
        return  # the parent is gone


class Clients:
    """The clients' process."""

    def __init__(self, port, reading, silent):
        self._pipe, other = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=child, args=(other, port, reading, silent), daemon=True)
        self._process.start()
        other.close()
        answer = self._receive(60)
        if "error" in answer:
            raise ConnectionError(f"stream clients: {answer['error']}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.is_alive():
            try:
                self._pipe.send("stop")
            except BrokenPipeError:
                pass  # it has ended by itself
            self._process.join(5)
            if self._process.is_alive():
                self._process.kill()

    def _receive(self, seconds):
        if not self._pipe.poll(seconds):
            raise TimeoutError(f"the clients' process said nothing for {seconds} s")
        return self._pipe.recv()

    def report(self):
        self._pipe.send("report")
        return self._receive(30)

    def wake(self):
        self._pipe.send("wake")
        self._receive(30)

    def cpu_seconds(self):
        return cpu_seconds(self._process.pid)
