"""The Parquet lake at size: a day of 20 million prints is compacted, a month is asked for its net delta by strike."""
import datetime
import json
import os
import pathlib
import subprocess
import time

from product import Folder, Missing, binary
from verdict import Verdict

DAY = "2025-11-03"
DAYS = 20
LOWEST, HIGHEST = 80e6, 120e6
QUERY_MILLISECONDS = 300
SUM_SQL = "SELECT strike, sum(net_delta_impact) FROM read_parquet('{lake}/*/*/*/*.parquet') GROUP BY strike ORDER BY strike"


def python():
    """A Python with duckdb."""
    venv = pathlib.Path(__file__).resolve().parents[2] / ".deps" / "venv" / "bin" / "python"
    found = os.environ.get("SOAK_DUCKDB_PYTHON") or str(venv)
    if not os.path.exists(found):
        raise Missing(f"{found} is not there; run scripts/setup --bench, or set SOAK_DUCKDB_PYTHON to a Python with duckdb")
    return found


def call(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Missing(f"{words[0]} {words[1]} ended with code {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout


def write(lake, day, rows, kind):
    call(python(), "-B", pathlib.Path(__file__).with_name("lake_parts.py"), lake, day, rows, kind)


def ask(sql, runs=1):
    """Rows of the last run, and the milliseconds of each."""
    script = ("import duckdb, json, sys, time\nduckdb.sql('SET enable_progress_bar = false')\nanswer, times = None, []\n"
              f"for _ in range({runs}):\n  start = time.monotonic()\n  answer = duckdb.sql(sys.argv[1]).fetchall()\n"
              "  times.append((time.monotonic() - start) * 1000)\nprint(json.dumps([answer, times]))")
    return json.loads(call(python(), "-c", script, sql))


def compact_day(folder, rows, verdict):
    data = folder / "one"
    lake = data / "raw" / "flow"
    started = time.monotonic()
    write(lake, DAY, rows, "hour")
    written = time.monotonic()
    check = f"SELECT count(*), bit_xor(hash(print_id))::VARCHAR FROM read_parquet('{lake}/*/*/*/*.parquet')"
    before, _ = ask(check)
    [outcome] = json.loads(call(binary(), "compact", DAY, "--data-dir", data, "--json"))
    after, _ = ask(check)
    verdict.note("rows of the day", f"{rows:,}, written in {written - started:.0f} s, {outcome['bytes'] / max(1, rows):.1f} bytes a row")
    verdict.note("compaction", f"{outcome['files_before']} files to {outcome['files']} in {outcome['milliseconds'] / 1000:.0f} s")
    verdict.check("every row once", before == after and before[0][0] == rows, after[0][0], rows)
    smallest, largest = outcome["smallest_file_bytes"], outcome["largest_file_bytes"]
    verdict.check("size of the parts", outcome["files"] == 1 or (smallest >= LOWEST and largest <= HIGHEST),
                  f"{smallest / 1e6:.0f} to {largest / 1e6:.0f} MB", f"{LOWEST / 1e6:.0f} to {HIGHEST / 1e6:.0f} MB")
    back, _ = ask("SELECT count(*) FROM (SELECT timestamp < lag(timestamp) OVER (PARTITION BY filename ORDER BY file_row_number) AS back "
                  f"FROM read_parquet('{lake}/*/*/*/*.parquet', filename = true, file_row_number = true)) WHERE back")
    verdict.check("sorted by time", back == [[0]], back[0][0], 0)


def ask_month(folder, rows, verdict):
    lake = folder / "month" / "raw" / "flow"
    day, days = datetime.date.fromisoformat(DAY), 0
    while days < DAYS:
        if day.weekday() < 5:
            write(lake, day.isoformat(), rows, "day")
            days += 1
        day += datetime.timedelta(days=1)
    answer, times = ask(SUM_SQL.format(lake=lake), runs=7)
    middle = sorted(times)[len(times) // 2]
    verdict.check(f"net delta by strike, {DAYS} days of {rows:,}", middle < QUERY_MILLISECONDS,
                  f"{middle:.0f} ms, {len(answer)} strikes", f"{QUERY_MILLISECONDS} ms")


def run(day_rows, month_rows):
    print(f"\nsoak lake: a day of {day_rows:,} rows, a month of {DAYS} x {month_rows:,}", flush=True)
    verdict = Verdict("The Parquet lake")
    with Folder() as folder:
        compact_day(pathlib.Path(folder), day_rows, verdict)
        ask_month(pathlib.Path(folder), month_rows, verdict)
    return verdict.show()
