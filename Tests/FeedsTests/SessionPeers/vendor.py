"""The vendor's WebSocket, written from its protocol alone and on a library that is not ours (PyPI `websockets`).

Usage: vendor.py SCENARIO [--key KEY]. Prints the port when it listens and ends when its standard input does. Whatever it
hears, and how each connection ended, it prints as one JSON object a line: {"connection": 1, "heard": {...}}.

Scenarios say what the first connection meets; later ones are served as `plain`, unless the name ends in `-always`:
  plain            greeting, authentication, one frame for each acknowledgement
  array            acknowledgements of one request in one array
  spaced           other spacing and order of keys, the statuses of one request among data
  refuse-quotes    Q. channels get `not authorized`, placed first, naming no channel
  auth-failed      the key is refused, no close follows
  no-plan          the plan has no WebSocket
  auth-never       the key gets no answer
  max-connections  refused after the key with status and 1008
  slow-consumer    status, then 1008, after the subscription
  force-disconnect status, then 1001, after the subscription
  abort            the connection is cut after the subscription, without a goodbye
  mute             subscribed, then nothing more comes
  spoiled          as plain, with a broken frame behind the first trade
  pings            as plain, with a ping before each status
"""

import argparse
import asyncio
import json
import sys

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

connections = 0


def status(name, message):
    return {"ev": "status", "status": name, "message": message}


def trade(number):
    return {
        "ev": "T", "sym": "O:SPY251216C00572000", "x": 302, "p": 1.25, "s": number, "c": [209],
        "t": 1765898100000 + number, "q": number,
    }


def tell(**what):
    print(json.dumps(what), flush=True)


class Vendor:
    def __init__(self, scenario, key, socket, number):
        self.scenario = scenario
        self.key = key
        self.socket = socket
        self.number = number
        self.held = set()
        self.trades = 0
        self.is_authenticated = False

    async def send(self, *events):
        if self.scenario == "pings":
            await (await self.socket.ping())
        if self.scenario == "spaced":
            events = [dict(reversed(event.items())) for event in events]
            await self.socket.send(json.dumps(events, separators=(" , ", " : "), indent=1))
        else:
            await self.socket.send(json.dumps(events, separators=(",", ":")))

    async def serve(self):
        await self.send(status("connected", "Connected Successfully"))
        async for text in self.socket:
            message = json.loads(text)
            tell(connection=self.number, heard=message)
            match message["action"]:
                case "auth":
                    await self.authenticate(message["params"])
                case "subscribe" if self.is_authenticated:
                    await self.subscribe(message["params"].split(","))
                case "unsubscribe" if self.is_authenticated:
                    await self.unsubscribe(message["params"].split(","))
                case _:
                    await self.send(status("auth_required", "authentication required"))

    async def authenticate(self, key):
        if self.scenario == "auth-never":
            return
        if self.scenario == "no-plan":
            words = "Your plan doesn't include websocket access. Visit https://massive.com/pricing to upgrade."
            return await self.send(status("auth_failed", words))
        if self.scenario == "auth-failed" or key != self.key:
            return await self.send(status("auth_failed", "authentication failed"))
        if self.scenario == "max-connections":
            await self.send(status(
                "max_connections",
                "Maximum number of websocket connections exceeded. You may only use 1 connections at a time."))
            return await self.socket.close(1008, "policy violation")
        self.is_authenticated = True
        await self.send(status("auth_success", "authenticated"))

    async def subscribe(self, channels):
        fresh = [channel for channel in channels if channel not in self.held]
        refused = [channel for channel in fresh if self.scenario == "refuse-quotes" and channel.startswith("Q.")]
        granted = [channel for channel in fresh if channel not in refused]
        self.held.update(granted)
        answers = [status("error", "not authorized")] * len(refused)
        answers += [status("success", f"subscribed to: {channel}") for channel in granted]
        await self.answer(answers)
        match self.scenario:
            case "slow-consumer":
                await self.send(status("slow_consumer", "Disconnected due to slow consumption"))
                await self.socket.close(1008)
            case "force-disconnect":
                await self.send(status("force_disconnect", "Goodbye"))
                await self.socket.close(1001)
            case "abort":
                self.socket.transport.abort()
            case "mute":
                pass
            case "spoiled":
                await self.play(1)
                await self.socket.send('[{"ev":"T","sym":')
                await self.play(2)
            case _:
                await self.play(3)

    async def unsubscribe(self, channels):
        held = [channel for channel in channels if channel in self.held]
        self.held.difference_update(held)
        await self.answer([status("success", f"unsubscribed to: {channel}") for channel in held])

    async def answer(self, answers):
        if self.scenario in ("array", "refuse-quotes"):
            if answers:
                await self.send(*answers)
        elif self.scenario == "spaced":
            for answer in answers:
                self.trades += 1
                await self.send(trade(self.trades), answer)
        else:
            for answer in answers:
                await self.send(answer)

    async def play(self, count):
        for _ in range(count):
            self.trades += 1
            await self.send(trade(self.trades))


async def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("scenario")
    arguments.add_argument("--key", default="test-key")
    options = arguments.parse_args()

    async def serve_socket(socket):
        global connections
        connections += 1
        number = connections
        scenario = options.scenario
        if scenario.endswith("-always"):
            scenario = scenario.removesuffix("-always")
        elif number > 1:
            scenario = "plain"
        tell(connection=number, path=socket.request.path)
        try:
            await Vendor(scenario, options.key, socket, number).serve()
        except ConnectionClosed:
            pass
        await socket.wait_closed()
        tell(connection=number, closed=socket.close_code)

    async with serve(serve_socket, "127.0.0.1", 0, ping_interval=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
