"""A day of the whole market from the vendor's two flat files: taken into the cache, and played as fast as it goes."""
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

from product import Folder, Missing, binary
from verdict import Verdict

DAY = "2025-12-16"
REPLAY_SECONDS = 20
CONTRACTS = 5_000
# New York's 09:30 of that day, and the length of the session, in nanoseconds.
OPEN = 1_765_895_400_000_000_000
SESSION = 23_400_000_000_000

# As the vendor's files are: contract by contract, each in the order of time. Conditions, venues, prices and sizes take many values.
TICKER = "printf('O:%s251219%s%08d', ['SPY','QQQ','NVDA','TSLA','AAPL'][1 + k % 5], ['C','P'][1 + (k // 5) % 2], 100000 + 500 * (k // 10))"
TIME = "{open} + ((i % n) * ({session} // n)) + (hash(i) % ({session} // n))::BIGINT"
TRADES = """
SELECT {ticker} AS ticker, [209, 219, 232, 233, 227][1 + (hash(i * 3) % 5)::BIGINT] AS conditions, 0 AS correction, 300 + (hash(i * 5) % 17)::BIGINT AS exchange,
  round(0.05 + ((hash(i * 7) % 2000)::BIGINT) / 100.0, 2) AS price, {time} AS sip_timestamp, 1 + (hash(i * 11) % 40)::BIGINT AS size, i + 1 AS sequence_number
FROM (SELECT i, i // n AS k, n FROM (SELECT range AS i, {each} AS n FROM range({rows})))
"""
QUOTES = """
SELECT {ticker} AS ticker, 300 + (hash(i * 3) % 17)::BIGINT AS ask_exchange, round(bid + 0.01 * (1 + (hash(i * 5) % 9)::BIGINT), 2) AS ask_price, 1 + (hash(i * 7) % 500)::BIGINT AS ask_size,
  300 + (hash(i * 11) % 17)::BIGINT AS bid_exchange, bid AS bid_price, 1 + (hash(i * 13) % 500)::BIGINT AS bid_size, i + 1 AS sequence_number, {time} AS sip_timestamp
FROM (SELECT i, i // n AS k, n, round(0.05 + ((hash(i * 17) % 2000)::BIGINT) / 100.0, 2) AS bid FROM (SELECT range AS i, {each} AS n FROM range({rows})))
"""
WRITER = """
import duckdb, sys
db = duckdb.connect()
db.execute("SET enable_progress_bar = false")
db.execute(f"COPY ({sys.argv[1]}) TO '/dev/stdout' (FORMAT csv, HEADER)")
"""


def write(path, select, rows):
    """A flat file, packed as lightly as gzip knows: it is the program that is measured."""
    contracts = min(CONTRACTS, rows)
    sql = select.format(ticker=TICKER, time=TIME.format(open=OPEN, session=SESSION), rows=rows // contracts * contracts, each=rows // contracts)
    python = os.environ.get("SOAK_DUCKDB_PYTHON") or sys.executable
    with open(path, "wb") as file:
        source = subprocess.Popen([python, "-c", WRITER, sql], stdout=subprocess.PIPE)
        packer = subprocess.Popen(["gzip", "-1"], stdin=source.stdout, stdout=file)
        source.stdout.close()
        if packer.wait() != 0 or source.wait() != 0:
            raise Missing(f"{python} could not write {path}: it needs the package duckdb")
    return rows // contracts * contracts


def timed(*words):
    """A command's answer, the wall's seconds and the processor's."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([binary(), *words, "--json"], capture_output=True, text=True, check=False)
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise Missing(f"marketflow {' '.join(words)} ended with code {done.returncode}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout), wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run(trades, quotes):
    verdict = Verdict(f"A day of {trades:,} trades and {quotes:,} quotes")
    # Only a whole day says whether a whole day is fast enough.
    is_whole = trades >= 6_000_000 and quotes >= 20_000_000
    with Folder() as folder:
        data = str(pathlib.Path(folder) / "data")
        rows = {}
        for name, select, wanted in (("trades", TRADES, trades), ("quotes", QUOTES, quotes)):
            path = folder / f"{name}.csv.gz"
            started = time.monotonic()
            rows[name] = write(path, select, wanted)
            print(f"bigday: {name} written in {time.monotonic() - started:.0f} s, {path.stat().st_size / 1e6:.0f} MB", flush=True)
            report, wall, cpu = timed("fetch", "--file", str(path), "--data-dir", data)
            verdict.check(f"{name}: rows taken", report["rows_fetched"] == rows[name], f"{report['rows_fetched']:,}", f"{rows[name]:,}")
            verdict.note(f"{name}: taken in", f"{wall:.1f} s, {cpu:.1f} s of processor")
            path.unlink()
        limit = REPLAY_SECONDS if is_whole else REPLAY_SECONDS * (trades + quotes) / 26_000_000
        digests = set()
        best = None
        for attempt in ("cold", "warm"):
            summary, wall, cpu = timed("replay", "--date", DAY, "--speed", "max", "--data-dir", data)
            verdict.check(f"{attempt}: trades, quotes", (summary["trades"], summary["quotes"]) == (rows["trades"], rows["quotes"]),
                          f"{summary['trades']:,}, {summary['quotes']:,}", f"{rows['trades']:,}, {rows['quotes']:,}")
            verdict.check(f"{attempt}: replay at max, seconds", wall < limit, f"{wall:.1f}, {cpu:.1f} of processor", f"< {limit:.1f}", is_fair=wall < 1.3 * cpu)
            digests.add(summary["digest"])
            best = min(best or wall, wall)
        verdict.note("events a second", f"{sum(rows.values()) / best:,.0f}")
        verdict.check("digests", len(digests) == 1, len(digests), 1)
    return verdict.show()
