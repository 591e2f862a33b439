"""Kills `serve` again and again while a vendor plays at full speed: nothing that was recorded is lost, nothing is twice.

Series of kills (SIGKILL, at random instants) on a folder of their own each. Before each kill the journal's counters are read, after
the restart at least so many events must be there. Now and then a life lasts until its gaps are filled, for the vendor's history is
read behind a bounded memory of what came. At the end of a series everything that the vendor played is in the store exactly once,
and the journal played again comes to the digests that the live engine wrote down.
"""
import json
import os
import random
import signal
import subprocess
import sys
import time

from product import Folder, Missing, Product, binary
from simulator import Simulator
from verdict import Verdict

KILLS_A_SERIES = 25
# Every so many kills a life lasts until its gaps are filled.
CALM_EVERY = 5
CALM_SECONDS = 120
# Lives in seconds: some end before anything live comes, some in the middle of the back-fill.
SHORTEST_LIFE = 0.05
# Share of lives that end before they have said their address.
HURRIED = 0.2


class Killable(Product):
    """A product that is ended without a word; in a hurry not even its address is waited for."""

    def __init__(self, folder, *arguments, hurry=None):
        super().__init__(folder, *arguments)
        self.hurry = hurry

    def _wait_for_port(self):
        if self.hurry is None:
            return super()._wait_for_port()
        time.sleep(self.hurry)
        if self._process.poll() is not None:
            raise Missing(f"marketflow serve ended with code {self._process.returncode}:\n{self.log()}")
        return None

    def kill(self):
        self._process.send_signal(signal.SIGKILL)
        self.exit_code = self._process.wait()
        self._log.close()


class Tally:
    def __init__(self):
        self.kills = self.lost = self.early = 0
        self.recovered, self.seconds, self.refusals, self.damage = [], [], [], []
        self.unreachable = 0


def recorded(health):
    """Events of the day in the journal, as the process says."""
    journal = health["journal"]
    return journal["recorded_before"] + journal["appended"]


def wait_for_calm(product, gaps=1):
    """Until both sockets stream, so many gaps were found and every one is closed."""
    until = time.monotonic() + CALM_SECONDS
    calm = 0
    while time.monotonic() < until and calm < 6:
        live = product.health()["live"]
        streaming = live["sockets"] and all(socket["state"] == "streaming" for socket in live["sockets"])
        calm = calm + 1 if streaming and live["gaps"]["open"] == 0 and live["gaps"]["found"] >= gaps else 0
        time.sleep(0.5)
    return calm > 0


def live_once(product, chance, floor, tally, life):
    """Watches a life to its end; returns how many events the journal had by its own account."""
    ends = time.monotonic() + life
    known = 0
    while True:
        try:
            health = product.health()
        except (OSError, ValueError):
            tally.unreachable += 1
            break
        if health["ingest"]["status"] == "streaming":
            if known == 0 and health["journal"]["recorded_before"] < floor:
                tally.lost += 1
                tally.damage.append(f"{floor:,} events were recorded, {health['journal']['recorded_before']:,} were found")
            known = max(known, recorded(health))
        if time.monotonic() >= ends:
            break
        time.sleep(min(max(0.0, ends - time.monotonic()), chance.uniform(0.001, 0.05)))
    product.kill()
    tally.kills += 1
    if known == 0:
        tally.early += 1
    return max(known, floor)


def series(verdict, tally, kills, chance, intensity, lives):
    with Folder() as folder:
        with Simulator(folder, "--demo", "--demo-intensity", str(intensity)) as vendor:
            arguments = ["--provider", "polygon", "--endpoint", vendor.url, "--demo-mode", "off"]
            floor = 0
            for number in range(kills):
                if chance.random() < HURRIED:
                    # In the middle of its start, or while the journal is being played.
                    with Killable(folder, *arguments, hurry=chance.uniform(0.0, 1.0)) as product:
                        product.kill()
                        tally.kills += 1
                        tally.early += 1
                    continue
                started = time.monotonic()
                with Killable(folder, *arguments) as product:
                    tally.seconds.append(time.monotonic() - started)
                    if number % CALM_EVERY == CALM_EVERY - 1 and not wait_for_calm(product):
                        tally.refusals.append(f"gaps stay open: {product.health()['live']['gaps']}")
                    floor = live_once(product, chance, floor, tally, chance.uniform(*lives))
            with Killable(folder, *arguments) as product:
                if not wait_for_calm(product):
                    tally.refusals.append(f"gaps stay open at the end: {product.health()['live']['gaps']}")
                health = product.health()
                if health["journal"]["recorded_before"] < floor:
                    tally.lost += 1
                    tally.damage.append(f"{floor:,} events were recorded, {health['journal']['recorded_before']:,} were found")
                total = recorded(health)
                exit_code = product.stop()
            # Asked last: whatever is stored was played before.
            played = vendor.save_trades(folder / "played.ndjson")
        found = compare(folder, played)
        found["exit code"] = exit_code
        found["events"] = total
        found["replay"] = verify(folder)
        return found


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
  "ids": number("SELECT count(*) - count(DISTINCT print_id) FROM stored WHERE print_id IS NOT NULL AND print_id IN (SELECT print_id FROM flow.trades_labeled)"),
}))
"""


def verify(folder):
    """The journal played again against the digests and the rows: exit code and words."""
    answer = subprocess.run(
        [binary(), "verify", "--data-dir", str(folder / "data")], capture_output=True, text=True, check=False, cwd=folder)
    return answer.returncode, (answer.stdout + answer.stderr).strip()[-600:]


def run(kills, seed=None, intensity=10.0, life=6.0):
    lives = (SHORTEST_LIFE, life)
    seed = random.randrange(1 << 32) if seed is None else seed
    chance = random.Random(seed)
    verdict = Verdict(f"{kills} kills at random instants, seed {seed}")
    tally = Tally()
    results = []
    left = kills
    started = time.monotonic()
    while left > 0:
        count = min(left, KILLS_A_SERIES)
        results.append(series(verdict, tally, count, chance, intensity, lives))
        left -= count
        result = results[-1]
        print(f"kills: {kills - left} of {kills}, {result['stored']:,} prints, missing {result['missing']}, twice {result['twice']}, "
              f"gaps {result['gaps']} ({result['unfilled']} unfilled)", flush=True)
    def total(name):
        return sum(result[name] for result in results)
    seconds = time.monotonic() - started
    events = total("events")
    verdict.note("events recorded, a second", f"{events:,}, {events / seconds:,.0f}")
    verdict.note("prints played, stored", f"{total('wanted'):,}, {total('stored'):,}")
    verdict.check("kills", tally.kills == kills, f"{tally.kills}, {tally.early} before anything live came", kills)
    verdict.check("recorded events lost", tally.lost == 0, f"{tally.lost} {tally.damage[:2]}", 0)
    verdict.check("prints missing", total("missing") == 0, f"{total('missing')} {[r['examples'] for r in results if r['missing']][:2]}", 0)
    verdict.check("prints missing in gaps that history could not fill", total("excused") == 0, total("excused"), 0)
    verdict.check("prints stored twice", total("twice") == 0, total("twice"), 0)
    verdict.check("prints stored that were not played", total("strangers") == 0, total("strangers"), 0)
    verdict.check("runs in the store, one a series", total("runs") == len(results), total("runs"), len(results))
    verdict.check("gaps still open", total("open") == 0 and not tally.refusals, f"{total('open')} {tally.refusals[:2]}", 0)
    verdict.note("gaps, not filled", f"{total('gaps')}, {total('unfilled')}")
    failed = [result["replay"] for result in results if result["replay"][0] != 0]
    verdict.check("journals that play to the live digests and rows", not failed, f"{len(results) - len(failed)} {[words for _, words in failed][:1]}", len(results))
    verdict.note("starts, median and longest", f"{sorted(tally.seconds)[len(tally.seconds) // 2]:.2f} s, {max(tally.seconds):.2f} s")
    verdict.check("exit codes of those that were asked", all(result["exit code"] == 0 for result in results), [r["exit code"] for r in results][:5], 0)
    return verdict.show()
