"""A RESTClient pages everything completely."""

from peer import *

client = rest()
facts = played()
assert facts["status"] == "ended", facts["status"]

chain = list(client.list_snapshot_options_chain("SPY", params={"limit": 250}))
contracts = list(client.list_options_contracts(underlying_ticker="SPY", limit=1000))
tickers = [snapshot.details.ticker for snapshot in chain]
assert len(chain) > 250 and tickers == sorted(set(tickers)), len(chain)
assert tickers == [contract.ticker for contract in contracts]
small = list(client.list_snapshot_options_chain("SPY", params={"limit": 7, "contract_type": "put", "order": "desc"}))
assert [s.details.ticker for s in small] == [t for t in reversed(tickers) if t[-9] == "P"]
near = list(client.list_snapshot_options_chain(
    "SPY", params={"strike_price.gte": 670, "strike_price.lt": 675, "expiration_date": chain[0].details.expiration_date}))
assert near and {s.details.strike_price for s in near} == {670, 671, 672, 673, 674}
greeks = [s.greeks for s in near if s.details.contract_type == "call"]
assert all(0 < g.delta < 1 and g.gamma > 0 and g.theta < 0 and g.vega > 0 for g in greeks), greeks
assert all(s.implied_volatility > 0 and s.underlying_asset.price > 0 for s in near)
one = client.get_snapshot_option("SPY", tickers[0])
assert one.details.ticker == tickers[0] and one.last_quote.bid is not None

rows = played_trades()
by_ticker = {}
for row in rows:
    by_ticker.setdefault(row["sym"], []).append(row)
busiest = sorted(by_ticker, key=lambda symbol: len(by_ticker[symbol]), reverse=True)[:5] + ["SPY"]
for symbol in busiest:
    expected = [(row["q"], row["p"], row["s"], row["t"]) for row in by_ticker[symbol]]
    for order, limit in (("asc", 3), ("desc", 7), ("asc", 50000)):
        trades = list(client.list_trades(symbol, order=order, limit=limit))
        got = [(t.sequence_number, t.price, t.size, t.sip_timestamp // 1_000_000) for t in trades]
        assert got == (expected if order == "asc" else expected[::-1]), f"{symbol} {order} {limit}"
    middle = by_ticker[symbol][len(expected) // 2]["t"] * 1_000_000
    later = list(client.list_trades(symbol, timestamp_gte=middle, limit=5, order="asc"))
    earlier = list(client.list_trades(symbol, timestamp_lt=middle, limit=5, order="asc"))
    assert len(later) + len(earlier) == len(expected) and later[0].sip_timestamp >= middle
    quotes = list(client.list_quotes(symbol, order="asc", limit=11))
    assert [q.sip_timestamp for q in quotes] == sorted(q.sip_timestamp for q in quotes)
    assert quotes == list(client.list_quotes(symbol, order="asc", limit=50000)) and quotes
    last = client.get_last_trade(symbol)
    assert last.sip_timestamp == by_ticker[symbol][-1]["t"] * 1_000_000
    bars = list(client.list_aggs(symbol, 1, "minute", 0, 4_000_000_000_000))
    assert bars and all(bar.low <= bar.vwap <= bar.high for bar in bars)

day = chain[0].day
assert client.get_previous_close_agg("SPY") is not None
assert client.get_options_contract(tickers[0]).strike_price == chain[0].details.strike_price
assert len(list(client.list_conditions(asset_class="options", data_type="trade", limit=1000))) == 33
assert {e.id for e in client.get_exchanges("options")} >= {300, 302, 325}
status = client.get_market_status()
assert status.market == "open" and status.server_time, status
assert any(h.name == "Christmas Day" for h in client.get_market_holidays())
assert list(client.list_trades("O:NONE251216C00001000")) == []
print(json.dumps({"contracts": len(chain), "trades": len(rows)}))
