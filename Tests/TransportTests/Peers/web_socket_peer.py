"""A WebSocket server that is not ours: PyPI `websockets`, and for what a good server never does, sockets by hand.

Prints `PORT RAW_PORT` when it listens and ends when its standard input does.
"""

import argparse
import asyncio
import base64
import hashlib
import json
import ssl
import sys
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import serve

WEB_SOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def pattern(count):
    """Text that shows where a piece is missing or doubled."""
    return "".join(f"{i:07d}|" for i in range((count + 7) // 8))[:count]


async def serve_socket(socket):
    url = urlsplit(socket.request.path)
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    match url.path:
        case "/echo":
            async for message in socket:
                await socket.send(message)
        case "/extensions":
            await socket.send(json.dumps(socket.request.headers.get("Sec-WebSocket-Extensions", "")))
            await socket.wait_closed()
        case "/big":
            await socket.send(pattern(int(query["bytes"])))
            await socket.wait_closed()
        case "/fragments":
            text = pattern(int(query["bytes"]))
            step = int(query["step"])
            await socket.send([text[i:i + step] for i in range(0, len(text), step)])
            await socket.send("behind")
            await socket.wait_closed()
        case "/count":
            for number in range(int(query["messages"])):
                await socket.send(f"{number} " + pattern(int(query["bytes"])))
            await socket.wait_closed()
        case "/ping":
            pong = await socket.ping(b"are you there")
            await pong
            await socket.send("ponged")
            await socket.wait_closed()
        case "/binary":
            await socket.send(b"\x00\x01")
            await socket.wait_closed()
        case "/close":
            await socket.close(int(query["code"]), query["reason"])
        case "/code":
            # Tells the next connection how this one ended.
            await socket.wait_closed()
            goodbyes.put_nowait((socket.close_code, socket.close_reason))
        case "/goodbye":
            code, reason = await goodbyes.get()
            await socket.send(f"{code} {reason}")
            await socket.wait_closed()


goodbyes = asyncio.Queue()


def answer_plainly(connection, request):
    if request.path == "/nothing":
        return connection.respond(404, "there is nothing here\n")
    return None


async def serve_by_hand(reader, writer):
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    path = head.split(" ")[1]
    key = next(
        (line.split(": ")[1] for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key")), "")
    if path == "/hang":
        await reader.read()
        return
    if path == "/garbage":
        writer.write(b"this is no HTTP\r\n\r\n")
        await writer.drain()
        writer.close()
        return
    accept = base64.b64encode(hashlib.sha1((key + WEB_SOCKET_GUID).encode()).digest()).decode()
    writer.write(
        f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())
    if path == "/together":
        # Frames in the same segment as the handshake.
        writer.write(b"\x81\x05first\x81\x06second")
    if path == "/half":
        writer.write(b"\x81\x7e\x01\x00only a part")
        await writer.drain()
        writer.transport.abort()
        return
    await writer.drain()
    # Reads and never says a word: no pong either.
    await reader.read()


async def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--certificate")
    arguments.add_argument("--key")
    arguments.add_argument("--pause", help="pipes in whose middle TLS handshakes stop: PAUSE.begun, PAUSE.go")
    options = arguments.parse_args()
    context = None
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.key)
        if options.pause:
            def pause(*_):
                open(options.pause + ".begun", "w").close()
                open(options.pause + ".go").close()
            context.sni_callback = pause
    async with serve(
        serve_socket, "127.0.0.1", 0, ssl=context, process_request=answer_plainly, ping_interval=None, max_size=None
    ) as server:
        raw = await asyncio.start_server(serve_by_hand, "127.0.0.1", 0, ssl=context)
        print(server.sockets[0].getsockname()[1], raw.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
