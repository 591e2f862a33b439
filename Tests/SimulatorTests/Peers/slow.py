"""A client that subscribes and then reads nothing, with bare sockets."""

import socket as sockets

from peer import *


def message(text):
    return bytes([0x81, 0x80 | len(text)]) + bytes(4) + text.encode()


with sockets.socket() as peer:
    peer.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    peer.settimeout(60)
    peer.connect(("127.0.0.1", port))
    peer.sendall(
        f"GET /options HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += peer.recv(1)
    peer.sendall(message(json.dumps({"action": "auth", "params": "KEY"})))
    peer.sendall(message(json.dumps({"action": "subscribe", "params": "T.*,A.*"})))
    asyncio.run(until(lambda: played()["slow_consumers"]))
    tail = b""
    while part := peer.recv(1 << 20):
        tail = (tail + part)[-400:]
assert b'"status":"slow_consumer"' in tail, tail
assert tail.endswith(b"\x03\xf0slow_consumer"), tail
asyncio.run(until(lambda: played()["connections"] == 0))
assert list(rest().list_snapshot_options_chain("SPY", params={"limit": 250}))
