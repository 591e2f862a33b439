"""What `serve` takes for a hundred symbols, a million prints and ten thousand alerts, and where it goes."""
import json
import pathlib
import time

from product import Folder, Missing, Product
from stream import Clients
from verdict import Verdict

PEAK_MEGABYTES = 250
# 09:30 in New York on 2025-12-16, in milliseconds; the session's length.
OPEN = 1_765_895_400_000
SESSION = 23_400_000
CONTRACTS = 20  # of each symbol
RULE = {"name": "soak", "source": "prints", "min_size": 50, "severity_floor": "INFO", "cool_down_seconds": 0}
PATIENCE_SECONDS = 600
READERS = 10


def write_tape(path, symbols, prints, alerts):
    """Prints of all symbols in turn, each third behind a new quote; one in so many is large enough for the rule."""
    names = [f"M{chr(65 + index // 26)}{chr(65 + index % 26)}" for index in range(symbols)]
    contracts = [f"O:{name}251219{'CP'[place % 2]}{100_000 + 1000 * (place // 2):08d}" for place in range(CONTRACTS) for name in names]
    every = prints // alerts if alerts else prints + 1
    step = SESSION / prints
    with open(path, "w", encoding="ascii") as tape:
        events = [f'{{"ev":"T","sym":"{name}","x":12,"i":"1","z":2,"p":105.0,"s":100,"t":{OPEN},"q":{index + 1}}}' for index, name in enumerate(names)]
        sequence = symbols
        for number in range(prints):
            contract, moment = contracts[number * 7 % len(contracts)], OPEN + 1 + int(number * step)
            cents = 100 + number // len(contracts) % 40
            if number % 3 == 0:
                sequence += 1
                events.append(f'{{"ev":"Q","sym":"{contract}","bx":302,"ax":303,"bp":{(cents - 2) / 100},"ap":{(cents + 2) / 100},"bs":9,"as":9,'
                              f'"t":{moment},"q":{sequence}}}')
            sequence += 1
            size = 50 if number % every == every - 1 else 1 + number % 20
            events.append(f'{{"ev":"T","sym":"{contract}","x":{302 + number % 2},"p":{(cents + number % 5 - 2) / 100},"s":{size},"c":[209],'
                          f'"t":{moment},"q":{sequence}}}')
            if len(events) >= 40:
                tape.write(f"[{','.join(events)}]\n")
                events = []
        if events:
            tape.write(f"[{','.join(events)}]\n")


def mappings(pid):
    """Resident megabytes by what they are mapped from: the heap, other memory of its own, libraries and files."""
    kinds, kind = {"heap": 0, "other memory": 0, "program and libraries": 0}, None
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text(encoding="utf-8", errors="replace").splitlines():
        words = line.split()
        if "-" in words[0] and not words[0].endswith(":"):
            name = words[5] if len(words) > 5 else ""
            kind = "heap" if name == "[heap]" else "program and libraries" if name.startswith("/") else "other memory"
        elif words[0] == "Rss:":
            kinds[kind] += int(words[1]) / 1024
    return kinds


def add_rule(folder, tape):
    """Into the file of alerts, where every later start finds it."""
    with Product(folder, "--replay", str(tape), "--replay-speed", "max") as product:
        status, answer = product.request("POST", "/alerts/rules", RULE)
        if status not in (200, 201):
            raise Missing(f"POST /alerts/rules was answered {status} {answer}")


def play(folder, tape, speed, *arguments, alerts=0):
    """The tape to its end with readers and questions: health, memory and number of alerts then."""
    with Product(folder, "--replay", str(tape), "--replay-speed", speed, *arguments) as product, Clients(product.port, READERS, 0):
        deadline = time.monotonic() + PATIENCE_SECONDS
        told = 0
        while time.monotonic() < deadline:
            health = product.health()
            # Answered by the thread that makes the alerts, between two of its batches.
            _, statistics = product.request("GET", "/alerts/statistics?hours=24", timeout=60)
            told = sum(row["count"] for row in statistics["by_rule"])
            product.get("/prints?limit=200")
            if health["ingest"]["status"] == "ended" and health["queues"]["storage"]["depth"] == 0 and told >= alerts:
                break
            time.sleep(0.5)
        else:
            raise Missing(f"the tape was not through within {PATIENCE_SECONDS} s: {json.dumps(health)[:2000]}")
        rss, anonymous, peak = product.memory_megabytes()
        return {"health": health, "alerts": told, "rss": rss, "anonymous": anonymous, "peak": peak, "mappings": mappings(product.pid)}


def run(symbols, prints, alerts, speed):
    verdict = Verdict(f"Memory of serve: {symbols} symbols, {prints:,} prints at {speed}x, {alerts:,} alerts, {READERS} readers")
    with Folder() as folder:
        small, tape = folder / "small.ndjson", folder / "tape.ndjson"
        write_tape(small, symbols, 2 * symbols * CONTRACTS, 0)
        write_tape(tape, symbols, prints, alerts)
        add_rule(folder, small)
        full = play(folder, tape, speed, alerts=alerts)
        bare = play(folder, tape, speed, "--no-store")
        idle = play(folder, small, "max", "--no-store")
    verdict.check("prints, alerts", full["health"]["ingest"]["trades"] >= prints and full["alerts"] >= alerts,
                  f"{full['health']['ingest']['trades']:,}, {full['alerts']:,}", f">= {prints:,}, {alerts:,}")
    verdict.check("highest resident set", full["peak"] <= PEAK_MEGABYTES, f"{full['peak']:.0f} MB", f"<= {PEAK_MEGABYTES} MB")
    verdict.note("at the end: resident, of that memory of its own", f"{full['rss']:.0f}, {full['anonymous']:.0f} MB")
    for kind, megabytes in full["mappings"].items():
        verdict.note(f"at the end: {kind}", f"{megabytes:.0f} MB")
    verdict.note("highest without store, lake and the alerts' file", f"{bare['peak']:.0f} MB")
    verdict.note("highest without store, hardly any prints", f"{idle['peak']:.0f} MB")
    verdict.note("so store, lake and alerts take", f"{full['peak'] - bare['peak']:.0f} MB")
    verdict.note("so prints, detectors and sums take", f"{bare['peak'] - idle['peak']:.0f} MB")
    storage = full["health"]["storage"]
    verdict.note("rows stored, not stored", f"{storage['rows_written']:,}, {storage['dropped']:,}")
    return verdict.show()
