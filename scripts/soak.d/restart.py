"""Kills `serve` over a large journal of one day and times the next start: from the command to the first event that it records.

The vendor plays the invented market as fast as it is read until the journal has the wanted size, which is several times a
market's pace. So it stands still then until the newest snapshot of the engine's state has caught up, and goes on until the
snapshot is a quarter of a segment old or more, up to a whole one, which is as old as a live feed lets it get. Twice: on the
snapshot, and with the snapshots removed, for which the whole day is played.
"""
import pathlib
import time

from kills import Killable, recorded
from product import Folder, Missing
from simulator import Simulator
from verdict import Verdict

RESTART_SECONDS = 5
SEGMENT_BYTES = 64 << 20
# The vendor's market: some 20,000 events a stream second.
INTENSITY = 10
FILL_SECONDS = 1800
START_SECONDS = 300


class Restarted(Killable):
    """May take its time: how much is what is asked."""

    start_seconds = START_SECONDS


def run(size_bytes):
    verdict = Verdict(f"Restart after kill -9, journal of {size_bytes / 1e9:.1f} GB of one day, with a store")
    with Folder() as folder:
        with Simulator(folder, "--demo", "--speed", "max", "--demo-intensity", str(INTENSITY)) as vendor:
            arguments = ["--provider", "polygon", "--endpoint", vendor.url, "--demo-mode", "off"]
            with Killable(folder, *arguments) as product:
                started = time.monotonic()
                health = fill(product, vendor, size_bytes)
                product.kill()
            events, written = recorded(health), health["journal"]["bytes"]
            verdict.note("events recorded, events in the newest snapshot", f"{events:,}, {health['journal']['snapshot_events'] or 0:,}")
            verdict.note("bytes as written, files as they lie there", f"{written / 1e6:,.0f} MB, {on_disk(folder):,.0f} MB")
            verdict.note("filled in", f"{time.monotonic() - started:.0f} s")
            restart(folder, arguments, events, verdict, "on the snapshot", RESTART_SECONDS)
            for snapshot in snapshots(folder):
                snapshot.unlink()
            restart(folder, arguments, events, verdict, "without a snapshot", None)
    return verdict.show()


def fill(product, vendor, size_bytes):
    """Until the journal has the size and the newest snapshot the age that is wanted; returns the last /health."""
    until = time.monotonic() + FILL_SECONDS

    def wait(what, is_so):
        while time.monotonic() < until:
            health = product.health()
            if is_so(health):
                return health
            time.sleep(0.1)
        raise Missing(f"{what} has not come in {FILL_SECONDS} s: {product.health()['journal']}")

    wait(f"a journal of {size_bytes:,} bytes", lambda health: health["journal"]["bytes"] >= size_bytes)
    vendor.hold()
    wait("a snapshot a segment old", lambda health: behind_bytes(health) <= SEGMENT_BYTES)
    vendor.go()
    return wait("a snapshot of some age", lambda health: behind_bytes(health) >= SEGMENT_BYTES / 4)


def behind_bytes(health):
    """What was recorded behind the newest snapshot."""
    journal = health["journal"]
    return (recorded(health) - (journal["snapshot_events"] or 0)) * journal["bytes"] / max(1, journal["appended"])


def restart(folder, arguments, events, verdict, what, wanted_seconds):
    """One life from its start until it has recorded something new."""
    started = time.monotonic()
    with Restarted(folder, *arguments) as product:
        addressed = time.monotonic() - started
        streaming = None
        while True:
            elapsed = time.monotonic() - started
            health = product.health()
            if streaming is None and health["ingest"]["status"] == "streaming":
                streaming = elapsed
            if health["journal"]["appended"] > 0:
                break
            if elapsed > START_SECONDS:
                raise Missing(f"nothing was recorded {START_SECONDS} s after the start: {health['journal']}")
            time.sleep(0.02)
        cpu = product.cpu_seconds()
        product.kill()
    streaming = elapsed if streaming is None else streaming
    journal = health["journal"]
    measured = (f"{streaming:.2f} s (address after {addressed:.2f} s, first new event after {elapsed:.2f} s, {cpu:.1f} CPU s, "
                f"{journal['recovered']:,} events played)")
    if wanted_seconds is None:
        verdict.note(f"seconds until it streams, {what}", measured)
    else:
        # A machine that is busy with others takes longer by the clock than by its processors.
        verdict.check(f"seconds until it streams, {what}", streaming <= wanted_seconds, measured, f"<= {wanted_seconds}",
                      is_fair=streaming < 2 * cpu)
    verdict.check(f"recorded events that are there, {what}", journal["recorded_before"] >= events, f"{journal['recorded_before']:,}", f">= {events:,}")


def snapshots(folder):
    return list(pathlib.Path(folder, "data", "journal").glob("*/snapshot-*.bin"))


def on_disk(folder):
    return sum(path.stat().st_size for path in pathlib.Path(folder, "data", "journal").glob("*/*")) / 1e6
