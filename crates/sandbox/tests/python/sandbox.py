"""Test fixture: a separate sandbox account for each test, and the addresses that the clients need."""

import asyncio
import json
import os
import time
import urllib.request

URL = os.environ["SANDBOX_URL"]
REST = f"{URL}/binance"
SOCKETS = REST.replace("http", "ws", 1)
_TOKEN = os.environ["SANDBOX_CONTROL_TOKEN"]
# The sandbox is local. Without this, a proxy of the environment would be asked.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def control(path, body=None):
    """Sends a request to the sandbox's control interface."""
    headers = {"X-Sandbox-Control": _TOKEN, "Content-Type": "application/json"}
    data = json.dumps(body or {}).encode()
    request = urllib.request.Request(f"{URL}/control/{path}", data, headers, method="POST")
    with _DIRECT.open(request, timeout=10) as answer:
        return json.load(answer)


def open_account():
    """Opens a funded account. Returns its key and its secret."""
    keys = control("accounts")
    return keys["apiKey"], keys["apiSecretKey"]


def jump(symbol, price):
    """Jumps the market, so that fills and triggers happen without waiting."""
    control("price", {"symbol": symbol, "price": price})


class Inbox:
    """Collects the messages of a callback."""

    def __init__(self):
        self.seen = []
        self._arrived = asyncio.Event()

    def put(self, message):
        self.seen.append(message)
        self._arrived.set()

    async def until(self, holds, seconds=15):
        """The first message that satisfies a condition."""
        deadline = time.monotonic() + seconds
        while not (found := [message for message in self.seen if holds(message)]):
            self._arrived.clear()
            left = deadline - time.monotonic()
            assert left > 0, f"it did not arrive; seen: {self.seen}"
            try:
                await asyncio.wait_for(self._arrived.wait(), left)
            except asyncio.TimeoutError:
                pass
        return found[0]
