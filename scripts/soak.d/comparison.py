"""What is left in a data folder, held against what the vendor says it played, and against its own journal played in one go."""
import json
import os
import subprocess
import sys

from product import Missing, binary


def compare(folder, played):
    """What differs between what was played and what is stored; by a Python that has DuckDB."""
    python = os.environ.get("SOAK_DUCKDB_PYTHON") or sys.executable
    answer = subprocess.run(
        [python, "-c", COMPARISON, str(folder / "data" / "marketflow.duckdb"), str(played)], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise Missing(f"{python} cannot compare the store: {answer.stderr[-800:]}")
    return json.loads(answer.stdout)


# Two seconds at both ends prove nothing: what was played before a socket stood first, and what is under way at the end.
COMPARISON = """
import duckdb, json, sys
store, played = sys.argv[1:]
db = duckdb.connect()
db.execute("SET enable_progress_bar = false")
db.execute(f"ATTACH '{store}' AS flow (READ_ONLY)")
db.execute(f"CREATE TABLE played AS SELECT sym, q::BIGINT AS q, t::BIGINT AS t FROM read_json('{played}', columns={{sym: 'VARCHAR', q: 'BIGINT', t: 'BIGINT'}}, format='newline_delimited')")
db.execute("CREATE TABLE stored AS SELECT ticker AS sym, seq AS q, epoch_ms(ts) AS t, print_id FROM flow.trades_raw")
db.execute("CREATE TABLE once AS SELECT sym, q, min(t) AS t, count(*) AS n FROM stored GROUP BY 1, 2")
db.execute("CREATE TABLE ends AS SELECT starts_with(sym, 'O:') AS stream, min(t) + 2000 AS low FROM stored GROUP BY 1")
last = db.execute("SELECT max(t) - 2000 FROM stored").fetchone()[0] or 0
db.execute(f"CREATE TABLE wanted AS SELECT p.* FROM played p JOIN ends e ON e.stream = starts_with(p.sym, 'O:') WHERE p.t >= e.low AND p.t <= {last}")
db.execute("CREATE TABLE missing AS SELECT w.* FROM wanted w ANTI JOIN once s ON s.sym = w.sym AND s.q = w.q")
gaps = "FROM flow.feed_gaps WHERE state = 'unfilled'"
def number(sql): return db.execute(sql).fetchone()[0]
excused = number(f"SELECT count(*) FROM missing m WHERE EXISTS (SELECT 1 {gaps} AND m.t BETWEEN epoch_ms(gap_start) - 2000 AND epoch_ms(gap_end) + 2000)")
print(json.dumps({
  "wanted": number("SELECT count(*) FROM wanted"), "stored": number("SELECT count(*) FROM stored"),
  "missing": number("SELECT count(*) FROM missing") - excused, "excused": excused,
  "examples": [list(row) for row in db.execute("SELECT sym, q, t FROM missing LIMIT 3").fetchall()],
  "twice": number("SELECT count(*) FROM once WHERE n > 1"),
  "strangers": number("SELECT count(*) FROM once o ANTI JOIN played p ON p.sym = o.sym AND p.q = o.q"),
  "gaps": number("SELECT count(*) FROM flow.feed_gaps"), "unfilled": number(f"SELECT count(*) {gaps}"),
  "open": number("SELECT count(*) FROM flow.feed_gaps WHERE state = 'open'"),
  "runs": number("SELECT count(*) FROM flow.ingest_runs"), "digests": number("SELECT count(*) FROM flow.state_digests"),
  "last_digest": number("SELECT coalesce(max(events), 0) FROM flow.state_digests"),
  "ids": number("SELECT count(*) - count(DISTINCT print_id) FROM stored WHERE print_id IS NOT NULL AND print_id IN (SELECT print_id FROM flow.trades_labeled)"),
}))
"""


def verify(folder):
    """The journal played again, in one go, against the digests and the rows: exit code, words, events and the digest at their end."""
    answer = subprocess.run(
        [binary(), "verify", "--json", "--data-dir", str(folder / "data")], capture_output=True, text=True, check=False, cwd=folder)
    try:
        days = json.loads(answer.stdout)["days"]
    except (ValueError, KeyError):
        return {"code": answer.returncode, "words": (answer.stdout + answer.stderr).strip()[-600:], "events": 0, "digest": None}
    wrong = [difference for day in days for difference in day["differences"]] + [fault for day in days for fault in day["faults"]]
    return {
        "code": answer.returncode, "words": json.dumps(wrong)[:600] if wrong else answer.stderr.strip()[-600:],
        "events": days[-1]["events"] if days else 0, "digest": days[-1]["digest"] if days else None}


def lake_parts(folder):
    """The Parquet lake of a product that has stopped: whether every part can be read to its last row, whether they hold the store's
    prints, each once, and what lies about that is no part."""
    python = os.environ.get("SOAK_DUCKDB_PYTHON") or sys.executable
    answer = subprocess.run([python, "-c", LAKE, str(folder / "data")], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise Missing(f"{python} cannot look at the lake: {answer.stderr[-800:]}")
    found = json.loads(answer.stdout)
    data = folder / "data"
    found["stray"] = sorted(
        str(path.relative_to(data)) for path in (data / "raw").rglob("*")
        if path.is_file() and path.suffix != ".lock" and not (path.suffix == ".parquet" and path.is_relative_to(data / "raw" / "flow")))
    return found


LAKE = """
import duckdb, glob, json, sys
data = sys.argv[1]
db = duckdb.connect()
db.execute("SET enable_progress_bar = false")
db.execute(f"ATTACH '{data}/marketflow.duckdb' AS flow (READ_ONLY)")
parts = sorted(glob.glob(f"{data}/raw/flow/*/*/*/*.parquet"))
broken = []
db.execute("CREATE TABLE lake (print_id BIGINT)")
for part in parts:
    try:
        db.execute(f"SELECT bit_xor(hash(row)) FROM (SELECT row FROM read_parquet('{part}') AS row)").fetchone()
        db.execute(f"INSERT INTO lake SELECT print_id FROM read_parquet('{part}')")
    except duckdb.Error as error:
        broken.append(f"{part}: {error}")
def number(sql): return db.execute(sql).fetchone()[0]
stored = "SELECT print_id FROM flow.trades_labeled"
print(json.dumps({
  "parts": len(parts), "broken": broken, "stored": number(f"SELECT count(*) FROM ({stored})"), "rows": number("SELECT count(*) FROM lake"),
  "missing": number(f"SELECT count(*) FROM ({stored}) s ANTI JOIN lake l ON l.print_id = s.print_id"),
  "strangers": number(f"SELECT count(*) FROM lake l ANTI JOIN ({stored}) s ON l.print_id = s.print_id"),
  "twice": number("SELECT count(*) - count(DISTINCT print_id) FROM lake"),
}))
"""
