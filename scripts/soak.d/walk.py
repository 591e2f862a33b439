"""The demo's spots walk ten times as fast: the strike windows follow, channels change seldom, no print is lost."""
import time

from faults import compare, read_store
from product import Folder, Product
from simulator import Simulator
from verdict import Verdict

SPEED = 10
# A window follows when the spot is 15 % of a step beyond the middle between two strikes; a look is due at half a step.
FARTHEST_STEPS = 0.5 + 0.15 + 0.5


def run(minutes):
    verdict = Verdict(f"Spots walking at {SPEED}x, {minutes:g} minutes")
    farthest, crossings, moves, samples, stale = 0.0, 0, 0, 0, 0
    nearest, centers = {}, {}
    with Folder() as folder:
        with Simulator(folder, "--demo", "--speed", str(SPEED), "--demo-intensity", "0.3") as vendor:
            with Product(folder, "--provider", "polygon", "--endpoint", vendor.url) as product:
                started = time.monotonic()
                while time.monotonic() - started < minutes * 60:
                    time.sleep(0.25)
                    for window in product.health()["live"]["windows"]:
                        if not window["center"] or not window["spot"]:
                            continue
                        samples += 1
                        stale += window["stale"]
                        name, step = window["underlying"], window["step"]
                        farthest = max(farthest, abs(window["spot"] - window["center"]) / step)
                        strike = round(window["spot"] / step)
                        crossings += name in nearest and nearest[name] != strike
                        moves += name in centers and centers[name] != window["center"]
                        nearest[name], centers[name] = strike, window["center"]
                live = product.health()["live"]
                seconds = time.monotonic() - started
                exit_code = product.stop()
            played = vendor.trades()
        stored, gaps = read_store(folder)
        compare(verdict, played, stored, gaps, seconds)
    verdict.check("farthest of a spot from its window's middle, in steps", farthest <= FARTHEST_STEPS, f"{farthest:.2f} in {samples:,} looks", f"<= {FARTHEST_STEPS}")
    verdict.check("windows moved, strikes crossed", moves <= crossings + len(centers), f"{moves}, {crossings}", "moved <= crossed + 1 each")
    verdict.check("windows on a price that is not live", stale == 0, stale, 0)
    verdict.check("dials", max(socket["dials"] for socket in live["sockets"]) == 1, [socket["dials"] for socket in live["sockets"]], "1 each")
    verdict.check("exit code", exit_code == 0, exit_code, 0)
    return verdict.show()
