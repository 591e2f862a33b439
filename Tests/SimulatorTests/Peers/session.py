"""Sign-in, quota and changing channels, as the library sees them."""

import asyncio

from peer import *

BadResponse = importlib.import_module(sys.argv[1] + ".exceptions").BadResponse


async def nothing(_):
    pass


async def wrong_key():
    try:
        await socket("options", ["T.*"], key="WRONG").connect(nothing)
    except AuthError as error:
        assert str(error) == "authentication failed", error
    else:
        raise AssertionError("no AuthError")
    for key in ("WRONG", "KEY"):
        try:
            rest(key).get_last_trade("NOBODY")
        except BadResponse as error:
            body = json.loads(str(error))
            assert (body["status"] == "ERROR" and "Unknown API Key" in body["error"]) == (key == "WRONG"), body
            assert (body["status"] == "NOT_FOUND") == (key == "KEY"), body


async def changes():
    events = []

    async def note(messages):
        events.extend(messages)

    client = socket("options", ["T.*"])
    task = asyncio.create_task(client.connect(note))
    await until(lambda: events)
    assert all(e.symbol.startswith("O:") for e in events)
    symbol = events[0].symbol

    client.subscribe("A.*")
    await until(lambda: "subscribed to: A.*" in statuses.messages)
    client.unsubscribe("T.*")
    await until(lambda: "unsubscribed to: T.*" in statuses.messages)
    count = sum(isinstance(e, models.EquityTrade) for e in events)
    bars = len(events) - count
    await until(lambda: sum(isinstance(e, models.EquityAgg) for e in events) > bars)
    assert sum(isinstance(e, models.EquityTrade) for e in events) == count, "prints after unsubscribing"

    client.subscribe("Q." + symbol, "Q.*", "T.O:SPY*")
    await until(lambda: "not authorized" in statuses.messages and "subscribed to: T.O:SPY*" in statuses.messages)
    assert statuses.messages.index("not authorized") < statuses.messages.index("subscribed to: Q." + symbol)
    await until(lambda: any(isinstance(e, models.EquityQuote) for e in events))
    assert sum(isinstance(e, models.EquityTrade) for e in events) == count, "prints through a wildcard that is not offered"

    # The second connection of the account is refused.
    second = socket("options", ["T.*"])
    closed = []
    try:
        await second.connect(nothing)
    except Exception as error:
        closed.append(error)
    assert closed and closed[0].rcvd.code == 1008 and closed[0].rcvd.reason == "max_connections", closed
    stocks = socket("stocks", ["T.SPY"])
    seen = []

    async def see(messages):
        seen.extend(messages)

    other = asyncio.create_task(stocks.connect(see))
    await until(lambda: seen)
    assert all(e.symbol == "SPY" for e in seen)
    for running in ((stocks, other), (client, task)):
        await running[0].close()
        await running[1]


asyncio.run(wrong_key())
asyncio.run(changes())
print(json.dumps({"statuses": len(statuses.messages)}))
