"""A WebSocketClient receives what was played, event for event."""

import asyncio
from collections import Counter

from peer import *

market = sys.argv[3]
channels = sys.argv[4].split(",")
wanted = (lambda symbol: symbol.startswith("O:")) if market == "options" else (lambda symbol: not symbol.startswith("O:"))
events = []
asyncio.run(collect(socket(market, channels), events))

trades = [
    (e.symbol, e.sequence_number, e.price, e.size, tuple(e.conditions or []), e.exchange, e.timestamp)
    for e in events if isinstance(e, models.EquityTrade)]
expected = [
    (row["sym"], row["q"], row["p"], row["s"], tuple(row["c"]), row["x"], row["t"]) for row in played_trades(wanted)]
assert expected, "nothing was played"
missing, surplus = Counter(expected) - Counter(trades), Counter(trades) - Counter(expected)
assert not missing and not surplus, f"{len(trades)} of {len(expected)}: missing {list(missing)[:3]}, surplus {list(surplus)[:3]}"


def by_symbol(rows):
    lists = {}
    for row in rows:
        lists.setdefault(row[0], []).append(row[6])
    return lists


for symbol, times in by_symbol(trades).items():
    assert times == sorted(times), f"{symbol} is out of order"

quotes = Counter(e.symbol for e in events if isinstance(e, models.EquityQuote))
client = rest()
for channel in channels:
    kind, symbol = channel.split(".", 1)
    if kind != "Q" or symbol == "*":
        continue
    rows = list(client.list_quotes(symbol, order="asc", limit=50000))
    assert len(rows) == quotes[symbol] > 0, f"{symbol}: {quotes[symbol]} quotes of {len(rows)}"
    sent = [(e.bid_price, e.ask_price, e.timestamp) for e in events if isinstance(e, models.EquityQuote) and e.symbol == symbol]
    assert sent == [(r.bid_price, r.ask_price, r.sip_timestamp // 1_000_000) for r in rows], symbol

# Seconds add up to the prints that count.
seconds = [e for e in events if isinstance(e, models.EquityAgg) and e.event_type == "A"]
if "A.*" in channels:
    volume = Counter()
    for bar in seconds:
        volume[bar.symbol] += bar.volume
    dayless = 0
    for row in client.list_aggs(expected[0][0], 1, "second", 0, 4_000_000_000_000, limit=50000):
        dayless += row.volume
    assert volume[expected[0][0]] == dayless, f"{volume[expected[0][0]]} in seconds, {dayless} over REST"
print(json.dumps({"trades": len(trades), "quotes": sum(quotes.values()), "seconds": len(seconds)}))
