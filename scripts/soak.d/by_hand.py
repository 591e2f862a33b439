"""Trades by hand in between: what `soak-kill --by-hand` posts while a recording is served, and what must become of it."""
import json

# Below every bid, so that the engine labels it, and too little premium for a block or a leg of a sweep: the recording's own
# prints keep their labels. The size is the trade's name.
PRICE = 0.01
# A contract that no tape has: its minutes are of trades by hand only.
FOREIGN = "O:MFTEST251216C00100000"
PRINT_COLUMNS = (
    "ts, seq, ticker, exchange, price, size, conditions, bid, ask, quote_time, premium, delta, gamma, net_delta, underlying_price, block")


class Hand:
    """Posts trades to one server after another and remembers them."""

    def __init__(self, chance, tickers):
        self.chance, self.tickers = chance, tickers
        self.sent, self.accepted, self.stored = 0, set(), set()

    def __call__(self, server):
        """Now and then a few trades at once."""
        if self.chance.random() > 0.3:
            return
        for _ in range(self.chance.randint(1, 4)):
            self.sent += 1
            symbol = FOREIGN if self.chance.random() < 0.1 else self.chance.choice(self.tickers)
            trade = {"symbol": symbol, "price": PRICE, "size": self.sent, "venue": 302}
            server.connection.request("POST", "/trades", json.dumps(trade), {"Content-Type": "application/json"})
            answer = server.connection.getresponse()
            answer.read()
            if answer.status == 202:
                self.accepted.add(self.sent)

    def lost(self, known):
        """Of the trades accepted since, those that a server which ended in order has not stored."""
        return sorted(self.accepted - known - self.stored)

    def examine(self, database):
        """At any instant: each trade once at most, and what was there stays there. Returns what is wrong, in words."""
        rows = database.rows("SELECT size, count(*), min(price) FROM trades_labeled WHERE injected GROUP BY 1")
        found = {int(size) for size, _, _ in rows}
        if twice := [size for size, count, _ in rows if int(count) != 1]:
            return f"trades by hand are there twice: {twice[:5]}"
        if strange := [size for size in found if size > self.sent]:
            return f"trades by hand are there that nobody entered: {strange[:5]}"
        if lost := self.stored - found:
            return f"trades by hand are gone that were there: {sorted(lost)[:5]}"
        self.stored = found
        return None


def source_of(database):
    """What the recording alone is to leave."""
    def rows(columns, table, where=""):
        return database.rows(f"SELECT t::VARCHAR FROM (SELECT {columns} FROM {table} {where}) t ORDER BY 1")

    return {
        "prints": rows(PRINT_COLUMNS, "trades_labeled", "WHERE NOT injected"),
        "raw": rows("* EXCLUDE (print_id, run_id)", "trades_raw", "WHERE NOT injected"),
        "open interest": rows("* EXCLUDE (run_id)", "open_interest_eod"),
        "incidents": rows("* EXCLUDE (run_id, recorded_at)", "feed_incidents"),
    }


def minutes_of(database):
    """By contract and minute: what trades by hand leave as it is, and what they add to."""
    rows = database.rows("SELECT ticker, minute::VARCHAR, high::VARCHAR, buy_volume, trades, volume, sell_volume FROM rollups_min")
    return {(row[0], row[1]): (row[2:4], tuple(map(int, row[4:]))) for row in rows}


def entered(database):
    """By contract and minute: how many trades by hand there are, and their volume."""
    rows = database.rows(
        "SELECT ticker, date_trunc('minute', ts)::VARCHAR, count(*), sum(size)::BIGINT FROM trades_labeled WHERE injected GROUP BY ALL")
    return {(ticker, minute): (int(trades), int(volume)) for ticker, minute, trades, volume in rows}


def compare(database, source, minutes):
    """What is wrong, in words, with a recording that was played to its end in several lives.

    Every row of the recording is as if nobody had entered anything, and no minute is missing. A minute is the sum of the life that played
    it last: trades by hand of earlier lives stay among the prints, but are not in minutes that were played again.
    """
    found = source_of(database)
    for what, wanted in source.items():
        if found[what] != wanted:
            return f"{what}: {len(found[what])} rows, the recording alone leaves {len(wanted)}; {len(set(found[what]) ^ set(wanted))} differ"
    there, by_hand = minutes_of(database), entered(database)
    if missing := minutes.keys() - there.keys():
        return f"{len(missing)} of {len(minutes)} minutes are missing, such as {min(missing)}"
    for key, (kept, sums) in there.items():
        if minutes.get(key) == (kept, sums):
            continue
        trades, volume = by_hand.get(key, (0, 0))
        alone, (alone_trades, alone_volume, alone_sold) = minutes.get(key, (kept, (0, 0, 0)))
        more_trades, more_volume, more_sold = sums[0] - alone_trades, sums[1] - alone_volume, sums[2] - alone_sold
        if kept != alone or not 0 < more_trades <= trades or not more_trades <= more_volume <= volume or more_sold > more_volume:
            return f"minute {key} is {kept} {sums}, the recording's {minutes.get(key)}, by hand {trades} trades with volume {volume}"
    return None
