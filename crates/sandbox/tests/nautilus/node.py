"""A live node of NautilusTrader with one strategy, as its users run one: `node.py SETUP.json`.

The file holds `mode` (`spot` or `futures`), `act` (`enter` or `leave`), `key`, `secret`, the addresses, and
`report`, to which the strategy appends its events, one JSON object a line.
"""

import json
import sys
from decimal import ROUND_DOWN, Decimal
from pathlib import Path

from nautilus_trader.adapters.binance import (
    BINANCE,
    BinanceAccountType,
    BinanceDataClientConfig,
    BinanceExecClientConfig,
    BinanceInstrumentProviderConfig,
    BinanceLiveDataClientFactory,
    BinanceLiveExecClientFactory,
)
from nautilus_trader.config import LoggingConfig, StrategyConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.enums import BookType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.trading.strategy import Strategy

QUANTITY = Decimal("0.01")


class RehearsalConfig(StrategyConfig, frozen=True):
    """The market, the act, and the path of the report."""

    instrument_id: InstrumentId
    futures: bool
    act: str
    report: str


class Rehearsal(Strategy):
    """Enters, then changes and cancels an order and leaves a limit and a stop (`enter`); or, after a restart,
    cancels both and closes (`leave`). Each step waits for the exchange's event of the one before."""

    def on_start(self):
        """Reports the reconciled state, and subscribes."""
        self.instrument = self.cache.instrument(self.config.instrument_id)
        self.seen, self.trading, self.quote, self.changed = {}, False, None, None
        self.report("started", open=self.open_orders(), held=self.held())
        self.subscribe_quote_ticks(self.config.instrument_id)
        self.subscribe_trade_ticks(self.config.instrument_id)
        self.subscribe_order_book_deltas(self.config.instrument_id, book_type=BookType.L2_MBP)

    def report(self, what, **fields):
        """Appends a line to the report."""
        with open(self.config.report, "a", encoding="utf-8") as lines:
            lines.write(json.dumps({"what": what, **fields}) + "\n")

    def open_orders(self):
        """The open orders' ids at the exchange."""
        orders = self.cache.orders_open(instrument_id=self.instrument.id)
        return sorted(str(order.venue_order_id) for order in orders)

    def held(self):
        """The position on futures, the balance of the base coin on spot."""
        if self.config.futures:
            return str(self.portfolio.net_position(self.instrument.id))
        total = self.portfolio.account(self.instrument.venue).balance_total(self.instrument.base_currency)
        return "0" if total is None else str(total.as_decimal())

    def on_quote_tick(self, tick):
        """The best prices."""
        self.quote = tick
        self.count("quotes")

    def on_trade_tick(self, tick):
        """A public trade."""
        self.count("trades")

    def on_order_book_deltas(self, deltas):
        """A change of the book."""
        self.count("books")

    def count(self, what):
        """Starts to trade once every stream has delivered."""
        self.seen[what] = self.seen.get(what, 0) + 1
        delivered = all(self.seen.get(stream, 0) >= 3 for stream in ("quotes", "trades", "books"))
        if not self.trading and delivered:
            book = self.cache.order_book(self.instrument.id)
            self.report("streams", bid=str(book.best_bid_price()), ask=str(book.best_ask_price()))
            self.trading = True
            if self.config.act == "enter":
                self.market(OrderSide.BUY, QUANTITY)
            else:
                self.cancel_all_orders(self.instrument.id)

    def market(self, side, quantity, reduce_only=False):
        """Sends a market order."""
        self.submit_order(self.order_factory.market(
            instrument_id=self.instrument.id,
            order_side=side,
            quantity=self.instrument.make_qty(quantity),
            reduce_only=reduce_only,
        ))

    def limit(self, share):
        """Sends a passive limit buy at a share of the bid, and returns it."""
        order = self.order_factory.limit(
            instrument_id=self.instrument.id,
            order_side=OrderSide.BUY,
            quantity=self.instrument.make_qty(QUANTITY),
            price=self.price(share),
            post_only=True,
        )
        self.submit_order(order)
        return order

    def price(self, share):
        """A share of the bid, rounded to the market's tick."""
        return self.instrument.make_price(Decimal(str(self.quote.bid_price)) * Decimal(share))

    def protect(self):
        """Sends a stop far below the market: at a limit on spot, at the market price on futures."""
        common = {
            "instrument_id": self.instrument.id,
            "order_side": OrderSide.SELL,
            "trigger_price": self.price("0.9"),
        }
        # A spot buy pays its fee in what it bought: a little less is left to sell.
        if self.config.futures:
            quantity = self.instrument.make_qty(QUANTITY)
            order = self.order_factory.stop_market(quantity=quantity, reduce_only=True, **common)
        else:
            quantity = self.instrument.make_qty(QUANTITY - Decimal("0.001"))
            order = self.order_factory.stop_limit(quantity=quantity, price=self.price("0.89"), **common)
        self.submit_order(order)

    def on_order_event(self, event):
        """Reports every event of an order."""
        self.report(type(event).__name__, order=str(event.client_order_id))

    def on_order_filled(self, event):
        """After the entry a passive order to change; after the exit, the end."""
        self.report(
            "fill",
            order=str(event.venue_order_id),
            trade=str(event.trade_id),
            qty=str(event.last_qty),
            price=str(event.last_px),
            fee=str(event.commission.as_decimal()),
        )
        if not self.cache.order(event.client_order_id).is_closed:
            return
        if self.config.act == "enter":
            self.changed = self.limit("0.95")
        else:
            self.report("done")

    def on_order_accepted(self, event):
        """Changes the passive order where the venue can. The two orders that stay end the first act."""
        if self.config.act != "enter" or self.changed is None:
            return
        if event.client_order_id == self.changed.client_order_id:
            if self.config.futures:
                self.modify_order(self.changed, price=self.price("0.94"))
            else:
                self.cancel_order(self.changed)
        elif len(self.cache.orders_open(instrument_id=self.instrument.id)) == 2:
            self.report("done", open=self.open_orders(), held=self.held())

    def on_order_updated(self, event):
        """Cancels the passive order once it is changed."""
        if self.changed is not None and event.client_order_id == self.changed.client_order_id:
            self.cancel_order(self.changed)

    def on_order_canceled(self, event):
        """After the change, the two orders that stay; after the restart, the exit."""
        if self.config.act == "enter":
            self.limit("0.93")
            self.protect()
        elif not self.cache.orders_open(instrument_id=self.instrument.id):
            held = Decimal(self.held()).quantize(Decimal("0.001"), ROUND_DOWN)
            self.market(OrderSide.SELL, held, reduce_only=self.config.futures)


def node(setup):
    """The node for the contents of a setup file."""
    futures = setup["mode"] == "futures"
    instrument_id = InstrumentId.from_str(f"BTCUSDT{'-PERP' if futures else ''}.BINANCE")
    common = {
        "api_key": setup["key"],
        "api_secret": setup["secret"],
        "account_type": BinanceAccountType.USDT_FUTURES if futures else BinanceAccountType.SPOT,
        "base_url_http": setup["http"],
        "instrument_provider": BinanceInstrumentProviderConfig(load_ids=frozenset([instrument_id])),
    }
    stream = {"base_url_ws_stream": setup["private"]} if futures else {}
    built = TradingNode(config=TradingNodeConfig(
        trader_id="REHEARSAL-001",
        logging=LoggingConfig(log_level="INFO", log_colors=False),
        data_clients={BINANCE: BinanceDataClientConfig(base_url_ws=setup["streams"], **common)},
        exec_clients={BINANCE: BinanceExecClientConfig(base_url_ws=setup["api"], **stream, **common)},
    ))
    built.trader.add_strategy(Rehearsal(RehearsalConfig(
        instrument_id=instrument_id,
        futures=futures,
        act=setup["act"],
        report=setup["report"],
        external_order_claims=[instrument_id],
    )))
    built.add_data_client_factory(BINANCE, BinanceLiveDataClientFactory)
    built.add_exec_client_factory(BINANCE, BinanceLiveExecClientFactory)
    built.build()
    return built


if __name__ == "__main__":
    running = node(json.loads(Path(sys.argv[1]).read_text()))
    try:
        running.run()
    finally:
        running.dispose()
