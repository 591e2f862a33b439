"""A vendor that drops, mutes, damages, repeats and refuses: every print it played is stored exactly once all the same."""
import collections
import json
import os
import subprocess
import sys
import time

from product import Folder, Missing, Product
from simulator import Simulator
from verdict import Verdict

ALL_FAULTS = [
    "--disconnect-every", "20", "--mute-every", "97", "--mute-for", "30", "--malformed", "0.002", "--duplicates", "0.01",
    "--late", "0.005", "--too-many-requests", "0.05", "--server-errors", "0.05", "--slow-pages", "0.02",
    "--auth-failures", "0.05", "--max-connections", "0.05",
]
# Gaps of the last moments are filled within this.
SETTLE_SECONDS = 120
UNFILLED_SHARE = 0.01


def run(minutes, faults=None, intensity="0.2"):
    verdict = Verdict(f"A faulty vendor, {minutes:g} minutes")
    with Folder() as folder:
        faults = ALL_FAULTS if faults is None else faults
        # Quiet at the end, so that the last gaps can be read from history.
        with Simulator(folder, "--demo", "--speed", "1", "--faults-for", str(int(minutes * 60)), "--demo-intensity", intensity, *faults) as vendor:
            arguments = ["--provider", "polygon", "--endpoint", vendor.url, "--demo-mode", "off"]
            with Product(folder, *arguments) as product:
                statuses = collections.Counter()
                dials = 0
                started = time.monotonic()
                while time.monotonic() - started < minutes * 60:
                    time.sleep(1)
                    if not vendor.is_running:
                        raise Missing(f"the simulator ended:\n{vendor.log()[-2000:]}")
                    statuses[product.health()["status"]] += 1
                until = time.monotonic() + SETTLE_SECONDS
                calm = 0
                while time.monotonic() < until and calm < 15:
                    live = product.health()["live"]
                    streaming = all(socket["state"] == "streaming" for socket in live["sockets"])
                    calm = calm + 1 if streaming and live["gaps"]["open"] == 0 else 0
                    time.sleep(1)
                health = product.health()
                dials = max(socket["dials"] for socket in health["live"]["sockets"])
                seconds = time.monotonic() - started
                exit_code = product.stop()
                complaints = product.complaints()
            # Asked last: whatever the product has stored was played before.
            played = vendor.trades()
            summary = vendor.played()
        stored, gaps = read_store(folder)
        compare(verdict, played, stored, gaps, seconds)
    live = health["live"]
    verdict.check("crashes", exit_code == 0, exit_code, 0)
    verdict.check("dials a second, busier socket", dials / seconds <= 1, f"{dials / seconds:.2f} ({dials} dials)", "<= 1")
    verdict.check("gaps still open", live["gaps"]["open"] == 0, live["gaps"]["open"], 0)
    verdict.note("gaps found, filled, not filled", f"{live['gaps']['found']}, {live['gaps']['filled']}, {live['gaps']['unfilled']}")
    verdict.note("prints from history", live["gaps"]["recovered_prints"])
    verdict.note("duplicates dropped", live["duplicates"])
    verdict.note("bad events", health["ingest"]["bad_events"])
    verdict.note("REST requests, retries, 429s, given up", ", ".join(str(live["rest"][name]) for name in ("requests", "retries", "rate_limited", "failures")))
    verdict.note("faults made", summary.get("faults"))
    verdict.note("seconds by status", dict(statuses))
    verdict.note("warnings in the log", len(complaints))
    return verdict.show()


def read_store(folder):
    """What is in the database, by a Python that has DuckDB."""
    python = os.environ.get("SOAK_DUCKDB_PYTHON") or sys.executable
    script = """
import duckdb, json, sys
db = duckdb.connect(sys.argv[1], read_only=True)
for row in db.execute("SELECT ticker, seq, epoch_ms(ts), price::DOUBLE, size FROM trades_raw WHERE message = 'print' OR message = 'cancel'").fetchall():
    print(json.dumps(["trade", *row]))
for row in db.execute("SELECT epoch_ms(gap_start), epoch_ms(gap_end), state::VARCHAR, scope::VARCHAR FROM feed_gaps").fetchall():
    print(json.dumps(["gap", *[str(value) if not isinstance(value, (int, float)) else value for value in row]]))
"""
    answer = subprocess.run([python, "-c", script, str(folder / "data" / "marketflow.duckdb")], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise Missing(f"{python} cannot read the store: {answer.stderr[-500:]}")
    rows = [json.loads(line) for line in answer.stdout.splitlines()]
    return [row[1:] for row in rows if row[0] == "trade"], [row[1:] for row in rows if row[0] == "gap"]


def compare(verdict, played, stored, gaps, seconds):
    counts = collections.Counter((ticker, sequence) for ticker, sequence, *_ in stored)
    first = {}
    for ticker, _, time_ms, *_ in stored:
        stream = ticker.startswith("O:")
        first[stream] = min(first.get(stream, time_ms), time_ms)
    last = max((row[2] for row in stored), default=0)
    # What was played before the socket stood first, and what is under way at the end, proves nothing.
    wanted = [row for row in played
              if first.get(row["sym"].startswith("O:"), last) + 2000 <= row["t"] <= last - 2000]
    missing = [row for row in wanted if counts[(row["sym"], row["q"])] == 0]
    twice = [key for key, count in counts.items() if count > 1]
    known = {(row["sym"], row["q"]) for row in played}
    strangers = [key for key in counts if key not in known]
    unfilled = [gap for gap in gaps if gap[2] == "unfilled"]
    excused = [row for row in missing if any(gap[0] - 2000 <= row["t"] <= gap[1] + 2000 for gap in unfilled)]
    length = sum(max(0, gap[1] - gap[0]) for gap in unfilled) / 1000
    verdict.note("prints played, stored", f"{len(wanted):,}, {sum(counts.values()):,}")
    verdict.check("prints missing", len(missing) == len(excused), f"{len(missing) - len(excused)} ({[(r['sym'], r['q'], r['t']) for r in missing[:3]]})", 0)
    verdict.check("prints stored twice", not twice, f"{len(twice)} {twice[:3]}", 0)
    verdict.check("prints stored that were not played", not strangers, f"{len(strangers)} {strangers[:3]}", "0")
    verdict.check("time in gaps that history could not fill", length <= UNFILLED_SHARE * seconds, f"{length:.1f} s", f"<= {UNFILLED_SHARE:.0%}")
