"""Fills the disk under a running feed, over and over: said within a second, what comes meanwhile is kept or asked for again, and it goes
on by itself when there is room. Journal, store and Parquet lake share the disk; the lake is written about every second. At the end of
a series, after one more start, every part of the lake can be read, the parts hold the store's prints, each once, and nothing
unfinished lies about. Needs root: the disk is a small file system in memory, mounted for the test."""
import json
import os
import pathlib
import random
import subprocess
import time

from comparison import compare, lake_parts, verify
from kills import wait_for_calm
from product import Folder, Missing, Product
from simulator import Simulator
from verdict import Verdict

DISK_MEGABYTES = 96
# How long the disk stays full, in seconds.
FULL = (0.5, 6.0)
BETWEEN = (0.5, 3.0)
RED_SECONDS = 1.0
RECOVER_SECONDS = 30
LAKE = ["--lake", "on", "--lake-flush-seconds", "1", "--lake-flush-rows", "2000"]
# Frame ring, journal's and rings' bounds, DuckDB's memory; some air.
MEMORY_MEGABYTES = 1024


class SmallDisk:
    """A file system of some megabytes that can be filled to the last byte."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / "data"
        self.ballast = self.path / "ballast"

    def __enter__(self):
        self.path.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m", "marketflow-soak", str(self.path)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise PermissionError(done.stderr.strip() or "mount was refused")
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", str(self.path)], check=False)

    def fill(self):
        with open(self.ballast, "wb", buffering=0) as file:
            block = bytes(1 << 20)
            while block:
                try:
                    file.write(block)
                except OSError:
                    block = block[: len(block) // 2]

    def free(self):
        self.ballast.unlink(missing_ok=True)

    def used(self):
        status = os.statvfs(self.path)
        return (status.f_blocks - status.f_bfree) * status.f_bsize >> 20


def wait_until(product, seconds, wanted):
    """Seconds until /health says so; None when it never does."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        if wanted(product.health()):
            return time.monotonic() - started
        time.sleep(0.02)
    return None


def is_well(health):
    return (health["journal"]["error"] is None and health["storage"]["error"] is None and health["journal"]["held_bytes"] == 0
            and health["lake"]["error"] is None)


def series(points, chance, results, intensity):
    """As many points as the disk has room for; how many that were."""
    with Folder() as folder, SmallDisk(folder) as disk:
        with Simulator(folder, "--demo", "--demo-intensity", str(intensity)) as vendor:
            arguments = ["--provider", "polygon", "--endpoint", vendor.url, "--demo-mode", "off", *LAKE]
            done = 0
            with Product(folder, *arguments) as product:
                # No room for a recovery is no room for the test: the next series begins on an empty disk.
                while done < points and disk.used() < DISK_MEGABYTES // 3:
                    time.sleep(chance.uniform(*BETWEEN))
                    disk.fill()
                    red = wait_until(product, 10, lambda health: health["status"] == "down" and health["journal"]["error"])
                    results["red"].append(red)
                    time.sleep(chance.uniform(*FULL))
                    health = product.health()
                    results["memory"].append(product.memory_megabytes()[0])
                    results["words"].update(reason for reason in health["reasons"] if "journal" in reason)
                    results["lake_refused"] += health["lake"]["error"] is not None
                    disk.free()
                    results["well"].append(wait_until(product, RECOVER_SECONDS, is_well))
                    done += 1
                calm = wait_for_calm(product, gaps=0)
                results["missing"] += product.health()["journal"]["missing"]
                results["dropped"] += product.health()["storage"]["dropped"]
                results["codes"].append(product.stop())
                results["calm"].append(calm)
            # What a full disk left unfinished goes with the next start.
            with Product(folder, *arguments) as product:
                wait_for_calm(product, gaps=0)
                results["codes"].append(product.stop())
            played = vendor.save_trades(folder / "played.ndjson")
        results["compared"].append(compare(folder, played))
        results["replay"].append(verify(folder))
        results["lake"].append(lake_parts(folder))
        return done


def run(points, seed=None, intensity=3.0):
    seed = random.randrange(1 << 32) if seed is None else seed
    chance = random.Random(seed)
    verdict = Verdict(f"A full disk at {points} points, seed {seed}")
    results = {"red": [], "well": [], "memory": [], "words": set(), "missing": 0, "dropped": 0, "codes": [], "calm": [], "compared": [], "replay": [], "lake": [], "lake_refused": 0}
    left = points
    try:
        while left > 0:
            left -= max(1, series(left, chance, results, intensity))
            print(f"disk: {points - left} of {points}", flush=True)
    except PermissionError as error:
        print(f"disk: skipped, it needs root to mount a small file system in memory ({error})")
        return True
    except json.JSONDecodeError as error:
        raise Missing(f"an answer was no JSON: {error}") from error
    def total(name):
        return sum(result[name] for result in results["compared"])
    late = [f"{seconds:.2f}" if seconds else "never" for seconds in results["red"] if seconds is None or seconds > RED_SECONDS]
    verdict.check("red within a second", not late, f"{len(results['red']) - len(late)} of {len(results['red'])} {late[:3]}", f"all within {RED_SECONDS:g} s")
    stuck = [seconds for seconds in results["well"] if seconds is None]
    verdict.check("well again by itself", not stuck, f"{len(results['well']) - len(stuck)} of {len(results['well'])}, longest {max((s for s in results['well'] if s is not None), default=0):.1f} s", f"within {RECOVER_SECONDS} s")
    verdict.check("resident memory meanwhile, MB", max(results["memory"], default=0) <= MEMORY_MEGABYTES, f"{max(results['memory'], default=0):.0f}", f"<= {MEMORY_MEGABYTES}")
    verdict.check("events missing in the journal", results["missing"] == 0, results["missing"], 0)
    verdict.check("outputs not stored", results["dropped"] == 0, results["dropped"], 0)
    verdict.check("prints missing", total("missing") == 0, f"{total('missing')} of {total('wanted'):,}", 0)
    verdict.check("prints stored twice", total("twice") == 0, total("twice"), 0)
    verdict.note("gaps, not filled", f"{total('gaps')}, {total('unfilled')}")
    failed = [replay["words"] for replay in results["replay"] if replay["code"] != 0]
    verdict.check("journals that play to the live digests and rows", not failed, f"{len(results['replay']) - len(failed)} {failed[:1]}", len(results["replay"]))
    lake = results["lake"]
    broken = [words for one in lake for words in one["broken"]]
    verdict.note("points at which the lake said that it cannot write", results["lake_refused"])
    verdict.check("parts of the lake that cannot be read", not broken, f"{len(broken)} of {sum(one['parts'] for one in lake)} {broken[:1]}", 0)
    verdict.check("prints of the store not in the lake", not any(one["missing"] for one in lake), f"{sum(one['missing'] for one in lake)} of {sum(one['stored'] for one in lake):,}", 0)
    verdict.check("rows twice or of nothing in the lake", not any(one["twice"] + one["strangers"] for one in lake), sum(one["twice"] + one["strangers"] for one in lake), 0)
    stray = [name for one in lake for name in one["stray"]]
    verdict.check("unfinished files after the next start", not stray, f"{len(stray)} {stray[:3]}", 0)
    verdict.check("calm at the end", all(results["calm"]), results["calm"], "every one")
    verdict.check("exit codes", all(code == 0 for code in results["codes"]), results["codes"], 0)
    verdict.note("what it said", sorted(results["words"])[:1])
    return verdict.show()
