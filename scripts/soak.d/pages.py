"""A thousand open pages: what they cost the server, how late its word comes, and whether one that stops reading slows the others."""
import base64
import datetime
import multiprocessing
import os
import re
import resource
import select
import socket
import time

from product import Folder, Product, cpu_seconds, percentile, wait_for_the_present
from verdict import Verdict

SYMBOLS = ("SPY", "QQQ", "AAPL", "NVDA", "TSLA")
SAMPLED = 20
# A busy machine may take its time to open them.
HANDSHAKE_SECONDS = 120
OPEN_SECONDS = 600
CORE_SHARE = 0.15
GROWTH_MEGABYTES = 100
LATE_MILLISECONDS = 50
STATES_PER_SECOND = 4
# What other programs may take of the machine before a number of ours says nothing.
BUSY_SHARE = 0.2
STATE = re.compile(rb'\{"type":"state".{0,160}?"wall_time":"([^"]+)"')


def connect(port, symbol, receive_bytes=0):
    """A page's socket, open and greeted."""
    page = socket.socket()
    if receive_bytes:
        page.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    page.settimeout(HANDSHAKE_SECONDS)
    page.connect(("127.0.0.1", port))
    page.sendall((f"GET /ws/stream?symbol={symbol} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
    answer = page.recv(12)
    if answer != b"HTTP/1.1 101":
        raise ConnectionError(f"handshake answered {answer!r}")
    return page


def crowd(pipe, port, count):
    """Pages that read all and look at nothing: the kernel throws the bytes away without copying them."""
    poll, pages, scratch = select.epoll(), {}, bytearray(1 << 20)
    read = lost = 0
    for index in range(count):
        page = connect(port, SYMBOLS[index % len(SYMBOLS)])
        page.setblocking(False)
        pages[page.fileno()] = page
        poll.register(page.fileno(), select.EPOLLIN)
        # The first ones fill up while the last ones come.
        for number, _ in poll.poll(0):
            read += pages[number].recv_into(scratch, 0, socket.MSG_TRUNC)
    pipe.send(count)
    while True:
        for number, _ in poll.poll(0.2):
            try:
                taken = pages[number].recv_into(scratch, 0, socket.MSG_TRUNC)
            except ConnectionResetError:
                taken = 0
            read += taken
            if taken == 0:
                poll.unregister(number)
                lost += 1
        if pipe.poll():
            if pipe.recv() == "stop":
                return
            pipe.send((read, lost))


def sample(pipe, port, count):
    """Pages whose states are timed: from the server's wall_time to the moment of their receipt."""
    poll, pages = select.epoll(), {}
    for index in range(count):
        page = connect(port, SYMBOLS[index % len(SYMBOLS)])
        page.setblocking(False)
        pages[page.fileno()] = (page, bytearray())
        poll.register(page.fileno(), select.EPOLLIN)
    pipe.send(count)
    late, states, lost = [], 0, 0
    while True:
        for number, _ in poll.poll(0.2):
            page, tail = pages[number]
            try:
                data = page.recv(1 << 20)
            except ConnectionResetError:
                data = b""
            now = time.time()
            if not data:
                poll.unregister(number)
                lost += 1
            tail += data
            end = 0
            for found in STATE.finditer(tail):
                told = datetime.datetime.fromisoformat(found.group(1).decode().replace("Z", "+00:00")).timestamp()
                late.append((now - told) * 1000)
                states += 1
                end = found.end()
            # A head may be cut in two by the end of what has come.
            del tail[:max(end, len(tail) - 512)]
        if pipe.poll():
            if pipe.recv() == "stop":
                return
            pipe.send((late, states, lost))
            late, states = [], 0


class Pages:
    """Such pages in a process of their own."""

    def __init__(self, body, port, count):
        self._pipe, other = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=body, args=(other, port, count), daemon=True)
        self._process.start()
        other.close()
        self._answer(OPEN_SECONDS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.is_alive():
            self._pipe.send("stop")
            self._process.join(5)
            self._process.kill()

    def _answer(self, seconds):
        if not self._pipe.poll(seconds):
            raise TimeoutError(f"the pages' process said nothing for {seconds} s")
        return self._pipe.recv()

    def report(self):
        self._pipe.send("report")
        return self._answer(30)

    @property
    def pid(self):
        return self._process.pid


class Meter:
    """CPU time of the server and of its parts, of the pages, and of the machine, over one phase."""

    def __init__(self, product, pages):
        self._product, self._pages = product, pages
        self._before, self._since = self._read(), time.monotonic()

    def _read(self):
        fields = [int(field) for field in open("/proc/stat", encoding="ascii").readline().split()[1:9]]
        busy = (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")
        return busy, self._product.cpu_seconds(), sum(cpu_seconds(one.pid) for one in self._pages), thread_seconds(self._product.pid)

    def shares(self):
        """Of one core each: the server, the pages, other programs; and the server's threads by name."""
        took = time.monotonic() - self._since
        busy, server, pages, threads = self._read()
        before, server_before, pages_before, threads_before = self._before
        server, pages = (server - server_before) / took, (pages - pages_before) / took
        others = max(0.0, (busy - before) / took - server - pages)
        parts = {name: (seconds - threads_before.get(name, 0)) / took for name, seconds in threads.items()}
        return server, pages, others, sorted(parts.items(), key=lambda part: -part[1])


def thread_seconds(pid):
    """CPU time of a process so far, by the names of its threads."""
    seconds = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            name = open(f"/proc/{pid}/task/{thread}/comm", encoding="ascii").read().strip()
            fields = open(f"/proc/{pid}/task/{thread}/stat", encoding="ascii").read().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
        seconds[name] = seconds.get(name, 0) + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


def phase(product, seconds, pages):
    """Shares of CPU, bytes a second, and what the sampled pages saw, over so many seconds."""
    everyone, sampled = pages
    read, _ = everyone.report()
    sampled.report()
    meter, begun, prints = Meter(product, pages), time.monotonic(), product.trades()[0]
    time.sleep(seconds)
    shares, took = meter.shares(), time.monotonic() - begun
    (read_after, lost), (late, states, lost_sampled) = everyone.report(), sampled.report()
    return {
        "shares": shares, "bytes_per_s": (read_after - read) / took, "late": late, "states_per_s": states / SAMPLED / took,
        "lost": lost + lost_sampled, "prints_per_s": (product.trades()[0] - prints) / took,
    }


def run(count, seconds, intensity):
    verdict = Verdict(f"{count:,} pages of {len(SYMBOLS)} symbols, {seconds} s without and {seconds} s with one that stops reading")
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, max(limit, count + 200)), most))
    with Folder() as folder, Product(folder, "--demo-intensity", str(intensity)) as product:
        wait_for_the_present(product)
        alone = Meter(product, [])
        time.sleep(min(seconds, 15))
        idle = alone.shares()
        memory = product.memory_megabytes()[0]
        with Pages(crowd, product.port, count - SAMPLED) as everyone, Pages(sample, product.port, SAMPLED) as sampled:
            pages = (everyone, sampled)
            time.sleep(3)
            calm = phase(product, seconds, pages)
            mute = connect(product.port, SYMBOLS[0], 4096)
            after = phase(product, seconds, pages)
            grown = product.memory_megabytes()[0] - memory
            mute.close()
        complaints = product.complaints()
        exit_code = product.stop()

    server, clients, others, threads = after["shares"]
    fair = others < BUSY_SHARE
    late, late_calm = percentile(after["late"], 0.99), percentile(calm["late"], 0.99)
    verdict.note("prints a second", f"{after['prints_per_s']:.0f}")
    verdict.note("sent a second, to one page", f"{after['bytes_per_s'] / 1e6:.1f} MB, {after['bytes_per_s'] / 1e3 / (count - SAMPLED):.0f} KB")
    verdict.note("of one core: pages, other programs", f"{clients:.1%}, {others:.1%}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    verdict.note("of one core: server without pages", f"{idle[0]:.1%}")
    verdict.note("of one core: server's threads", ", ".join(f"{name} {share:.1%}" for name, share in threads[:4]))
    # CPU time is ours whoever else computes; only how late something comes is not.
    verdict.check("server, of one core", server <= CORE_SHARE, f"{server:.1%}", f"<= {CORE_SHARE:.0%}")
    verdict.check("resident memory gained", grown <= GROWTH_MEGABYTES, f"{grown:.1f} MB, {grown * 1024 / count:.0f} KB a page", f"<= {GROWTH_MEGABYTES} MB")
    verdict.check("delivery, p99", late <= LATE_MILLISECONDS, f"{late:.1f} ms of {len(after['late']):,} (p50 {percentile(after['late'], 0.5):.1f})", f"<= {LATE_MILLISECONDS} ms", fair)
    verdict.check("delivery, p99, before one stopped reading", late_calm <= LATE_MILLISECONDS, f"{late_calm:.1f} ms", f"<= {LATE_MILLISECONDS} ms", fair)
    rates = f"{calm['states_per_s']:.2f}, {after['states_per_s']:.2f}"
    least = STATES_PER_SECOND * 0.95
    verdict.check("states a second and page, before and after", min(calm["states_per_s"], after["states_per_s"]) >= least, rates, f">= {least:.1f}", fair)
    verdict.check("pages lost", after["lost"] == 0, after["lost"], 0)
    verdict.check("complaints in the log", not complaints, len(complaints), 0)
    verdict.check("exit code", exit_code == 0, exit_code, 0)
    return verdict.show()
