"""Kills `serve` again and again while a vendor plays at full speed: nothing that was recorded is lost, nothing is twice.

Series of kills (SIGKILL, at random instants) on a folder of their own each. Before each kill the journal's counters are read, after
the restart at least so many events must be there. Now and then a life lasts until its gaps are filled, for the vendor's history is
read only while a life lasts. At the end of a series everything that the vendor played is in the store exactly once; the engine, which
went through all of these restarts, has written down its digest as it was asked to end, and the journal played in one go, without an
interruption, comes to the same digest at the same event, to those of the hours before, and to the rows of the store.
"""
import random
import signal
import time

from comparison import compare, verify
from kill_results import Results
from product import Folder, Missing, Product
from simulator import Simulator
from verdict import Verdict

KILLS_A_SERIES = 25
# Every so many kills a life lasts until its gaps are filled.
CALM_EVERY = 10
# Without anything of the market for so long a start has failed.
LIVE_SECONDS = 120
CALM_SECONDS = 300
SHORTEST_LIFE = 0.05
# How lives end, in shares: in the middle of the start; counted from the first answer, so that the journal may be playing; all
# others counted from the first event of the market.
HURRIED = 0.2
EARLY = 0.2
HURRY_SECONDS = 1.0
# Kept back of a time limit for the end of a series: gaps are filled, everything is compared.
END_SECONDS = 90


class Killable(Product):
    """A product that is ended without a word; in a hurry not even its address is waited for."""

    LOOK_SECONDS = 0.005

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

    def health(self):
        """A machine that has other work to do may be slow: that is not looked at here."""
        return self.request("GET", "/health", timeout=60)[1]

    def kill(self):
        self._process.send_signal(signal.SIGKILL)
        self.exit_code = self._process.wait()
        self._log.close()


def recorded(health):
    """Events of the day in the journal, as the process says."""
    journal = health["journal"]
    return journal["recorded_before"] + journal["appended"]


def wait_for_calm(product, gaps=1, seconds=CALM_SECONDS):
    """Until both sockets stream, so many gaps were found and every one is closed, for a while."""
    until = time.monotonic() + seconds
    calm = 0
    while time.monotonic() < until and calm < 10:
        time.sleep(0.4)
        try:
            live = product.health()["live"]
        except (OSError, ValueError):
            # A machine with other work to do may be late.
            calm = 0
            continue
        streaming = live["sockets"] and all(socket["state"] == "streaming" for socket in live["sockets"])
        calm = calm + 1 if streaming and live["gaps"]["open"] == 0 and live["gaps"]["found"] >= gaps else 0
    return calm > 0


class Series:
    """Kills on one folder, beside one vendor. `tally` is what goes into the results."""

    def __init__(self, chance, intensity, life):
        self.chance = chance
        self.intensity = intensity
        self.life = life
        self.floor = 0
        self.tally = {
            "kills": 0, "early": 0, "lost": [], "refusals": [], "starts": [],
            "seconds": {"starting": 0.0, "living": 0.0, "filling": 0.0, "comparing": 0.0}}

    def run(self, kills, deadline, after_kill):
        """Fewer kills when time is up; what they left is compared all the same."""
        with Folder() as folder:
            with Simulator(folder, "--demo", "--demo-intensity", str(self.intensity)) as vendor:
                arguments = ["--provider", "polygon", "--endpoint", vendor.url, "--demo-mode", "off"]
                while self.tally["kills"] < kills and time.monotonic() < deadline:
                    try:
                        self.one_life(folder, arguments)
                    except (Missing, OSError) as error:
                        # A start that fails is a result, and no reason to end.
                        self.tally["refusals"].append(str(error)[-400:])
                        self.tally["kills"] += 1
                    after_kill(self.tally)
                exit_code, total = self.last_life(folder, arguments)
                started = time.monotonic()
                # Asked last: whatever is stored was played before.
                played = vendor.save_trades(folder / "played.ndjson")
            found = compare(folder, played)
            found["exit_code"] = exit_code
            found["events"] = total
            found["replay"] = verify(folder)
            self.spent("comparing", started)
            return self.tally | found

    def spent(self, on, started):
        self.tally["seconds"][on] = round(self.tally["seconds"][on] + time.monotonic() - started, 3)

    def one_life(self, folder, arguments):
        share = self.chance.random()
        started = time.monotonic()
        if share < HURRIED:
            # In the middle of its start, or while the journal is being played.
            with Killable(folder, *arguments, hurry=self.chance.uniform(0.0, HURRY_SECONDS)) as product:
                self.kill(product)
                self.tally["early"] += 1
            return self.spent("starting", started)
        with Killable(folder, *arguments) as product:
            self.tally["starts"].append(round(time.monotonic() - started, 2))
            self.spent("starting", started)
            if self.tally["kills"] % CALM_EVERY == CALM_EVERY - 1:
                started = time.monotonic()
                if not wait_for_calm(product):
                    self.tally["refusals"].append(f"gaps stay open: {product.health()['live']['gaps']}")
                self.spent("filling", started)
            self.live_once(product, self.chance.uniform(SHORTEST_LIFE, self.life), is_early=share < HURRIED + EARLY)
        return None

    def live_once(self, product, life, is_early):
        """Watches a life to its end, and notes how many events the journal had by its own account."""
        started = time.monotonic()
        ends = started + life if is_early else None
        known = 0
        while ends is None or time.monotonic() < ends:
            try:
                health = product.health()
            except (OSError, ValueError) as error:
                self.tally["refusals"].append(f"/health did not answer: {error}")
                break
            if health["ingest"]["status"] == "streaming":
                if known == 0:
                    self.look_back(health)
                known = max(known, recorded(health))
                # Alive: what it says is of the market of now.
                if ends is None and health["journal"]["appended"] > 0:
                    ends = time.monotonic() + life
                    self.spent("starting", started)
                    started = time.monotonic()
            if ends is None and time.monotonic() - started > LIVE_SECONDS:
                self.tally["refusals"].append(f"nothing came for {LIVE_SECONDS} s: {health['reasons']}")
                break
            time.sleep(max(0.0, min((ends or started + LIVE_SECONDS) - time.monotonic(), self.chance.uniform(0.001, 0.05))))
        self.kill(product)
        self.spent("living", started)
        if known == 0:
            self.tally["early"] += 1
        self.floor = max(known, self.floor)

    def kill(self, product):
        product.kill()
        self.tally["kills"] += 1

    def look_back(self, health):
        before = health["journal"]["recorded_before"]
        if before < self.floor:
            self.tally["lost"].append(f"{self.floor:,} events were recorded, {before:,} were found")

    def last_life(self, folder, arguments):
        """One that is asked to end: its exit code and the events of the day."""
        started = time.monotonic()
        with Killable(folder, *arguments) as product:
            if not wait_for_calm(product):
                self.tally["refusals"].append(f"gaps stay open at the end: {product.health()['live']['gaps']}")
            health = product.health()
            self.look_back(health)
            code = product.stop()
        self.spent("filling", started)
        return code, recorded(health)


def short(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def run(kills, seed=None, intensity=10.0, life=4.0, minutes=None, results_path=None):
    """So many kills, or as many as the minutes allow: whichever is first, and the verdict says how many there were."""
    if seed is None:
        seed = Results.seed_in(results_path)
    if seed is None:
        seed = random.randrange(1 << 32)
    results = Results(results_path, {"seed": seed, "intensity": intensity, "life": life, "kills_a_series": KILLS_A_SERIES})
    if results.resumed:
        print(f"kills: {results.resumed} were done before, {results_path} goes on", flush=True)
    began = time.monotonic()
    deadline = began + minutes * 60 - END_SECONDS if minutes else float("inf")
    before = results.kills

    def after_kill(tally):
        done = results.kills + tally["kills"]
        results.note(kills, tally)
        each = (time.monotonic() - began) / (done - before)
        left = min((kills - done) * each, deadline - time.monotonic())
        print(f"kills: {done} of {kills}, {short(time.monotonic() - began)} gone, {each:.1f} s each, about {short(max(0, left))} to go"
              + (f"; {tally['lost'][-1]}" if tally["lost"] else ""), flush=True)

    while results.kills < kills and time.monotonic() < deadline:
        series = Series(random.Random(f"{seed} {len(results.series)}"), intensity, life)
        results.add(series.run(min(kills - results.kills, KILLS_A_SERIES), deadline, after_kill))
        last = results.series[-1]
        print(f"kills: {results.kills} of {kills} compared: {last['stored']:,} prints, missing {last['missing'] + last['excused']}, twice {last['twice']}, "
              f"gaps {last['gaps']} ({last['unfilled']} unfilled), replay {'agrees' if last['replay']['code'] == 0 else 'DIFFERS'}", flush=True)
    passed = judge(results, kills, minutes, seed)
    results.finish(results.kills >= kills, passed)
    return passed


def judge(results, kills, minutes, seed):
    series = results.series

    def total(name):
        return sum(one[name] for one in series)

    def words(name):
        return [word for one in series for word in one[name]]

    def spent(on):
        return sum(one["seconds"][on] for one in series)

    done = results.kills
    verdict = Verdict(f"{done} kills at random instants in {results.seconds / 60:.0f} minutes, seed {seed}")
    if minutes and done < kills:
        verdict.note("kills", f"{done} of {kills}: time was up; {total('early')} before anything live came")
        verdict.check("at least one", done > 0, done, ">= 1")
    else:
        verdict.check("kills", done == kills, f"{done}, {total('early')} before anything live came", kills)
    verdict.note("events recorded, a second", f"{total('events'):,}, {total('events') / max(1, results.seconds):,.0f}")
    verdict.note("prints played, stored", f"{total('wanted'):,}, {total('stored'):,}")
    verdict.check("recorded events lost", not words("lost"), f"{len(words('lost'))} {words('lost')[:2]}", 0)
    verdict.check("prints missing", total("missing") == 0, f"{total('missing')} {[one['examples'] for one in series if one['missing']][:2]}", 0)
    verdict.check("prints missing in gaps that history could not fill", total("excused") == 0, total("excused"), 0)
    verdict.check("prints stored twice", total("twice") == 0, total("twice"), 0)
    verdict.check("prints stored that were not played", total("strangers") == 0, total("strangers"), 0)
    verdict.check("runs in the store, one a series", total("runs") == len(series), total("runs"), len(series))
    verdict.check("gaps still open", total("open") == 0 and not words("refusals"), f"{total('open')} {words('refusals')[:2]}", 0)
    verdict.check("gaps not filled", total("unfilled") == 0, f"{total('unfilled')} of {total('gaps'):,}", 0)
    failed = [one["replay"]["words"] for one in series if one["replay"]["code"] != 0]
    verdict.check("journals that play to the live digests and rows", not failed, f"{len(series) - len(failed)} {failed[:1]}", len(series))
    ends = sum(one["last_digest"] == one["replay"]["events"] > 0 for one in series)
    verdict.check("of them with a digest at their last event, after all restarts", ends == len(series), f"{ends}, {total('digests')} digests in all", len(series))
    starts = sorted(words("starts")) or [0.0]
    verdict.note("starts, median and longest", f"{starts[len(starts) // 2]:.2f} s, {starts[-1]:.2f} s")
    verdict.note("seconds a kill: starting, living, filling, comparing",
                 ", ".join(f"{spent(on) / max(1, done):.2f}" for on in ("starting", "living", "filling", "comparing")))
    verdict.check("exit codes of those that were asked", all(one["exit_code"] == 0 for one in series), [one["exit_code"] for one in series][:5], 0)
    return verdict.show()
