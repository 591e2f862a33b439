"""A history of gamma as the server tells it, made up: a price that walks below a wall of calls and above one of puts."""

import datetime
import math

FIRST_MINUTE = 1_795_185_000  # 2026-11-20 14:30 UTC, 09:30 in New York


def history(symbol="SPY", basis="open_interest", minutes=90):
    strikes = list(range(650, 701))
    rows = []
    for index in range(minutes):
        spot = 672 + 3 * math.sin(index / 15) + index / 60
        values = []
        for strike in strikes:
            near = math.exp(-(((strike - spot) / 9) ** 2))
            wall = 8e8 * math.exp(-(((strike - 680) / 1.2) ** 2)) - 7e8 * math.exp(-(((strike - 668) / 1.2) ** 2))
            values.append(near * (2.2e8 * (1 if strike > 671 else -1) + wall))
        rows.append(
            {
                "time": _time(FIRST_MINUTE + 60 * index),
                "spot": round(spot, 2),
                "total": sum(values),
                "flip": 671 + index / 90,
                "strikes": strikes,
                "values": values,
            }
        )
    return {"symbol": symbol, "basis": basis, "minutes": rows}


def _time(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
