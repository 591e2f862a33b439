"""A WebSocket client that is not ours: PyPI `websockets`, with and without permessage-deflate, at `--port`.

Texts of all sizes go to an echo and back, so that both ends pack and unpack; prints what was agreed on, one line a connection.
"""

import argparse
import random
import sys

from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.sync.client import connect

OFFERS = {
    "plain": None,
    "usual": ClientPerMessageDeflateFactory(client_max_window_bits=True),
    "without memory": ClientPerMessageDeflateFactory(server_no_context_takeover=True, client_no_context_takeover=True),
    "small window": ClientPerMessageDeflateFactory(server_max_window_bits=9),
}


def texts():
    chance = random.Random(7)
    yield from ("", "a", "é" * 200, '{"type":"state"}' * 3_000)
    for _ in range(40):
        yield "".join(chance.choice("abcdefgh {}\":,") for _ in range(chance.randrange(9_000)))
    # What does not get smaller.
    yield "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(3_000))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    for name, offer in OFFERS.items():
        extensions = [offer] if offer else None
        with connect(f"ws://127.0.0.1:{port}/ws", compression=None, extensions=extensions, max_size=1 << 22) as socket:
            for index, text in enumerate(texts()):
                socket.send(text)
                if socket.recv() != text:
                    sys.exit(f"{name}: text {index} of {len(text)} characters came back changed")
            print(f"{name}: {', '.join(one.name for one in socket.protocol.extensions) or 'nothing'}")


main()
