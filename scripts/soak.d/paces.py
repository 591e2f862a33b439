"""A recorded live session, played again at 1x, 10x and as fast as it goes: the digest and every row are those of the session."""
import json
import os
import subprocess
import sys
import time

from product import Folder, Missing, Product, binary
from simulator import Simulator
from verdict import Verdict

PACES = ("1", "10", "max")
# Beside the session's own length at the pace.
PATIENCE_SECONDS = 300


def record(folder, seconds, intensity):
    """A session of a simulated vendor into store and journal; the exit code."""
    with Simulator(folder, "--demo", "--demo-intensity", str(intensity)) as vendor:
        with Product(folder, "--provider", "polygon", "--endpoint", vendor.url, "--demo-mode", "off") as product:
            time.sleep(seconds)
            return product.stop()


def day_of(folder):
    days = sorted(entry.name for entry in (folder / "data" / "journal").iterdir() if entry.is_dir() and entry.name[:2] == "20")
    if len(days) != 1:
        raise Missing(f"the session has {days or 'no day'}, one was wanted: it fell into a change of days, run it again")
    return days[0]


def play(folder, day, pace, seconds):
    """The day at a pace into a database of its own: what `replay` says, and how long it took."""
    path = folder / f"replay-{pace}.duckdb"
    command = [binary(), "replay", "--date", day, "--speed", pace, "--into", str(path), "--json", "--data-dir", str(folder / "data")]
    started = time.monotonic()
    limit = PATIENCE_SECONDS + (0 if pace == "max" else 2 * seconds / float(pace))
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=limit)
    if done.returncode != 0:
        raise Missing(f"marketflow replay --speed {pace} ended with code {done.returncode}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout), time.monotonic() - started, path


# Enumerations of two files are two types, and when a row was written is no part of it.
COMPARISON = """
import duckdb, json, sys
session, replay, day = sys.argv[1:]
db = duckdb.connect()
db.execute("SET enable_progress_bar = false")
db.execute(f"ATTACH '{session}' AS session (READ_ONLY)")
db.execute(f"ATTACH '{replay}' AS replay (READ_ONLY)")
def number(sql): return db.execute(sql).fetchone()[0]
def columns(table, without):
    rows = db.execute("SELECT column_name FROM duckdb_columns() WHERE database_name = 'session' AND schema_name || '.' || table_name = ? ORDER BY column_index", [table]).fetchall()
    return ", ".join(f'"{name}"::VARCHAR' for (name,) in rows if name not in without)
found = {}
for table, without in (("base.trades_labeled", ()), ("base.cancellations", ()), ("base.rollups_min", ()), ("base.open_interest_eod", ()),
                       ("base.feed_incidents", ("recorded_at",)), ("base.instruments", ()), ("main.ingest_days", ())):
    what = columns(table, without)
    differ = sum(number(f"SELECT count(*) FROM (SELECT {what} FROM {one}.{table} EXCEPT ALL SELECT {what} FROM {two}.{table})")
                 for one, two in (("session", "replay"), ("replay", "session")))
    found[table] = [number(f"SELECT count(*) FROM session.{table}"), number(f"SELECT count(*) FROM replay.{table}"), differ]
digest = db.execute(f"SELECT digest, events FROM session.main.state_digests WHERE session = DATE '{day}' ORDER BY events DESC LIMIT 1").fetchone()
span = number("SELECT epoch_ms(max(ts)) - epoch_ms(min(ts)) FROM session.base.trades_labeled")
print(json.dumps({"tables": found, "digest": digest[0] if digest else None, "events": digest[1] if digest else None, "span": span / 1000}))
"""


def compare(folder, path, day):
    python = os.environ.get("SOAK_DUCKDB_PYTHON") or sys.executable
    answer = subprocess.run(
        [python, "-c", COMPARISON, str(folder / "data" / "marketflow.duckdb"), str(path), day], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise Missing(f"{python} cannot compare the databases: {answer.stderr[-800:]}")
    return json.loads(answer.stdout)


def run(seconds, intensity):
    verdict = Verdict(f"A live session of {seconds} s, played again at {', '.join(PACES)}")
    with Folder() as folder:
        verdict.check("session: exit code", (code := record(folder, seconds, intensity)) == 0, code, 0)
        day = day_of(folder)
        for pace in PACES:
            summary, took, path = play(folder, day, pace, seconds)
            found = compare(folder, path, day)
            print(f"paces: {pace} took {took:.1f} s, {summary['events']:,} events, {summary['prints']:,} prints, digest {summary['digest']}", flush=True)
            verdict.note(f"{pace}: took; prints of the session span", f"{took:.1f} s; {found['span']:.1f} s")
            verdict.check(f"{pace}: events", summary["events"] == found["events"], f"{summary['events']:,}", f"{found['events']:,}")
            verdict.check(f"{pace}: digest", summary["digest"] == found["digest"], summary["digest"], found["digest"])
            for table, (wanted, rows, differ) in found["tables"].items():
                verdict.check(f"{pace}: rows of {table.split('.')[1]}", wanted == rows and differ == 0, f"{rows:,}, {differ} differ", f"{wanted:,}")
            verdict.check(f"{pace}: there is something to compare", summary["prints"] > 0, f"{summary['prints']:,} prints", "> 0")
            if pace != "max":
                verdict.check(f"{pace}: kept the pace", took >= found["span"] / float(pace), f"{took:.1f} s", f">= {found['span'] / float(pace):.1f} s")
    return verdict.show()
