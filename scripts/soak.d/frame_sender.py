#!/usr/bin/env python3
"""A vendor reduced to its socket: sends prebuilt frames of option trades as fast as asked, or at fixed times.

Speaks the vendor's session (connected, auth, subscribe) unless told not to, answers pings, and then sends frames of trades
in the vendor's own key order on every path but `/stocks`, where it only keeps the session. The sequence number `q` counts
up by one over all trades, so that a receiver can see that nothing is missing; with `--open-loop` it is the moment the trade
should have been sent (CLOCK_MONOTONIC nanoseconds, unique), whatever the sender's own delays were.

Prints `port N` when it listens and one JSON object with what it sent for each connection that ended.
"""

import argparse
import base64
import ctypes
import hashlib
import json
import platform
import select
import socket
import ssl
import struct
import sys
import threading
import time

import numpy

WEB_SOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
FIRST_SEQUENCE = 1_000_000_000
CONTRACTS = 240


def symbols(underlyings):
    """Calls and puts around some strikes, in turn for each underlying."""
    return [
        f"O:{underlyings[i % len(underlyings)]}{time.strftime('%y%m%d')}{'CP'[i // 2 % 2]}{(500 + i // 4) * 1000:08d}"
        for i in range(CONTRACTS)
    ]


def trade(symbol, number, milliseconds, sequence):
    price = 100 + number * 7 % 900
    return (
        f'{{"ev":"T","sym":"{symbol}","x":{300 + number % 17},"p":{price // 100}.{price % 100:02d},'
        f'"s":{1 + number % 40},"c":[209],"t":{milliseconds},"q":{sequence}}}')


def web_socket_frame(payload, opcode=1):
    head = bytes([0x80 | opcode])
    if len(payload) < 126:
        return head + bytes([len(payload)]) + payload
    if len(payload) < 1 << 16:
        return head + b"\x7e" + len(payload).to_bytes(2, "big") + payload
    return head + b"\x7f" + len(payload).to_bytes(8, "big") + payload


def take_short_turns():
    """Asks Linux to let this thread run soon after it wakes (sched_setattr: 0.1 ms turns); elsewhere nothing happens."""
    set_attributes = {"x86_64": 314, "aarch64": 274}.get(platform.machine())
    if sys.platform == "linux" and set_attributes:
        attributes = struct.pack("IIQiIQQQ", 48, 0, 0, 0, 0, 100_000, 0, 0)
        ctypes.CDLL(None).syscall(set_attributes, 0, attributes, 0)


class Blob:
    """Many frames in one piece of memory; before each sending the sequence numbers and times are written over."""

    def __init__(self, names, frames, trades_per_frame):
        self.trades = frames * trades_per_frame
        parts, positions, offset = [], [], 0
        for frame in range(frames):
            texts = [
                trade(names[(frame * trades_per_frame + i) % len(names)], i, "9" * 13, "8" * 10)
                for i in range(trades_per_frame)
            ]
            data = web_socket_frame(("[" + ",".join(texts) + "]").encode())
            parts.append(data)
            at = -1
            for _ in texts:
                at = data.index(b"8" * 10, at + 1)
                positions.append(offset + at)
            offset += len(data)
        self.bytes = bytearray(b"".join(parts))
        self.memory = numpy.frombuffer(self.bytes, dtype=numpy.uint8)
        self.sequence_positions = numpy.array(positions)
        # `"t":` thirteen digits `,"q":`
        self.time_positions = self.sequence_positions - 5 - 13

    def stamp(self, first_sequence):
        numbers = numpy.arange(first_sequence, first_sequence + self.trades)
        for digit in range(9, -1, -1):
            self.memory[self.sequence_positions + digit] = 48 + numbers % 10
            numbers //= 10
        for digit, byte in enumerate(str(int(time.time() * 1000)).encode()):
            self.memory[self.time_positions + digit] = byte


class Peer:
    """One connection."""

    def __init__(self, connection, options):
        self.connection = connection
        self.options = options
        self.received = bytearray()
        self.is_open = True
        self.is_subscribed = False
        # Of an open loop: how long after its moment each frame was handed to the system; p50, p99, p99.9, most.
        self.lateness_microseconds = None

    # HTTP

    def shake_hands(self):
        """Returns the path, or None when a WebSocket was not asked for."""
        head = bytearray()
        while b"\r\n\r\n" not in head:
            part = self.connection.recv(4096)
            if not part:
                return None
            head += part
        lines = head.split(b"\r\n\r\n")[0].decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        if "sec-websocket-key" not in headers:
            body = b'{"status":"NOT_FOUND","message":"this vendor has a socket only"}'
            self.connection.sendall(
                b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nConnection: close\r\n"
                b"Content-Length: %d\r\n\r\n" % len(body) + body)
            return None
        accept = base64.b64encode(
            hashlib.sha1((headers["sec-websocket-key"] + WEB_SOCKET_GUID).encode()).digest()).decode()
        self.connection.sendall(
            f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())
        return lines[0].split(" ")[1]

    # Messages in

    def listen(self, seconds):
        """Looks after what the client says, for so long at most."""
        pending = self.connection.pending() if isinstance(self.connection, ssl.SSLSocket) else 0
        if not pending and not select.select([self.connection], [], [], seconds)[0]:
            return
        part = self.connection.recv(65536)
        if not part:
            self.is_open = False
            return
        self.received += part
        while self.take_message():
            pass

    def take_message(self):
        data = self.received
        if len(data) < 6:
            return False
        opcode, length, start = data[0] & 15, data[1] & 127, 2
        if length == 126:
            length, start = int.from_bytes(data[2:4], "big"), 4
        elif length == 127:
            length, start = int.from_bytes(data[2:10], "big"), 10
        if len(data) < start + 4 + length:
            return False
        mask = data[start:start + 4]
        payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data[start + 4:start + 4 + length]))
        del data[:start + 4 + length]
        if opcode == 8:
            self.connection.sendall(web_socket_frame(payload, 8))
            self.is_open = False
        elif opcode == 9:
            self.connection.sendall(web_socket_frame(payload, 10))
        elif opcode == 1:
            self.answer(json.loads(payload))
        return self.is_open

    def say(self, status, message):
        text = json.dumps([{"ev": "status", "status": status, "message": message}], separators=(",", ":"))
        self.connection.sendall(web_socket_frame(text.encode()))

    def answer(self, message):
        if message.get("action") == "auth":
            self.say("auth_success", "authenticated")
        elif message.get("action") == "subscribe":
            for channel in message.get("params", "").split(","):
                self.say("success", f"subscribed to: {channel}")
                self.is_subscribed = self.is_subscribed or channel.startswith("T.")

    # Frames out

    def send_as_fast_as_taken(self, rate):
        """Blobs, back to back or so that on average the rate is kept."""
        trades = self.options.trades_per_frame
        # A twentieth of a second each, so that stamps are fresh.
        frames = max(1, min(1000, (rate or 400_000) // trades // 20))
        blob = Blob(symbols(self.options.underlyings), frames, trades)
        sequence, begin = FIRST_SEQUENCE, time.monotonic()
        while self.is_open and time.monotonic() - begin < self.options.seconds:
            blob.stamp(sequence)
            self.connection.sendall(blob.bytes)
            sequence += blob.trades
            late = begin + (sequence - FIRST_SEQUENCE) / rate - time.monotonic() if rate else 0
            self.listen(max(0, late))
            while rate and (late := begin + (sequence - FIRST_SEQUENCE) / rate - time.monotonic()) > 0:
                time.sleep(late)
        return sequence - FIRST_SEQUENCE, time.monotonic() - begin

    def send_open_loop(self, rate):
        """A frame at each of its moments, late or not; `q` says when it should have been."""
        take_short_turns()
        names = symbols(self.options.underlyings)
        trades = self.options.trades_per_frame
        step = trades * 1_000_000_000 // rate
        begin = time.clock_gettime_ns(time.CLOCK_MONOTONIC) + 100_000_000
        sent, due = 0, begin
        next_look = due
        lateness = []
        while self.is_open and due - begin < self.options.seconds * 1_000_000_000:
            milliseconds = int(time.time() * 1000)
            texts = [trade(names[(sent + i) % len(names)], i, milliseconds, due + i) for i in range(trades)]
            data = web_socket_frame(("[" + ",".join(texts) + "]").encode())
            while (rest := due - time.clock_gettime_ns(time.CLOCK_MONOTONIC)) > 0:
                # The system wakes a sleeper some fifty microseconds late; that much is waited out awake.
                if rest > 150_000:
                    time.sleep((rest - 100_000) / 1e9)
            lateness.append(-rest)
            self.connection.sendall(data)
            sent += trades
            due += step
            if due > next_look:
                next_look = due + 100_000_000
                self.listen(0)
        self.lateness_microseconds = [value / 1000 for value in numpy.quantile(lateness, [0.5, 0.99, 0.999, 1])] if lateness else None
        return sent, (due - begin) / 1e9

    def serve(self):
        path = self.shake_hands()
        if path is None:
            return
        if not self.options.no_session:
            self.say("connected", "Connected Successfully")
            while self.is_open and (path.startswith("/stocks") or not self.is_subscribed):
                self.listen(1)
        if not self.is_open:
            return
        if self.options.open_loop:
            sent, seconds = self.send_open_loop(self.options.rate or 10_000)
        else:
            sent, seconds = self.send_as_fast_as_taken(self.options.rate)
        said = {"path": path, "trades": sent, "seconds": round(seconds, 3)}
        if self.lateness_microseconds:
            said["lateness_microseconds"] = self.lateness_microseconds
        print(json.dumps(said), flush=True)
        if self.options.hold:
            while self.is_open:
                self.listen(1)
        elif self.is_open:
            self.connection.sendall(web_socket_frame((1000).to_bytes(2, "big") + b"that was all", 8))
            while self.is_open:
                self.listen(1)


def serve(connection, options, context):
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context:
            connection = context.wrap_socket(connection, server_side=True)
        Peer(connection, options).serve()
    except (OSError, ssl.SSLError) as error:
        print(json.dumps({"error": str(error)}), flush=True)
    finally:
        connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--certificate", help="PEM; with it the socket speaks TLS")
    parser.add_argument("--key", help="PEM")
    parser.add_argument("--rate", type=int, default=0, help="trades a second; 0 for as many as are taken")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--trades-per-frame", type=int, default=20)
    parser.add_argument("--open-loop", action="store_true", help="q is the intended moment of sending")
    parser.add_argument("--no-session", action="store_true", help="send after the handshake, without auth and subscribe")
    parser.add_argument("--hold", action="store_true", help="keep the connection when all is sent")
    parser.add_argument("--once", action="store_true", help="end after the first connection that asked for a WebSocket")
    parser.add_argument("--underlyings", type=lambda text: text.split(","), default=["SPY", "QQQ"])
    options = parser.parse_args()
    context = None
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.key)
    listener = socket.create_server(("127.0.0.1", options.port))
    print("port", listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        if options.once:
            serve(connection, options, context)
            return 0
        threading.Thread(target=serve, args=(connection, options, context), daemon=True).start()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
