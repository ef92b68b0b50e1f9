"""Runs freqtrade as its users do: in a process of its own, with a configuration and a strategy."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from sandbox import REST, SOCKETS, open_account

ADDRESSES = {
    "public": f"{REST}/api/v3",
    "private": f"{REST}/api/v3",
    "sapi": f"{REST}/sapi/v1",
    "dapiPublic": f"{REST}/dapi/v1",
    "dapiPrivate": f"{REST}/dapi/v1",
    "fapiPublic": f"{REST}/fapi/v1",
    "fapiPublicV2": f"{REST}/fapi/v2",
    "fapiPublicV3": f"{REST}/fapi/v3",
    "fapiPrivate": f"{REST}/fapi/v1",
    "fapiPrivateV2": f"{REST}/fapi/v2",
    "fapiPrivateV3": f"{REST}/fapi/v3",
    "ws": {
        "spot": f"{SOCKETS}/stream/spot/ws",
        "future": f"{SOCKETS}/futures/ws",
        "ws-api": {"spot": f"{SOCKETS}/ws-api/v3", "future": f"{SOCKETS}/ws-fapi/v1"},
    },
}

COINS = ("BTC", "ETH", "SOL", "XRP", "RANGE", "WAVE")


def configuration(mode, key, secret):
    """A live configuration for an account, pointed at the sandbox by addresses alone."""
    suffix = ":USDT" if mode == "futures" else ""
    pricing = {"price_side": "other", "use_order_book": True, "order_book_top": 1}
    return {
        "trading_mode": mode,
        "margin_mode": "isolated" if mode == "futures" else "",
        "dry_run": False,
        "initial_state": "running",
        "max_open_trades": len(COINS),
        "stake_currency": "USDT",
        "stake_amount": 300,
        "cancel_open_orders_on_exit": False,
        "unfilledtimeout": {"entry": 10, "exit": 10, "unit": "seconds", "exit_timeout_count": 0},
        "entry_pricing": pricing,
        "exit_pricing": pricing,
        "exchange": {
            "name": "binance",
            "key": key,
            "secret": secret,
            "ccxt_config": {"urls": {"api": ADDRESSES}},
            "pair_whitelist": [f"{coin}/USDT{suffix}" for coin in COINS],
            "pair_blacklist": [],
        },
        "pairlists": [{"method": "StaticPairList"}],
        "internals": {"process_throttle_secs": 1},
    }


class Bot:
    """A running freqtrade with a fresh account."""

    def __init__(self, folder, mode, strategy):
        self.mode = mode
        self.key, self.secret = open_account()
        self.folder = Path(folder)
        self.database = self.folder / "trades.sqlite"
        self.log = self.folder / "freqtrade.log"
        config = self.folder / "config.json"
        config.write_text(json.dumps(configuration(mode, self.key, self.secret)))
        command = [sys.executable, "-m", "freqtrade", "trade", "--config", config, "--userdir", self.folder]
        command += ["--strategy", strategy, "--strategy-path", Path(__file__).parent / "strategies"]
        command += ["--db-url", f"sqlite:///{self.database}"]
        # The sandbox is local: a proxy of the environment must not be asked.
        env = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "COLUMNS": "10000"}
        self.output = open(self.log, "wb")
        self.process = subprocess.Popen(command, env=env, stdout=self.output, stderr=self.output)

    def rows(self, query):
        """The rows of a query on the bot's database; none while it does not exist."""
        if not self.database.exists():
            return []
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(query)]
        except sqlite3.OperationalError as error:
            # The bot creates its tables after its file.
            if "no such table" in str(error):
                return []
            raise
        finally:
            connection.close()

    def until(self, what, holds, seconds):
        """Waits until a function returns something, and returns that."""
        deadline = time.monotonic() + seconds
        while not (found := holds()):
            assert self.process.poll() is None, f"freqtrade has ended:\n{self.tail()}"
            assert time.monotonic() < deadline, f"{what}: not within {seconds} s\n{self.tail()}"
            time.sleep(0.5)
        return found

    def tail(self):
        """The end of the bot's log."""
        return self.log.read_text(errors="replace")[-6000:]

    def stop_entering(self):
        """Makes the strategy exit from its positions and enter no more."""
        (self.folder / "no-entries").touch()

    def stop(self):
        """Ends the bot as Ctrl-C does. Returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(60)
        finally:
            self.process.kill()
            self.output.close()

    def errors(self):
        """The lines of the log that report a fault."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if " - ERROR - " in line or " - CRITICAL - " in line]
