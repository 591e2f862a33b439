"""The demo market with 100 stream clients, HTTP bursts and trades entered by hand."""
import json
import os
import resource
import statistics
import threading
import time

import wrk
from product import Folder, Missing, Product
from stream import Clients
from verdict import Verdict

READING, SILENT = 80, 20
SAMPLE_SECONDS = 5
P99_MILLISECONDS = 20
INJECTION_MILLISECONDS = 250
BURSTS = [("/top", 16), ("/prints", 16), ("/top", 64), ("/prints", 64)]
CATCH_UP_SECONDS = 3
# Latencies of a burst during which other programs of the machine took more of its cores say more about those.
OTHERS_SHARE = 0.15
# The store keeps blocks of its file in memory until DuckDB's limit of 512 MB is reached; everything else must stand still.
CEILING_MEGABYTES = 700
OWN_SLOPE_MEGABYTES = 0.5


class Every:
    """Calls `work` every `seconds` on a thread of its own until the block ends; an error of it ends the whole run."""

    def __init__(self, seconds, work):
        self._seconds, self._work = seconds, work
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.error = None

    def _run(self):
        due = time.monotonic()
        while not self._end.is_set():
            try:
                self._work()
            except Exception as error:
                self.error = error
                return
            due = max(due + self._seconds, time.monotonic())
            self._end.wait(due - time.monotonic())

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join(30)


class Sampler:
    def __init__(self, product):
        self.product, self.samples, self.started = product, [], time.monotonic()

    def take(self):
        health = self.product.health()
        rss, anonymous, peak = self.product.memory_megabytes()
        self.samples.append({
            "seconds": time.monotonic() - self.started, "rss": rss, "anonymous": anonymous, "peak": peak, "cpu": self.product.cpu_seconds(),
            "files": self.product.open_files(), "status": health["status"], "reasons": health["reasons"],
            "clients": health["stream"]["clients"], "dropped_messages": health["stream"]["messages_dropped"],
            "waits": health["ingest"]["ingest_waits"], "skipped": health["queues"]["publisher"]["skipped"],
            "not_stored": health["storage"]["dropped"], "lag": health["storage"]["lag_milliseconds"],
            "rows": health["storage"]["rows_written"], "trades": health["ingest"]["trades"],
            "events_per_second": health["ingest"]["events_per_second"], "bad_events": health["ingest"]["bad_events"],
            "load": os.getloadavg()[0],
        })


class Injector:
    """Enters a trade by hand and waits for it in /prints; its size is its name."""

    def __init__(self, product):
        self.product, self.number, self.sent, self.faults = product, 0, [], []

    def inject(self):
        self.number += 1
        rows = [row for row in self.product.get("/top?limit=200")["rows"] if row["bid"] and row["ask"] and row["ask"] > row["bid"]]
        if not rows:
            return
        row = rows[self.number * 7 % len(rows)]
        size = 900_000 + self.number
        body = {"symbol": row["symbol"], "price": (row["ask"], row["bid"])[self.number % 2], "size": size}
        sent = time.monotonic()
        status, answer = self.product.request("POST", "/trades", body)
        if status != 202:
            return self.faults.append(f"{body} was answered {status} {answer}")
        found = None
        while found is None and time.monotonic() - sent < 5:
            page = self.product.get(f"/prints?symbol={row['symbol']}&limit=50")["rows"]
            found = next((one for one in page if one["size"] == size), None)
            if found is None:
                time.sleep(0.005)
        arrived = time.monotonic()
        if found is None:
            return self.faults.append(f"{body} was not in /prints within 5 s")
        self.sent.append({"symbol": row["symbol"], "size": size, "sent": sent, "milliseconds": (arrived - sent) * 1000})
        fault = label_fault(found)
        if fault:
            self.faults.append(fault)


def label_fault(row):
    """The quote rule, applied by hand to the print and the quote that stands beside it."""
    if not row["injected"]:
        return f"print {row['id']} is not marked as injected"
    if row["bid"] is None or row["ask"] is None:
        return None
    price, bid, ask = (round(row[name] * 1_000_000) for name in ("price", "bid", "ask"))
    if bid >= ask:
        return None
    side = "buy" if 2 * price > bid + ask else "sell" if 2 * price < bid + ask else "mid"
    if row["side"] not in (side, "unknown"):
        return f"print {row['id']} at {row['price']} between {row['bid']} and {row['ask']} is {row['side']}, wanted {side}"
    return None


def machine_busy_seconds():
    """CPU seconds of the whole machine so far, idle and waiting left out."""
    with open("/proc/stat", encoding="ascii") as stat:
        ticks = [int(word) for word in stat.readline().split()[1:]]
    return (sum(ticks[:3]) + sum(ticks[5:8])) / os.sysconf("SC_CLK_TCK")


def own_busy_seconds(product, clients):
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return product.cpu_seconds() + clients.cpu_seconds() + sum(one.ru_utime + one.ru_stime for one in (own, children))


def burst(product, clients, path, connections, seconds):
    """One round of wrk, with the share of the machine that programs outside of this test took meanwhile."""
    started, busy, own = time.monotonic(), machine_busy_seconds(), own_busy_seconds(product, clients)
    result = wrk.run(product.port, path, connections, seconds)
    others = machine_busy_seconds() - busy - (own_busy_seconds(product, clients) - own)
    result["others"] = max(0, others) / (time.monotonic() - started) / os.cpu_count()
    return result


def bursts(product, clients, until, seconds, pause):
    """wrk against both routes at several connection counts, again and again; at least once."""
    results = []
    while True:
        for path, connections in BURSTS:
            results.append(burst(product, clients, path, connections, seconds))
        if time.monotonic() + pause + seconds * len(BURSTS) > until:
            return results
        time.sleep(pause)


def megabytes_per_minute(samples):
    """Slope of the resident set by least squares."""
    times, sizes = [one["seconds"] / 60 for one in samples], [one["rss"] for one in samples]
    mean_time, mean_size = statistics.fmean(times), statistics.fmean(sizes)
    spread = sum((time_ - mean_time) ** 2 for time_ in times)
    return sum((time_ - mean_time) * (size - mean_size) for time_, size in zip(times, sizes)) / spread


def run(minutes=10, demo_speed=1, with_store=True, samples_path=None):
    wrk.require()
    is_short = minutes < 2
    arguments = ["--demo-speed", f"{demo_speed:g}"] + ([] if with_store else ["--no-store"])
    with Folder() as folder, Product(folder, *arguments) as product:
        print(f"soak load: {minutes:g} minutes, demo speed {demo_speed:g}, {'with' if with_store else 'without'} store, {READING} clients read, {SILENT} never do; "
              f"process {product.pid}, load average {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores", flush=True)
        time.sleep(1.5)
        with Clients(product.port, READING, SILENT) as clients:
            sampler, injector = Sampler(product), Injector(product)
            sampler.take()
            until = time.monotonic() + minutes * 60 - CATCH_UP_SECONDS
            with Every(SAMPLE_SECONDS if not is_short else 1, sampler.take) as one, Every(2 if is_short else 6, injector.inject) as two:
                latencies = bursts(product, clients, until, 2 if is_short else 4, 1 if is_short else 24)
                while time.monotonic() < until:
                    time.sleep(0.1)
            for thread in (one, two):
                if thread.error:
                    raise Missing(f"the run broke off: {thread.error!r}\n{product.log()[-2000:]}")
            time.sleep(1)
            sampler.take()
            before = clients.report()
            clients.wake()
            time.sleep(CATCH_UP_SECONDS)
            after = clients.report()
        code = product.stop()
        verdict = judge(product, code, sampler.samples, latencies, injector, before, after, minutes, with_store)
        if samples_path:
            with open(samples_path, "w", encoding="utf-8") as out:
                json.dump({"samples": sampler.samples, "latencies": latencies, "injections": injector.sent}, out)
    return verdict.show()


def judge(product, code, samples, latencies, injector, before, after, minutes, with_store):
    verdict = Verdict(f"Load, {minutes:g} minutes, {'with' if with_store else 'without'} store")
    last = samples[-1]
    judge_latencies(verdict, latencies)
    is_fair = any(one["others"] <= OTHERS_SHARE for one in latencies)
    judge_injections(verdict, injector, after["injected"], is_fair)
    judge_streams(verdict, before, after, last, is_fair)
    for key, what in (("waits", "ingest waited"), ("skipped", "outputs the publisher skipped"), ("not_stored", "outputs not stored"),
                      ("bad_events", "bad events")):
        verdict.check(what, last[key] == 0, last[key], 0)
    verdict.check("storage lag, highest", max(one["lag"] for one in samples) < 5000, f"{max(one['lag'] for one in samples)} ms", "< 5000 ms")
    unwell = [one for one in samples if one["status"] != "ok"]
    verdict.check("health", not unwell, f"{len(unwell)} of {len(samples)} samples not ok {unwell[0]['reasons'] if unwell else ''}".strip(), "all ok")
    judge_memory(verdict, samples, with_store)
    verdict.check("exit code", code == 0, code, 0)
    complaints = product.complaints()
    verdict.check("warnings in the log", not complaints, f"{len(complaints)} {complaints[0] if complaints else ''}".strip(), 0)
    verdict.note("prints, rows stored", f"{last['trades']:,}, {last['rows']:,}")
    verdict.note("events a second", f"{statistics.fmean(one['events_per_second'] for one in samples):,.0f}")
    span = last["seconds"] - samples[0]["seconds"]
    verdict.note("CPU of the server, wrk included", f"{(last['cpu'] - samples[0]['cpu']) / span * 100:.0f} % of a core")
    verdict.note("load average", f"{min(one['load'] for one in samples):.1f} to {max(one['load'] for one in samples):.1f}")
    return verdict


def judge_latencies(verdict, latencies):
    for path, connections in BURSTS:
        rounds = [one for one in latencies if (one["path"], one["connections"]) == (path, connections)]
        undisturbed = [one for one in rounds if one["others"] <= OTHERS_SHARE]
        calm = undisturbed or rounds
        worst = max(one["p99"] for one in calm)
        verdict.check(
            f"{path}, {connections} connections: worst p99 of {len(calm)} bursts", worst < P99_MILLISECONDS,
            f"{worst:.2f} ms (median {statistics.median(one['p99'] for one in calm):.2f}, p50 "
            f"{statistics.median(one['p50'] for one in calm):.2f}, {statistics.median(one['requests_per_second'] for one in calm):,.0f}/s)",
            f"< {P99_MILLISECONDS} ms", is_fair=bool(undisturbed))
    disturbed = [one for one in latencies if one["others"] > OTHERS_SHARE]
    if disturbed:
        verdict.note(f"bursts while other programs took over {OTHERS_SHARE:.0%} of the machine",
                     f"{len(disturbed)} of {len(latencies)}, worst p99 {max(one['p99'] for one in disturbed):.2f} ms")
    failures = sum(one["failures"] for one in latencies)
    verdict.check("failed requests", failures == 0, failures, 0)


def judge_injections(verdict, injector, seen, is_fair):
    limit = f"< {INJECTION_MILLISECONDS} ms"
    times = [one["milliseconds"] for one in injector.sent]
    verdict.check(f"in /prints after injection, worst of {len(times)}", times and max(times) < INJECTION_MILLISECONDS,
                  f"{max(times):.0f} ms (median {statistics.median(times):.0f})" if times else "none came back", limit, is_fair)
    arrivals = [(seen[one["symbol"], one["size"]], one) for one in injector.sent if (one["symbol"], one["size"]) in seen]
    spans = [(arrival[0] - one["sent"]) * 1000 for arrival, one in arrivals]
    verdict.check("on the stream after injection, worst", len(spans) == len(times) and spans and max(spans) < INJECTION_MILLISECONDS,
                  f"{max(spans):.0f} ms (median {statistics.median(spans):.0f})" if spans else "none came", limit, is_fair)
    everyone = sum(arrival[2] >= READING for arrival, _ in arrivals)
    verdict.check("injections every reading client got", everyone == len(times), everyone, len(times), is_fair)
    verdict.check("injections marked and labelled", not injector.faults, injector.faults[0] if injector.faults else f"all {len(times)}", "all")


def judge_streams(verdict, before, after, last, is_fair):
    readers, sleepers = after["readers"], after["sleepers"]
    faults = [fault for client in readers + sleepers for fault in client["faults"]]
    verdict.check("stream faults (epoch, order, gaps), all clients", not faults, f"{len(faults)} {faults[0] if faults else ''}".strip(), 0)
    verdict.check("clients connected at the end", last["clients"] == READING + SILENT, last["clients"], READING + SILENT)
    verdict.check("prints a reading client missed, most", max(client["missed"] for client in readers) == 0,
                  max(client["missed"] for client in readers), 0, is_fair)
    counts = [client["states"] for client in readers]
    wanted = int(last["seconds"] * 4 * 0.9)
    verdict.check("states a reading client got, fewest", min(counts) >= wanted, min(counts), f">= {wanted}", is_fair)
    newest = max(client["last_id"] for client in readers)
    behind = max(newest - (client["last_id"] or 0) for client in sleepers)
    verdict.check("silent clients once they read: prints behind", behind <= 2000, behind, "<= 2000", is_fair)
    verdict.note("silent clients: prints they were told they missed", f"{min(c['missed'] for c in sleepers):,} to {max(c['missed'] for c in sleepers):,}")
    verdict.note("sent to the clients", f"{sum(client['bytes'] for client in before['readers']) / last['seconds'] / 1e6:.1f} MB/s")


def judge_memory(verdict, samples, with_store):
    last, first = samples[-1], samples[0]
    verdict.check("highest resident set", last["peak"] < CEILING_MEGABYTES,
                  f"{last['peak']:.0f} MB (first {first['rss']:.0f}, last {last['rss']:.0f})", f"< {CEILING_MEGABYTES} MB")
    # Rings fill while the first 131,072 prints come; a slope means something only after them.
    warm = [one for one in samples if one["seconds"] >= last["seconds"] * 0.4 and one["trades"] > 140_000]
    if len(warm) >= 12:
        slope = f"{megabytes_per_minute(warm):+.2f} MB/min over {len(warm)} samples"
        if with_store:
            verdict.note("resident set's slope once warm (DuckDB's cache fills)", slope)
        else:
            verdict.check("resident set's slope once warm", megabytes_per_minute(warm) < OWN_SLOPE_MEGABYTES, slope,
                          f"< {OWN_SLOPE_MEGABYTES} MB/min")
    verdict.check("open files before the bursts and after", abs(last["files"] - first["files"]) <= 16, f"{first['files']}, {last['files']}",
                  "at most 16 apart")
