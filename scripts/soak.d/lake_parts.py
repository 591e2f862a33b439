"""Writes invented days of a Parquet lake, as serve leaves them behind: one file for each hour. Needs duckdb.

    lake_parts.py LAKE DATE ROWS hour|day     files of seven hours, or one file as compaction would write it
"""
import datetime
import json
import os
import sys

import duckdb

# 13:30 to 20:00 UTC, in hours of the clock.
HOURS = 7
SELECT = """
SELECT make_timestamp_ns({open} + i * {step}) AS timestamp, 600 + (hash(i // 500) % 500) / 100.0::DOUBLE AS underlying_price,
  'O:SPY' || strftime(DATE '{day}', '%y%m%d') || CASE WHEN contract % 2 = 0 THEN 'C' ELSE 'P' END || lpad((strike * 1000)::VARCHAR, 8, '0')
    AS ticker, strike::DOUBLE AS strike, CASE WHEN contract % 2 = 0 THEN 'call' ELSE 'put' END AS type,
  price::DOUBLE AS price, size, aggressor_side, delta, gamma,
  round(delta * size * CASE aggressor_side WHEN 'buy' THEN 1 WHEN 'sell' THEN -1 ELSE 0 END, 9) AS net_delta_impact,
  {block} + i + 1 AS print_id, i * 3 AS sequence, 'SPY' AS underlying, DATE '{day}' AS expiry,
  (300 + hash(i * 19) % 17)::INTEGER AS venue, [(209 + hash(i * 31) % 4 * 8)::INTEGER] AS conditions, price - 0.02 AS bid, price + 0.02 AS ask,
  (hash(i * 23) % 400000)::BIGINT * 1000 AS quote_age_ns, 'at_or_above_ask' AS method, price * size * 100 AS premium,
  (hash(contract, i // 2000) % 100000) / 1e5 AS implied_volatility, 'computed' AS greeks_source, (hash(i * 37) % 3 * (i // 50))::BIGINT AS sweep_id,
  false AS block, false AS injected, false AS backfilled, false AS cancelled, 0::INTEGER AS flags, {run}::INTEGER AS run_id
FROM (SELECT i, contract, 560 + contract // 2 AS strike, (5 + hash(i * 5) % 1500) / 100.0::DOUBLE AS price, (1 + hash(i * 7) % 50)::BIGINT AS size,
    (['buy', 'sell', 'mid', 'unknown'])[(1 + hash(i * 11) % 4)::BIGINT] AS aggressor_side, (hash(contract, i // 40) % 1000000) / 1e6 AS delta,
    (hash(contract, i // 40, 1) % 100000) / 1e6 AS gamma
  FROM (SELECT i::BIGINT AS i, (hash(i * 3) % 160)::BIGINT AS contract FROM range({first}, {end}) r(i)))
"""


def main(lake, day, rows, kind):
    date = datetime.date.fromisoformat(day)
    folder = f"{lake}/year={date.year}/month={date.month:02d}/day={date.day:02d}"
    os.makedirs(folder, exist_ok=True)
    opening = int(datetime.datetime(date.year, date.month, date.day, 13, 30, tzinfo=datetime.timezone.utc).timestamp()) * 10**9
    length = 23_400 * 10**9
    step = length // rows
    run = date.toordinal() % 100_000  # its block of print ids
    # Hours of the clock: the first has thirty minutes.
    cuts = [0, *(((hour * 3600 - 1800) * 10**9) // step for hour in range(1, HOURS)), rows] if kind == "hour" else [0, rows]
    connection = duckdb.connect(config={"threads": 2, "memory_limit": "2GB"})
    for number, (first, end) in enumerate(zip(cuts, cuts[1:]), 1):
        metadata = {
            "schema": "1", "day": day, "kind": kind, "first_time": opening + first * step, "last_time": opening + (end - 1) * step,
            "prints": f"{run}:{(run << 36) + first}-{(run << 36) + end}", "gaps": "[]", "written_at": "2026-01-01T00:00:00Z",
        }
        entries = ", ".join(f"'marketflow.{key}': '{value}'" for key, value in metadata.items())
        query = SELECT.format(open=opening, step=step, day=day, run=run, block=run << 36, first=first, end=end)
        connection.execute(f"COPY ({query}) TO '{folder}/flow_part_{number:03d}.parquet' "
                           f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{entries}}})")
    print(json.dumps({"files": len(cuts) - 1}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
