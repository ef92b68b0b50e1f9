"""Binance's own SDK for spot trades on the sandbox: only its addresses are changed."""

from unittest import IsolatedAsyncioTestCase, TestCase

from binance_common.configuration import (
    ConfigurationRestAPI,
    ConfigurationWebSocketAPI,
    ConfigurationWebSocketStreams,
)
from binance_common.constants import TimeUnit
from binance_sdk_spot.spot import Spot

from sandbox import REST, SOCKETS, Inbox, jump, open_account


# A time after this is in microseconds.
MICROS = 10**15


def client(unit=None):
    """A client of a new account, with times in this unit."""
    key, secret = open_account()
    keys = {"api_key": key, "api_secret": secret}
    return Spot(
        config_rest_api=ConfigurationRestAPI(**keys, base_path=REST, time_unit=unit and unit.value),
        config_ws_api=ConfigurationWebSocketAPI(**keys, stream_url=f"{SOCKETS}/ws-api/v3", time_unit=unit),
        config_ws_streams=ConfigurationWebSocketStreams(stream_url=f"{SOCKETS}/spot", time_unit=unit),
    )


def prices(spot):
    """A function that rounds a share of the last price."""
    last = float(spot.rest_api.ticker_price(symbol="XRPUSDT").data().actual_instance.price)
    return lambda factor: round(last * factor, 4)


class Rest(TestCase):
    def test_orders_and_lists(self):
        api = (spot := client()).rest_api
        at = prices(spot)
        bought = api.new_order(symbol="XRPUSDT", side="BUY", type="MARKET", quantity=300).data()
        self.assertEqual(bought.status, "FILLED")
        stop = api.new_order(
            symbol="XRPUSDT", side="SELL", type="STOP_LOSS_LIMIT", quantity=100, time_in_force="GTC",
            stop_price=at(0.9), price=at(0.89),
        ).data()
        oco = api.order_list_oco(
            symbol="XRPUSDT", side="SELL", quantity=100,
            above_type="LIMIT_MAKER", above_price=at(1.1), below_type="STOP_LOSS", below_stop_price=at(0.9),
        ).data()
        self.assertEqual((oco.contingency_type, len(oco.orders)), ("OCO", 2))
        self.assertEqual(len(api.get_open_orders(symbol="XRPUSDT").data()), 3)
        replaced = api.order_cancel_replace(
            symbol="XRPUSDT", side="BUY", type="LIMIT", cancel_replace_mode="STOP_ON_FAILURE", time_in_force="GTC",
            quantity=100, price=at(0.7), cancel_order_id=stop.order_id,
        ).data()
        self.assertEqual((replaced.cancel_result, replaced.new_order_result), ("SUCCESS", "SUCCESS"))
        order = replaced.new_order_response.order_id
        amended = api.order_amend_keep_priority(symbol="XRPUSDT", new_qty=50, order_id=order).data()
        self.assertEqual(float(amended.amended_order.qty), 50)
        jump("XRPUSDT", str(at(0.88)))
        self.assertEqual(api.get_order_list(order_list_id=oco.order_list_id).data().list_order_status, "ALL_DONE")
        self.assertEqual([one.order_id for one in api.get_open_orders().data()], [order])
        api.delete_order(symbol="XRPUSDT", order_id=order)
        balances = {one.asset: float(one.free) for one in api.get_account().data().balances}
        self.assertAlmostEqual(balances["XRP"], 300 * 0.999 - 100)

    def test_errors(self):
        api = client().rest_api
        with self.assertRaisesRegex(Exception, "insufficient balance"):
            api.new_order(symbol="XRPUSDT", side="SELL", type="MARKET", quantity=100)

    def test_tickers_of_days_and_windows(self):
        api, day_length = client().rest_api, 24 * 3_600_000
        day = api.ticker_trading_day(symbol="XRPUSDT", time_zone="8").data().actual_instance
        self.assertEqual((day.open_time % day_length, day.close_time - day.open_time + 1), (16 * 3_600_000, day_length))
        window = api.ticker(symbol="XRPUSDT", window_size="1h").data().actual_instance
        self.assertEqual((window.symbol, window.open_time % 60_000), ("XRPUSDT", 0))

    def test_times_in_microseconds(self):
        api, plain = client(TimeUnit.MICROSECOND).rest_api, client().rest_api
        before = plain.time().data().server_time
        now = api.time().data().server_time
        self.assertTrue(before * 1_000 <= now <= plain.time().data().server_time * 1_000 + 999)
        placed = api.new_order(symbol="XRPUSDT", side="BUY", type="MARKET", quantity=100).data()
        self.assertGreater(placed.transact_time, MICROS)


class Sockets(IsolatedAsyncioTestCase):
    async def test_websocket_api_and_user_data(self):
        spot = client()
        api = spot.websocket_api
        await api.create_connection()
        self.addAsyncCleanup(api.close_connection, close_session=True)
        subscription = await api.user_data_stream_subscribe_signature()
        inbox = Inbox()
        subscription.stream.on("message", inbox.put)
        price = prices(spot)(0.8)
        placed = await api.order_place(
            symbol="XRPUSDT", side="BUY", type="LIMIT", time_in_force="GTC", quantity=100, price=price
        )
        order = placed.data().result.order_id

        def reports(status):
            return lambda event: getattr(event.actual_instance, "X", None) == status

        report = (await inbox.until(reports("NEW"))).actual_instance
        self.assertEqual((report.i, float(report.p)), (order, price))
        found = await api.order_status(symbol="XRPUSDT", order_id=order)
        self.assertEqual(found.data().result.status, "NEW")
        cancelled = await api.order_cancel(symbol="XRPUSDT", order_id=order)
        self.assertEqual(cancelled.data().result.status, "CANCELED")
        await inbox.until(reports("CANCELED"))
        account = await api.account_status()
        self.assertEqual([one.asset for one in account.data().result.balances], ["USDT"])
        await subscription.stream.unsubscribe()

    async def test_streams(self):
        streams = client().websocket_streams
        await streams.create_connection()
        self.addAsyncCleanup(streams.close_connection, close_session=True)
        depth = Inbox()
        (await streams.diff_book_depth(symbol="xrpusdt", update_speed="100ms")).on("message", depth.put)
        others = []
        for stream in (
            await streams.trade(symbol="xrpusdt"),
            await streams.book_ticker(symbol="xrpusdt"),
            await streams.avg_price(symbol="xrpusdt"),
        ):
            stream.on("message", (inbox := Inbox()).put)
            others.append(inbox)
        for inbox in others:
            self.assertEqual((await inbox.until(lambda message: True)).s, "XRPUSDT")
        await depth.until(lambda message: len(depth.seen) > 5)
        for before, after in zip(depth.seen, depth.seen[1:]):
            self.assertEqual(after.U, before.u + 1, "each update follows the one before")

    async def test_times_in_microseconds(self):
        spot = client(TimeUnit.MICROSECOND)
        streams, api = spot.websocket_streams, spot.websocket_api
        await streams.create_connection()
        self.addAsyncCleanup(streams.close_connection, close_session=True)
        await api.create_connection()
        self.addAsyncCleanup(api.close_connection, close_session=True)
        for stream in (
            await streams.trade(symbol="xrpusdt"),
            await streams.rolling_window_ticker(symbol="xrpusdt", window_size="1h"),
        ):
            stream.on("message", (inbox := Inbox()).put)
            message = await inbox.until(lambda message: True)
            self.assertEqual(message.s, "XRPUSDT")
            self.assertGreater(message.E, MICROS)
        self.assertGreater((await api.time()).data().result.server_time, MICROS)
