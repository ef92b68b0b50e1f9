"""Writes the trades of an EMA 12/26 cross on hourly candles of BTC/USDT, computed with the PyPI package `backtesting`.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python make.py BTCUSDT-1h.csv > ema-12-26.csv

One line per trade: side, entry hour, entry price, exit hour, exit price, profit as a share of the order value. Hours
are counted from the Unix epoch. The last trade is still open after the last candle, so its exit is empty.
"""

import sys

import pandas
from backtesting import Backtest, Strategy

FAST, SLOW, FEE = 12, 26, 0.0004


def ema(values, length):
    """Returns the exponential moving average: alpha = 2 / (length + 1), and the first value is the first average."""
    return pandas.Series(values).ewm(span=length, adjust=False).mean()


class EmaCross(Strategy):
    def init(self):
        # backtesting trims an indicator to the bars seen so far, so there is no look-ahead.
        self.fast = self.I(ema, self.data.Close, FAST)
        self.slow = self.I(ema, self.data.Close, SLOW)

    def next(self):
        if len(self.data) < SLOW:
            return
        before, now = self.fast[-2] - self.slow[-2], self.fast[-1] - self.slow[-1]
        # With exclusive orders each order first closes the previous trade; both fill at the next bar's open.
        if before <= 0 < now:
            self.buy(size=1)
        elif before >= 0 > now:
            self.sell(size=1)


def hours(path):
    table = pandas.read_csv(path)
    # 44 candles of February 2018 began 28 minutes past the hour and are assigned to the full hour.
    table.index = pandas.to_datetime(table["open_time"], utc=True).dt.floor("h").dt.tz_localize(None)
    names = {"open": "Open", "high": "High", "low": "Low", "close": "Close", "volume": "Volume"}
    return table.rename(columns=names)[list(names.values())]


def hour(moment):
    return (moment - pandas.Timestamp(0)) // pandas.Timedelta(hours=1)


def main():
    # One coin per trade and more cash than it could ever lose, so that sizing has no influence.
    test = Backtest(hours(sys.argv[1]), EmaCross, cash=100_000_000, commission=FEE, exclusive_orders=True)
    stats = test.run()
    for trade in stats["_trades"].sort_values("EntryTime").itertuples():
        side = "long" if trade.Size > 0 else "short"
        entry, exit_ = f"{hour(trade.EntryTime)},{trade.EntryPrice:.2f}", f"{hour(trade.ExitTime)},{trade.ExitPrice:.2f}"
        print(f"{side},{entry},{exit_},{trade.ReturnPct:.12f}")
    for trade in stats["_strategy"].trades:
        print(f"{'long' if trade.is_long else 'short'},{hour(trade.entry_time)},{trade.entry_price:.2f},,,")


main()
