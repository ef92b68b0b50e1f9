"""A live node of NautilusTrader on both venues: it trades, is restarted, reconciles its orders, and closes."""

import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from sandbox import REST, SOCKETS, control, jump

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
PATHS = {
    "spot": {"orders": "api/v3/allOrders", "open": "api/v3/openOrders", "fills": "api/v3/myTrades"},
    "futures": {"orders": "fapi/v1/allOrders", "open": "fapi/v1/openOrders", "fills": "fapi/v1/userTrades"},
}


class Account:
    """An account with a key of each kind: one for the node, and HMAC for the test's requests."""

    def __init__(self, kind):
        private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        self.secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        self.key = control("accounts", {"publicKey": public})["apiKey"]
        self._hmac = control(f"accounts/{self.key}/keys")
        if kind == "hmac":
            self.key, self.secret = self._hmac["apiKey"], self._hmac["apiSecretKey"]

    def get(self, path, **parameters):
        """The answer to a signed request."""
        query = urllib.parse.urlencode({**parameters, "timestamp": int(time.time() * 1000)})
        signature = hmac.new(self._hmac["apiSecretKey"].encode(), query.encode(), hashlib.sha256).hexdigest()
        request = urllib.request.Request(f"{REST}/{path}?{query}&signature={signature}")
        request.add_header("X-MBX-APIKEY", self._hmac["apiKey"])
        with _DIRECT.open(request, timeout=10) as answer:
            return json.load(answer)

    def open_ids(self, mode):
        """The ids of all open orders, conditional ones included."""
        ids = [str(order["orderId"]) for order in self.get(PATHS[mode]["open"], symbol="BTCUSDT")]
        if mode == "futures":
            ids += [str(order["algoId"]) for order in self.get("fapi/v1/openAlgoOrders", symbol="BTCUSDT")]
        return sorted(ids)

    def held(self, mode):
        """The position on futures, the balance of BTC on spot."""
        if mode == "futures":
            return sum(Decimal(row["positionAmt"]) for row in self.get("fapi/v3/positionRisk", symbol="BTCUSDT"))
        balances = self.get("api/v3/account")["balances"]
        return sum(Decimal(row["free"]) + Decimal(row["locked"]) for row in balances if row["asset"] == "BTC")

    def fills(self, mode):
        """All fills, in the form of the strategy's report."""
        return [
            {"order": str(fill["orderId"]), "trade": str(fill["id"]), "qty": Decimal(fill["qty"]),
             "price": Decimal(fill["price"]), "fee": Decimal(fill["commission"])}
            for fill in self.get(PATHS[mode]["fills"], symbol="BTCUSDT")
        ]


class Node:
    """A running node."""

    def __init__(self, folder, account, mode, act):
        self.report = folder / f"{act}.jsonl"
        self.output = folder / f"{act}.txt"
        setup = folder / f"{act}.json"
        venue = "ws-fapi/v1" if mode == "futures" else "ws-api/v3"
        setup.write_text(json.dumps({
            "mode": mode, "act": act, "key": account.key, "secret": account.secret, "report": str(self.report),
            "http": REST, "streams": f"{SOCKETS}/{mode}", "api": f"{SOCKETS}/{venue}",
            "private": f"{SOCKETS}/futures/private/ws",
        }))
        # The sandbox is local: a proxy of the environment must not be asked.
        env = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        with open(self.output, "wb") as output:
            program = [sys.executable, Path(__file__).parent / "node.py", setup]
            self.process = subprocess.Popen(program, env=env, stdout=output, stderr=output)

    def lines(self, what):
        """The reports of the strategy under a word."""
        if not self.report.exists():
            return []
        # The last line may be incomplete.
        whole = self.report.read_text().rpartition("\n")[0].splitlines()
        return [line for line in map(json.loads, whole) if line["what"] == what]

    def until(self, what, seconds=120):
        """Waits for a report of the strategy."""
        deadline = time.monotonic() + seconds
        while not (found := self.lines(what)):
            assert self.process.poll() is None, f"the node has ended:\n{self.tail()}"
            assert time.monotonic() < deadline, f"{what}: not within {seconds} s\n{self.tail()}"
            time.sleep(0.2)
        return found[-1]

    def fills(self):
        """The fills that the strategy has seen."""
        numbers = ("qty", "price", "fee")
        return [
            {name: Decimal(value) if name in numbers else value for name, value in line.items() if name != "what"}
            for line in self.lines("fill")
        ]

    def tail(self):
        """The end of the node's log."""
        return self.output.read_text(errors="replace")[-6000:]

    def stop(self):
        """Ends the node as Ctrl-C does. Returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(60)
        finally:
            self.process.kill()

    def errors(self):
        """The lines of the log that report a fault."""
        lines = self.output.read_text(errors="replace").splitlines()
        return [line for line in lines if "[ERROR]" in line or "Traceback" in line]


def fill_the_limit(account, mode, bid):
    """Moves the market below the limit order, but not to the stop. Returns the ids of the open orders."""
    jump("BTCUSDT", str((Decimal(bid) * Decimal("0.92")).quantize(Decimal("0.1"))))
    deadline = time.monotonic() + 30
    while len(left := account.open_ids(mode)) > 1:
        assert time.monotonic() < deadline, f"the limit order is not filled: {left}"
        time.sleep(0.2)
    return left


def play(folder, account, mode, act):
    """Runs a node until its strategy is done. Returns the node and the last report."""
    node = Node(folder, account, mode, act)
    try:
        done = node.until("done")
    finally:
        code = node.stop()
    assert not node.errors()
    assert code == 0
    return node, done


# Binance's session.logon accepts Ed25519 only. On futures the node uses a listen key for HMAC.
@pytest.mark.parametrize(("mode", "kind"), [("spot", "ed25519"), ("futures", "ed25519"), ("futures", "hmac")])
def test_live_node(tmp_path, mode, kind):
    """Two runs of a node. Between them an order is filled, which the second one must find."""
    account = Account(kind)
    entered, done = play(tmp_path, account, mode, "enter")
    assert len(done["open"]) == 2
    assert done["open"] == account.open_ids(mode)
    assert entered.fills() == account.fills(mode)
    assert entered.lines("OrderCanceled")
    assert bool(entered.lines("OrderUpdated")) == (mode == "futures")

    remaining = fill_the_limit(account, mode, entered.lines("streams")[0]["bid"])
    missed = account.fills(mode)[len(entered.fills()):]
    held = account.held(mode)
    left, _ = play(tmp_path, account, mode, "leave")
    started = left.lines("started")[0]
    assert started["open"] == remaining
    assert Decimal(started["held"]) == held > Decimal(done["held"]) > 0
    # A spot buy pays its fee in the coin, so less than a step of the market remains there.
    assert account.held(mode) < Decimal("0.001")
    assert not account.open_ids(mode)
    assert missed and entered.fills() + missed + left.fills() == account.fills(mode)
