"""Receivers of alerts on 127.0.0.1: HTTP in the form of every vendor, checked against what the vendor documents, and SMTP.

    receivers.py [--faults SHARE] [--seed N] [--certificate FILE --key FILE]

Prints two ports, HTTP's and SMTP's, and ends when its standard input does. With faults, that share of the requests is answered with
500, 429 and Retry-After, not at all, or with a connection reset; half of the last two have been taken before, which the sender
cannot know. GET /report says what came: by path and key how often it was taken, and everything that broke a vendor's rule; with
?requests=N it waits until so many have come.
"""
import argparse
import base64
import collections
import email
import email.policy
import email.utils
import hashlib
import hmac
import html.parser
import json
import random
import re
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SIGNING_KEY = b"a key of the tests"
ACCOUNT, TOKEN = "AC0123456789", "sms-token"
BOT = "123456:bot-token"
# Longer than any client of ours waits.
SILENCE_SECONDS = 60


class Book:
    """What came, from any thread."""

    def __init__(self, share, seed):
        self.lock = threading.Condition()
        self.taken = collections.defaultdict(collections.Counter)
        self.requests = collections.Counter()
        self.problems = []
        self.share = share
        self.dice = random.Random(seed)
        self.is_over = threading.Event()

    def take(self, path, key):
        with self.lock:
            self.taken[path][key] += 1

    def complain(self, words):
        with self.lock:
            self.problems.append(words)

    def fault(self, path):
        """None, or what is to go wrong."""
        with self.lock:
            self.requests[path] += 1
            self.lock.notify_all()
            if self.dice.random() >= self.share:
                return None
            return self.dice.choice(["500", "429", "silence", "silence taken", "reset", "reset taken"])

    def report(self, requests=0):
        with self.lock:
            self.lock.wait_for(lambda: sum(self.requests.values()) >= requests)
            return json.dumps({"taken": self.taken, "requests": self.requests, "problems": self.problems[:50]}).encode()


def units(text):
    return len(text.encode("utf-16-le")) // 2


class Wrong(Exception):
    pass


def check(holds, words):
    if not holds:
        raise Wrong(words)


# What each vendor documents; every function returns the key under which a message is counted.


def webhook(request, body):
    identity, seconds = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    check(request.headers["Idempotency-Key"] == identity, "webhook: two identities")
    check(abs(time.time() - int(seconds)) < 300, f"webhook: time stamp {seconds}")
    mac = hmac.new(SIGNING_KEY, f"{identity}.{seconds}.".encode() + body, hashlib.sha256).digest()
    wanted = "v1," + base64.b64encode(mac).decode()
    check(hmac.compare_digest(wanted, request.headers["webhook-signature"] or ""), "webhook: signature")
    message = json.loads(body)
    check(message["id"] == identity and message["type"] == "marketflow.alert", "webhook: body")
    return message["title"]


def slack(request, body):
    message = json.loads(body)
    check(set(message) <= {"text", "blocks", "unfurl_links", "unfurl_media"}, f"slack: members {set(message)}")
    check("<" not in message["text"], "slack: markup in text")
    blocks = message["blocks"]
    check(1 <= len(blocks) <= 50, f"slack: {len(blocks)} blocks")
    for block in blocks:
        kind = block["type"]
        check(kind in ("header", "section", "context"), f"slack: block {kind}")
        for text in [block["text"]] if "text" in block else block.get("fields", block.get("elements", [])):
            longest = 150 if kind == "header" else 2000 if "fields" in block else 3000
            check(text["type"] == "plain_text" and 1 <= units(text["text"]) <= longest, f"slack: text in {kind}")
        check(len(block.get("fields", [])) <= 10 and len(block.get("elements", [])) <= 10, "slack: fields")
    return blocks[0]["text"]["text"].split(": ", 1)[1]


def discord(request, body):
    message = json.loads(body)
    check(message["allowed_mentions"] == {"parse": []}, "discord: mentions")
    check(units(message.get("content", "")) <= 2000 and len(message["embeds"]) <= 10, "discord: content")
    total = 0
    for embed in message["embeds"]:
        check(1 <= units(embed["title"]) <= 256 and units(embed.get("description", "")) <= 4096, "discord: embed")
        check(len(embed["fields"]) <= 25 and 0 <= embed["color"] <= 0xFFFFFF, "discord: fields")
        check(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", embed["timestamp"]), "discord: timestamp")
        total += units(embed["title"]) + units(embed.get("description", ""))
        for field in embed["fields"]:
            check(1 <= units(field["name"]) <= 256 and 1 <= units(field["value"]) <= 1024, "discord: field")
            total += units(field["name"]) + units(field["value"])
    check(total <= 6000, f"discord: {total} characters")
    return message["embeds"][0]["title"].split(": ", 1)[1]


class Visible(html.parser.HTMLParser):
    """Text without the tags that Telegram knows."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.text, self.open = "", []

    def handle_starttag(self, tag, attributes):
        check(tag in ("b", "i", "u", "s", "code", "pre", "a") and not attributes, f"telegram: tag {tag}")
        self.open.append(tag)

    def handle_endtag(self, tag):
        check(self.open and self.open.pop() == tag, f"telegram: end of {tag}")

    def handle_data(self, data):
        self.text += data


def telegram(request, body):
    message = json.loads(body)
    check(message["chat_id"] == "-100" and message["parse_mode"] == "HTML", "telegram: members")
    parser = Visible()
    parser.feed(message["text"])
    parser.close()
    check(not parser.open and 1 <= units(parser.text) <= 4096, "telegram: text")
    return parser.text.split("\n")[0].split(": ", 1)[1]


def twilio(request, body):
    wanted = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    check(request.headers["Authorization"] == wanted, "twilio: authorization")
    check(request.headers["Content-Type"] == "application/x-www-form-urlencoded", "twilio: content type")
    form = urllib.parse.parse_qs(body.decode("ascii"), strict_parsing=True)
    check(set(form) == {"To", "From", "Body"}, f"twilio: form {set(form)}")
    check(all(re.fullmatch(r"\+[1-9]\d{1,14}", form[name][0]) for name in ("To", "From")), "twilio: numbers")
    check(1 <= units(form["Body"][0]) <= 1600, "twilio: body")
    return re.search(r"Alert \d+|\w+", form["Body"][0].split(" ", 1)[1])[0]


def keys(request, body):
    """A receiver that tells messages by their keys alone."""
    return request.headers["Idempotency-Key"]


VENDORS = {
    "/webhook": (webhook, 200, b"ok"),
    "/keys": (keys, 200, b"ok"),
    "/services/T0/B0/slack-key": (slack, 200, b"ok"),
    "/api/webhooks/1/discord-key": (discord, 204, b""),
    f"/bot{BOT}/sendMessage": (telegram, 200, b'{"ok":true,"result":{"message_id":1}}'),
    f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json": (twilio, 201, b'{"sid":"SM1","status":"queued"}'),
}


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    book = None

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/report":
            wanted = int(urllib.parse.parse_qs(url.query).get("requests", ["0"])[0])
            return self.answer(200, self.book.report(wanted), Content_Type="application/json")
        self.answer(404)

    def do_POST(self):
        path = urllib.parse.urlsplit(self.path).path
        body = self.rfile.read(int(self.headers["Content-Length"]))
        # Answers of one kind, for tests that ask for them.
        if path.startswith("/status/"):
            _, _, status, *rest = path.split("/")
            headers = {"Retry_After": rest[0]} if rest else {}
            self.book.take(path, "any")
            return self.answer(int(status), b"as you asked, " + self.path.encode(), **headers)
        if path == "/silence":
            self.book.take(path, "any")
            self.book.is_over.wait(SILENCE_SECONDS)
            self.close_connection = True
            return None
        if path == "/redirect":
            return self.answer(307, Location="/webhook")
        if path not in VENDORS:
            return self.answer(404, b"no_service")
        vendor, status, reply = VENDORS[path]
        try:
            key = vendor(self, body)
        except (Wrong, KeyError, ValueError, TypeError, IndexError) as error:
            self.book.complain(f"{path}: {error!r}")
            return self.answer(400, f"invalid_payload: {error}".encode())
        fault = self.book.fault(path)
        if fault is None or fault.endswith("taken"):
            self.book.take(path, key)
        if fault is None:
            return self.answer(status, reply)
        if fault == "500":
            return self.answer(500, b"rollup_error")
        if fault == "429":
            return self.answer(429, b"rate_limited", Retry_After="0")
        if fault.startswith("silence"):
            self.book.is_over.wait(SILENCE_SECONDS)
        else:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        return None


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, address)


# Mail.


class Mailbox:
    def __init__(self, book):
        self.book = book

    async def handle_DATA(self, server, session, envelope):
        try:
            key = self.read(session, envelope)
        except Exception as error:  # whatever is wrong with a mail is to be seen in the report
            self.book.complain(f"mail: {error!r}")
            return "550 not a mail"
        fault = self.book.fault("mail")
        if fault in ("500", "429", "silence", "reset"):
            return "451 try again"
        self.book.take("mail", key)
        if fault:
            session.peer_transport.abort()
            return "451 taken, and not said"
        return "250 OK"

    def read(self, session, envelope):
        check(session.ssl is not None, "mail: in the clear")
        for line in envelope.content.split(b"\r\n"):
            check(len(line) <= 998 and b"\n" not in line, "mail: line")
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        check(not mail.defects, f"mail: {mail.defects}")
        for name in ("From", "To", "Subject", "Date", "Message-ID"):
            check(mail[name], f"mail: no {name}")
        check(re.fullmatch(r"<[0-9a-f]{32}@marketflow\.invalid>", mail["Message-ID"]), "mail: Message-ID")
        check(abs(email.utils.parsedate_to_datetime(mail["Date"]).timestamp() - time.time()) < 300, "mail: Date")
        check(envelope.rcpt_tos == ["a@example.com", "b@example.com"], f"mail: recipients {envelope.rcpt_tos}")
        text = mail.get_content()
        check(mail["Subject"].split("] ", 1)[1].split("…")[0].strip() in text.replace("\n", " "), "mail: subject")
        return text.split("\n")[0]


def serve_mail(book, certificate, key):
    import asyncio

    from aiosmtpd.smtp import SMTP, AuthResult

    class Handler(Mailbox):
        async def handle_EHLO(self, server, session, envelope, hostname, responses):
            session.peer_transport = server.transport
            session.host_name = hostname
            return responses

    class Session(SMTP):
        async def handle_exception(self, error):
            return "421 gone"

    def authenticate(server, session, envelope, mechanism, data):
        good = data.login == b"flow" and data.password == b"mail-password"
        return AuthResult(success=good, handled=good)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    loop = asyncio.new_event_loop()

    def session():
        return Session(
            Handler(book), tls_context=context, require_starttls=True, auth_required=True, authenticator=authenticate,
            hostname="localhost", loop=loop)

    server = loop.run_until_complete(loop.create_server(session, "127.0.0.1", 0))
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return server.sockets[0].getsockname()[1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--faults", type=float, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    options = parser.parse_args()
    Receiver.book = Book(options.faults, options.seed)
    server = Server(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    mail = serve_mail(Receiver.book, options.certificate, options.key) if options.certificate else 0
    print(server.server_address[1], mail, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
