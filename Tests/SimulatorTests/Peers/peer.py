"""What the peers share: the vendor's unmodified client library, and the simulator's own record of what it played."""

import asyncio
import importlib
import json
import logging
import sys
import urllib.request

package = importlib.import_module(sys.argv[1])
port = int(sys.argv[2])
models = importlib.import_module(sys.argv[1] + ".websocket.models")
AuthError = importlib.import_module(sys.argv[1] + ".exceptions").AuthError


class Statuses(logging.Handler):
    """The library tells of statuses in its log only."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.messages = []

    def emit(self, record):
        text = record.getMessage()
        if text.startswith("status: "):
            self.messages.append(text[len("status: "):])


statuses = Statuses()
log = logging.getLogger("WebSocketClient")
log.setLevel(logging.DEBUG)
log.addHandler(statuses)
log.propagate = False


def socket(market, subscriptions, key="KEY", **rest):
    client = package.WebSocketClient(
        api_key=key, feed=f"127.0.0.1:{port}", market=market, secure=False, subscriptions=subscriptions,
        max_reconnects=0, **rest)
    # The library sets its own level.
    log.setLevel(logging.DEBUG)
    return client


def rest(key="KEY"):
    return package.RESTClient(api_key=key, base=f"http://127.0.0.1:{port}", retries=0)


def get(path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        return answer.read()


def played():
    return json.loads(get("/simulator/played"))


def played_trades(of=None):
    rows = [json.loads(line) for line in get("/simulator/trades.ndjson").splitlines()]
    return [row for row in rows if of is None or of(row["sym"])]


async def until(condition, seconds=60):
    """Waits for something that another program does."""
    for _ in range(int(seconds * 50)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError(f"not within {seconds} s")


async def collect(client, events):
    """Everything up to the end of the recording; the acknowledgement of a last channel proves that nothing follows."""

    async def note(messages):
        events.extend(messages)

    task = asyncio.create_task(client.connect(note))
    loop = asyncio.get_running_loop()
    while True:
        facts = await loop.run_in_executor(None, played)
        if facts["ended"] and facts["sent"]:
            break
        await asyncio.sleep(0.05)
    client.subscribe("AM.END")
    await until(lambda: "subscribed to: AM.END" in statuses.messages)
    await client.close()
    await task
