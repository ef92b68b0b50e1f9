"""Binance's own SDK for USDⓈ-M futures trades on the sandbox: only its addresses are changed."""

from unittest import IsolatedAsyncioTestCase, TestCase

from binance_common.configuration import (
    ConfigurationRestAPI,
    ConfigurationWebSocketAPI,
    ConfigurationWebSocketStreams,
)
from binance_sdk_derivatives_trading_usds_futures.derivatives_trading_usds_futures import (
    DerivativesTradingUsdsFutures,
)
from binance_sdk_derivatives_trading_usds_futures.rest_api.models import (
    PlaceMultipleOrdersBatchOrdersParameterInner as BatchOrder,
)

from sandbox import REST, SOCKETS, Inbox, open_account


def client():
    """A client of a new account."""
    key, secret = open_account()
    return DerivativesTradingUsdsFutures(
        config_rest_api=ConfigurationRestAPI(api_key=key, api_secret=secret, base_path=REST),
        config_ws_api=ConfigurationWebSocketAPI(api_key=key, api_secret=secret, stream_url=f"{SOCKETS}/ws-fapi/v1"),
        config_ws_streams=ConfigurationWebSocketStreams(stream_url=f"{SOCKETS}/futures"),
    )


def prices(futures):
    """A function that rounds a share of the mark price."""
    last = float(futures.rest_api.mark_price(symbol="XRPUSDT").data().actual_instance.mark_price)
    return lambda factor: round(last * factor, 4)


class Rest(TestCase):
    def test_amendments_batches_and_conditional_orders(self):
        api = (futures := client()).rest_api
        at = prices(futures)
        order = api.new_order(
            symbol="XRPUSDT", side="BUY", type="LIMIT", time_in_force="GTC", quantity=100, price=at(0.8)
        ).data()
        amended = api.modify_order(
            symbol="XRPUSDT", side="BUY", quantity=200, price=at(0.81), order_id=order.order_id
        ).data()
        self.assertEqual((amended.order_id, float(amended.orig_qty)), (order.order_id, 200))
        batch = api.place_multiple_orders(
            batch_orders=[
                BatchOrder(
                    symbol="XRPUSDT", side="BUY", type="LIMIT", time_in_force="GTC", quantity=100, price=at(factor)
                )
                for factor in (0.7, 0.71)
            ]
        ).data()
        self.assertEqual([one.status for one in batch], ["NEW", "NEW"])
        api.cancel_multiple_orders(symbol="XRPUSDT", order_id_list=[one.order_id for one in batch])
        self.assertEqual([one.order_id for one in api.current_all_open_orders().data()], [order.order_id])
        api.auto_cancel_all_open_orders(symbol="XRPUSDT", countdown_time=0)
        api.cancel_order(symbol="XRPUSDT", order_id=order.order_id)
        stop = api.new_algo_order(
            algo_type="CONDITIONAL", symbol="XRPUSDT", side="SELL", type="STOP_MARKET", quantity=100, trigger_price=at(0.5)
        ).data()
        self.assertEqual([one.algo_id for one in api.current_all_algo_open_orders().data()], [stop.algo_id])
        api.cancel_algo_order(algo_id=stop.algo_id)

    def test_hedge_mode(self):
        api = client().rest_api
        api.change_position_mode(dual_side_position="true")
        with self.assertRaisesRegex(Exception, "position side does not match"):
            api.new_order(symbol="XRPUSDT", side="BUY", type="MARKET", quantity=100)
        for side, position in (("BUY", "LONG"), ("SELL", "SHORT")):
            api.new_order(symbol="XRPUSDT", side=side, type="MARKET", quantity=100, position_side=position)
        rows = api.position_information_v3(symbol="XRPUSDT").data()
        amounts = {one.position_side: float(one.position_amt) for one in rows}
        self.assertEqual(amounts, {"LONG": 100, "SHORT": -100})


class Sockets(IsolatedAsyncioTestCase):
    async def test_websocket_api_and_user_data(self):
        futures = client()
        at = prices(futures)
        api, streams = futures.websocket_api, futures.websocket_streams
        for one in (api, streams):
            await one.create_connection()
            self.addAsyncCleanup(one.close_connection, close_session=True)
        started = await api.start_user_data_stream()
        inbox = Inbox()
        (await streams.user_data(started.data().result.listen_key)).on("message", inbox.put)

        async def place():
            placed = await api.new_order(
                symbol="XRPUSDT", side="BUY", type="LIMIT", time_in_force="GTC", quantity=100, price=at(0.8)
            )
            return placed.data().result.order_id

        # The SDK does not wait until the stream is subscribed, which only a first message shows.
        for _ in range(20):
            await api.cancel_order(symbol="XRPUSDT", order_id=await place())
            if inbox.seen:
                break
        order = await place()

        def reports(status, order):
            def holds(event):
                report = getattr(event.actual_instance, "o", None)
                return report is not None and (report.X, report.i) == (status, order)

            return holds

        report = (await inbox.until(reports("NEW", order))).actual_instance
        self.assertEqual(float(report.o.p), at(0.8))
        amended = await api.modify_order(symbol="XRPUSDT", side="BUY", quantity=200, price=at(0.8), order_id=order)
        self.assertEqual(float(amended.data().result.orig_qty), 200)
        await api.cancel_order(symbol="XRPUSDT", order_id=order)
        await inbox.until(reports("CANCELED", order))
        balances = await api.futures_account_balance_v2()
        self.assertIn("USDT", [one.asset for one in balances.data().result])

    async def test_streams(self):
        streams = client().websocket_streams
        await streams.create_connection()
        self.addAsyncCleanup(streams.close_connection, close_session=True)
        depth = Inbox()
        (await streams.diff_book_depth_streams(symbol="xrpusdt", update_speed="100ms")).on("message", depth.put)
        others = []
        for stream in (
            await streams.aggregate_trade_streams(symbol="xrpusdt"),
            await streams.mark_price_stream(symbol="xrpusdt"),
            await streams.continuous_contract_kline_candlestick_streams(
                pair="xrpusdt", contract_type="perpetual", interval="1m"
            ),
        ):
            stream.on("message", (inbox := Inbox()).put)
            others.append(inbox)
        for inbox in others:
            await inbox.until(lambda message: True)
        await depth.until(lambda message: len(depth.seen) > 5)
        for before, after in zip(depth.seen, depth.seen[1:]):
            self.assertEqual(after.pu, before.u, "each update follows the one before")
