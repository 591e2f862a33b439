"""A vendor's REST server for tests, written from the public description of the Polygon/Massive API.

Knows nothing of the client under test. Prints its port, serves until its standard input closes.
POST /control sets what it serves and which faults it has; GET /log tells what it was asked.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

KEY = "k3y/With+odd=characters"

state = {
    "chains": {},  # underlying -> rows of the chain snapshot, by ticker
    "trades": {},  # ticker -> rows, ascending
    "quotes": {},
    "fixed": {},  # path -> [status, body]
    "faults": [],  # each: {"after": n, "count": n, "status": n, "headers": {}, "body": ""}, counted over all requests
    "largest_page": 250,
    "history_page": 50000,
    "next_host": "https://api.polygon.io",
    "log": [],
}
lock = threading.Lock()
release = threading.Event()


def generated_chain(underlying, count, spot):
    """Contracts without last trade, in every second row without greeks, in every third without a quote."""
    rows = []
    for number in range(count):
        strike = 100 + number
        ticker = "O:%s251219C%08d" % (underlying.removeprefix("I:"), strike * 1000)
        row = {
            "details": {
                "contract_type": "call", "exercise_style": "american", "expiration_date": "2025-12-19",
                "shares_per_contract": 100, "strike_price": strike, "ticker": ticker,
            },
            "open_interest": number,
            "some_new_field": {"of": ["the", "vendor"]},
        }
        if number % 2 == 0:
            row["greeks"] = {"delta": 0.5, "gamma": 0.01, "theta": -0.25, "vega": 0.125}
            row["implied_volatility"] = 0.35
        else:
            row["greeks"] = {}
        if number % 3 != 0:
            row["last_quote"] = {"bid": 1.1, "ask": 1.2, "last_updated": 1765893000123456789}
        if spot:
            row["underlying_asset"] = {"ticker": underlying, "price": spot, "last_updated": 1765893001000000000}
        rows.append(row)
    return rows


def matches(value, query, name):
    for suffix, holds in {
        ".gte": lambda a, b: a >= b, ".gt": lambda a, b: a > b,
        ".lte": lambda a, b: a <= b, ".lt": lambda a, b: a < b,
    }.items():
        wanted = query.get(name + suffix)
        if wanted is not None and not holds(value, type(value)(wanted)):
            return False
    return True


def page(rows, query, path, largest, default):
    limit = min(int(query.get("limit", default)), largest)
    start = int(query.get("cursor", 0))
    answer = {"status": "OK", "request_id": "r"}
    found = rows[start:start + limit]
    if found:
        answer["results"] = found
    if start + limit < len(rows):
        rest = {name: value for name, value in query.items() if name not in ("cursor", "apiKey")}
        rest["cursor"] = start + limit
        answer["next_url"] = state["next_host"] + quote(path, safe="/:") + "?" + urlencode(rest)
    return 200, answer


def answer(path, query):
    parts = unquote(path).split("/")
    if path in state["fixed"]:
        return state["fixed"][path]
    if path.startswith("/v3/snapshot/options/") and len(parts) == 5:
        rows = state["chains"].get(parts[4])
        if rows is None:
            return 404, {"status": "NOT_FOUND", "request_id": "r", "message": "Ticker not found."}
        rows = [
            row for row in rows
            if matches(row["details"]["expiration_date"], query, "expiration_date")
            and matches(float(row["details"]["strike_price"]), query, "strike_price")
        ]
        return page(rows, query, path, state["largest_page"], 10)
    if path.startswith("/v3/snapshot/options/") and len(parts) == 6:
        for row in state["chains"].get(parts[4], []):
            if row["details"]["ticker"] == parts[5]:
                return 200, {"status": "OK", "results": row}
        return 404, {"status": "NOT_FOUND", "message": "Options contract not found"}
    for kind in ("trades", "quotes"):
        if path.startswith("/v3/%s/" % kind):
            rows = [row for row in state[kind].get(parts[3], []) if matches(row["sip_timestamp"], query, "timestamp")]
            if query.get("order", "desc") == "desc":
                rows = rows[::-1]
            return page(rows, query, path, state["history_page"], 1000)
    return 404, {"status": "NOT_FOUND", "request_id": "r"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def send(self, status, body, headers=None):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        change = json.loads(self.rfile.read(length))
        with lock:
            for name, arguments in change.pop("generate", {}).items():
                state["chains"][name] = generated_chain(name, *arguments)
            for name, value in change.items():
                if isinstance(state[name], dict):
                    state[name].update(value)
                else:
                    state[name] = value
        self.send(200, {})

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/log":
            with lock:
                self.send(200, {"log": state["log"]})
            return
        query = dict(parse_qsl(url.query))
        with lock:
            state["log"].append({"path": self.path, "authorization": self.headers.get("Authorization", "")})
            fault = self.fault(len(state["log"]))
        if fault:
            if fault["status"] == 0:
                # Says nothing and keeps the connection, until the server ends.
                release.wait()
                self.close_connection = True
                return
            self.send(fault["status"], fault.get("body", ""), fault.get("headers"))
            return
        keys = [self.headers.get("Authorization", "").removeprefix("Bearer "), query.get("apiKey", "")]
        if keys == ["", ""]:
            self.send(401, {"status": "ERROR", "request_id": "r", "error": "API Key was not provided"})
        elif KEY not in keys:
            # Echoes the key: no vendor should, some proxies do.
            self.send(401, {"status": "ERROR", "request_id": "r", "error": "Unknown API Key " + keys[0] + keys[1]})
        else:
            with lock:
                status, body = answer(url.path, query)
            self.send(status, body)

    def fault(self, number):
        for fault in state["faults"]:
            if fault.get("after", 0) < number <= fault.get("after", 0) + fault["count"]:
                return fault
        return None


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
