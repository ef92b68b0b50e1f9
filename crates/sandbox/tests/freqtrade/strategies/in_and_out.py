"""Enters each market as soon as it may, and exits after a few seconds, but from BTC by its stop."""

from datetime import timedelta
from pathlib import Path

from freqtrade.strategy import IStrategy

HELD = timedelta(seconds=15)


class InAndOut(IStrategy):
    """Enters on every candle: long and short in alternation where shorts are allowed. Stops entering when a
    file `no-entries` is in the user directory."""

    INTERFACE_VERSION = 3
    timeframe = "1m"
    can_short = False
    process_only_new_candles = False
    startup_candle_count = 1
    use_exit_signal = True
    minimal_roi = {"0": 100}
    stoploss = -0.03
    order_types = {
        "entry": "limit",
        "exit": "limit",
        "emergency_exit": "market",
        "stoploss": "limit",
        "stoploss_on_exchange": True,
        "stoploss_on_exchange_interval": 5,
    }

    def populate_indicators(self, dataframe, metadata):
        """The candles without indicators."""
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        """A signal on every candle."""
        odd = dataframe["date"].dt.minute % 2 == 1
        dataframe["enter_long"] = 1
        if self.can_short:
            dataframe["enter_long"] = (~odd).astype(int)
            dataframe["enter_short"] = odd.astype(int)
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        """No signal: `custom_exit` decides."""
        return dataframe

    def confirm_trade_entry(self, *args, **kwargs):
        """Whether an entry is still allowed."""
        return not self.ending()

    def custom_exit(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
        """The reason of an exit once a position is old enough. A position in BTC waits for its stop."""
        filled = trade.date_last_filled_utc
        if filled is None or current_time - filled < HELD:
            return None
        return "held" if self.ending() or not pair.startswith("BTC/") else None

    def ending(self):
        """Whether the test has asked for the end of the run."""
        return (Path(self.config["user_data_dir"]) / "no-entries").exists()


class InAndOutShort(InAndOut):
    """The same strategy with shorts, leverage, and stops and exits at the market price."""

    can_short = True
    order_types = {**InAndOut.order_types, "exit": "market", "stoploss": "market"}

    def leverage(self, *args, **kwargs):
        """The leverage of every entry."""
        return 2.0
