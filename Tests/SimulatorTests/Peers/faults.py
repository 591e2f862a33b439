"""A plain client of the `websockets` library in a vendor's bad hour: what it lost REST has, and what it got was played."""

import hashlib
import urllib.error
from collections import Counter

import websockets

from peer import *

mode = sys.argv[3]
key = lambda e: (e["sym"], e["q"], e["p"], e["s"], tuple(e.get("c", [])), e["x"], e["t"])
got, damaged, closes, digest = Counter(), 0, [], hashlib.sha256()
refused = Counter()


async def listen():
    """One connection, until it ends; true when the recording has."""
    global damaged
    async with websockets.connect(f"ws://127.0.0.1:{port}/options", max_size=None) as ws:
        await ws.recv()
        await ws.send(json.dumps({"action": "auth", "params": "KEY"}))
        answer = json.loads(await ws.recv())[0]
        if answer["status"] != "auth_success":
            refused[answer["status"]] += 1
            return False
        await ws.send(json.dumps({"action": "subscribe", "params": "T.*"}))
        loop = asyncio.get_running_loop()
        while True:
            try:
                text = await asyncio.wait_for(ws.recv(), 0.3)
            except asyncio.TimeoutError:
                facts = await loop.run_in_executor(None, played)
                if facts["ended"] and facts["sent"]:
                    return True
                continue
            except websockets.ConnectionClosed as error:
                closes.append(error.rcvd.code if error.rcvd else None)
                return False
            try:
                events = json.loads(text)
            except ValueError:
                damaged += 1
                digest.update(text.encode())
                continue
            if events[0]["ev"] == "status":
                continue
            digest.update(text.encode())
            for event in events:
                got[key(event)] += 1


async def main():
    while not await listen():
        pass


asyncio.run(main())
facts = played()
faults = facts["faults"]
expected = Counter(key(row) for row in played_trades(lambda symbol: symbol.startswith("O:")))
assert sum(expected.values()) and not Counter(set(got)) - Counter(set(expected)), "something was never played"
missing = set(expected) - set(got)
if mode == "stream":
    assert damaged == faults["malformed_frames"] > 0 and missing
    assert faults["late_prints"] > 0
    surplus = sum((got - expected).values())
    # What was sent twice and lost in a damaged frame is not seen twice.
    assert 0 < surplus <= faults["duplicates"], (surplus, faults)
    print(json.dumps({"digest": digest.hexdigest(), "missing": len(missing)}))
else:
    assert faults["disconnects"] >= 2 and len(closes) == faults["disconnects"], (closes, faults)
    assert None in closes and 1008 in closes, closes
    assert faults["mutes"] >= 1 and faults["muted_frames"] > 0, faults
    assert faults["auth_failures"] == refused["auth_failed"] > 0, refused
    assert faults["max_connections"] == refused["max_connections"] > 0, refused
    assert missing
    # REST refuses now and then, says why, and has everything in the end.
    seen = Counter()

    def page(path):
        for _ in range(50):
            try:
                return json.loads(get(path))
            except urllib.error.HTTPError as error:
                seen[error.code] += 1
                assert error.code in (429, 500, 502, 503), error.code
                assert error.code != 429 or error.headers["Retry-After"] == "1"
                assert json.loads(error.read())["status"] == "ERROR"
        raise AssertionError("never answered")

    for symbol in {e[0] for e in missing}:
        rows = page(f"/v3/trades/{symbol}?limit=50000&apiKey=KEY").get("results", [])
        have = {(symbol, r["sequence_number"]) for r in rows}
        assert all(e[:2] in have for e in missing if e[0] == symbol), symbol
    assert seen[429] and sum(seen.values()) > seen[429], seen
    print(json.dumps({"missing": len(missing), "closes": closes}))
