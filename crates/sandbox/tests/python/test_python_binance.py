"""python-binance trades on the sandbox and follows its streams: only its addresses are changed."""

import asyncio
from unittest import IsolatedAsyncioTestCase

from binance import AsyncClient, BinanceSocketManager, DepthCacheManager, FuturesDepthCacheManager
from binance.exceptions import BinanceAPIException

from sandbox import REST, SOCKETS, jump, open_account

UPDATES = 20


class Client(AsyncClient):
    API_URL = f"{REST}/api"
    MARGIN_API_URL = f"{REST}/sapi"
    FUTURES_URL = f"{REST}/fapi"
    FUTURES_DATA_URL = f"{REST}/futures/data"
    WS_API_URL = f"{SOCKETS}/ws-api/v3"
    WS_FUTURES_URL = f"{SOCKETS}/ws-fapi/v1"


class SocketManager(BinanceSocketManager):
    STREAM_URL = f"{SOCKETS}/spot/"
    FSTREAM_URL = f"{SOCKETS}/futures/"


async def until(socket, holds):
    """The first message of a socket that satisfies a condition."""
    async with asyncio.timeout(15):
        while True:
            message = await socket.recv()
            assert message.get("e") != "error", message
            if holds(message):
                return message


async def hang_up(socket):
    """Closes a socket. By itself, the client waits up to ten seconds for one more message first."""
    closing = asyncio.create_task(socket.close())
    await asyncio.sleep(0)
    if socket.ws:
        await socket.ws.close()
    await closing


class Test(IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.client = await Client.create(*open_account())
        self.addAsyncCleanup(self.close)
        self.sockets = SocketManager(self.client)

    async def close(self):
        for socket in (self.client.ws_api, self.client.ws_future):
            await hang_up(socket)
        await self.client.close_connection()


class Spot(Test):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.last = float((await self.client.get_symbol_ticker(symbol="SOLUSDT"))["price"])

    def at(self, factor):
        return f"{self.last * factor:.2f}"

    def limit(self, factor=0.8):
        return {"symbol": "SOLUSDT", "side": "BUY", "quantity": "1", "price": self.at(factor)}

    async def test_stops_lists_and_replacements(self):
        client = self.client
        await client.create_test_order(**self.limit(), type="LIMIT", timeInForce="GTC")
        bought = await client.order_market_buy(symbol="SOLUSDT", quantity="3")
        assert bought["status"] == "FILLED", bought
        stop = await client.create_order(
            symbol="SOLUSDT", side="SELL", type="STOP_LOSS_LIMIT", quantity="1", timeInForce="GTC",
            stopPrice=self.at(0.9), price=self.at(0.89),
        )
        oco = await client.create_oco_order(
            symbol="SOLUSDT", side="SELL", quantity="1",
            aboveType="LIMIT_MAKER", abovePrice=self.at(1.1),
            belowType="STOP_LOSS", belowStopPrice=self.at(0.9),
        )
        assert oco["contingencyType"] == "OCO", oco
        open_orders = await client.get_open_orders(symbol="SOLUSDT")
        assert {order["orderId"] for order in open_orders} > {stop["orderId"]}
        assert len(open_orders) == 3
        replaced = await client.cancel_replace_order(
            **self.limit(0.7), type="LIMIT", timeInForce="GTC",
            cancelReplaceMode="STOP_ON_FAILURE", cancelOrderId=stop["orderId"],
        )
        assert replaced["newOrderResult"] == "SUCCESS", replaced
        jump("SOLUSDT", self.at(0.88))
        assert (await client.v3_get_order_list(orderListId=oco["orderListId"]))["listOrderStatus"] == "ALL_DONE"
        assert [order["orderId"] for order in await client.get_open_orders()] == [
            replaced["newOrderResponse"]["orderId"]
        ]

    async def test_user_socket(self):
        async with self.sockets.user_socket() as socket:
            order = await self.client.order_limit(**self.limit())
            report = await until(socket, lambda event: event["e"] == "executionReport")
            assert (report["i"], report["X"], report["p"]) == (order["orderId"], "NEW", order["price"])
            position = await until(socket, lambda event: event["e"] == "outboundAccountPosition")
            locked = next(balance["l"] for balance in position["B"] if balance["a"] == "USDT")
            assert locked == (await self.client.get_asset_balance(asset="USDT"))["locked"]
            await self.client.cancel_order(symbol="SOLUSDT", orderId=order["orderId"])
            await until(socket, lambda event: event.get("X") == "CANCELED")

    async def test_websocket_api(self):
        order = await self.client.ws_create_order(**self.limit(), type="LIMIT", timeInForce="GTC")
        found = await self.client.ws_get_order(symbol="SOLUSDT", orderId=order["orderId"])
        assert found["status"] == "NEW"
        assert len(await self.client.ws_get_open_orders(symbol="SOLUSDT")) == 1
        cancelled = await self.client.ws_cancel_order(symbol="SOLUSDT", orderId=order["orderId"])
        assert cancelled["status"] == "CANCELED"
        account = await self.client.ws_get_account()
        assert account["balances"] == (await self.client.get_account())["balances"]

    async def test_market_sockets(self):
        for socket, event in [
            (self.sockets.depth_socket("SOLUSDT"), "depthUpdate"),
            (self.sockets.trade_socket("SOLUSDT"), "trade"),
            (self.sockets.kline_socket("SOLUSDT"), "kline"),
            (self.sockets.aggtrade_socket("SOLUSDT"), "aggTrade"),
        ]:
            async with socket:
                message = await until(socket, lambda one: True)
                assert (message["e"], message["s"]) == (event, "SOLUSDT")

    async def test_depth_cache(self):
        """The manager takes a snapshot before it connects, and another whenever an update does not follow."""
        snapshots = 0
        get_order_book = self.client.get_order_book

        async def counted(**params):
            nonlocal snapshots
            snapshots += 1
            return await get_order_book(**params)

        self.client.get_order_book = counted
        manager = DepthCacheManager(self.client, "SOLUSDT", bm=self.sockets, limit=1000, ws_interval=100)
        copies = {}

        async def update():
            cache = await manager.recv()
            copies[manager._last_update_id] = [cache.get_bids(), cache.get_asks()]

        async with manager, asyncio.timeout(30):
            for _ in range(UPDATES):
                await update()
            assert snapshots <= 2, f"{snapshots} snapshots"
            while (snapshot := await get_order_book(symbol="SOLUSDT", limit=1000))["lastUpdateId"] not in copies:
                await update()
        sides = [[[float(p), float(q)] for p, q in snapshot[side]] for side in ("bids", "asks")]
        assert copies[snapshot["lastUpdateId"]] == sides


class Futures(Test):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.last = float((await self.client.futures_symbol_ticker(symbol="SOLUSDT"))["price"])

    def limit(self, factor=0.8):
        price = f"{self.last * factor:.2f}"
        return {
            "symbol": "SOLUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1", "price": price,
        }

    async def test_amendments_batches_and_hedge_mode(self):
        client = self.client
        await client.futures_create_test_order(**self.limit())
        order = await client.futures_create_order(**self.limit())
        change = {"symbol": "SOLUSDT", "side": "BUY", "orderId": order["orderId"], "quantity": "2"}
        amended = await client.futures_modify_order(**change, price=self.limit(0.79)["price"])
        assert (amended["orderId"], float(amended["origQty"])) == (order["orderId"], 2)
        batch = await client.futures_place_batch_order(batchOrders=[self.limit(0.7), self.limit(0.71)])
        assert [one["status"] for one in batch] == ["NEW", "NEW"]
        stop = await client.futures_create_order(
            symbol="SOLUSDT", side="SELL", type="STOP_MARKET", quantity="1", triggerPrice=self.limit(0.5)["price"],
        )
        await client.futures_cancel_order(symbol="SOLUSDT", algoId=stop["algoId"])
        await client.futures_cancel_orders(symbol="SOLUSDT", orderidlist=[one["orderId"] for one in batch])
        await client.futures_cancel_order(symbol="SOLUSDT", orderId=order["orderId"])
        assert await client.futures_get_open_orders() == []
        await client.futures_change_position_mode(dualSidePosition="true")
        with self.assertRaises(BinanceAPIException) as refused:
            await client.futures_create_order(symbol="SOLUSDT", side="BUY", type="MARKET", quantity="1")
        assert refused.exception.code == -4061
        for side, position in [("BUY", "LONG"), ("SELL", "SHORT")]:
            await client.futures_create_order(
                symbol="SOLUSDT", side=side, type="MARKET", quantity="1", positionSide=position
            )
        positions = await client.futures_position_information(symbol="SOLUSDT")
        amounts = {one["positionSide"]: float(one["positionAmt"]) for one in positions}
        assert amounts == {"LONG": 1, "SHORT": -1}, amounts

    async def test_user_socket(self):
        socket = self.sockets.futures_user_socket()
        await socket.connect()
        self.addAsyncCleanup(hang_up, socket)
        await self.client.futures_create_order(symbol="SOLUSDT", side="BUY", type="MARKET", quantity="1")
        report = await until(socket, lambda event: event.get("o", {}).get("X") == "FILLED")
        assert (report["e"], report["o"]["z"]) == ("ORDER_TRADE_UPDATE", report["o"]["q"])
        fills = await self.client.futures_account_trades(symbol="SOLUSDT")
        assert report["o"]["t"] in [fill["id"] for fill in fills]

    async def test_websocket_api(self):
        order = await self.client.ws_futures_create_order(**self.limit())
        edited = await self.client.ws_futures_edit_order(
            symbol="SOLUSDT", side="BUY", orderId=order["orderId"], quantity="2", price=order["price"]
        )
        assert float(edited["origQty"]) == 2
        await self.client.ws_futures_cancel_order(symbol="SOLUSDT", orderId=order["orderId"])
        found = await self.client.ws_futures_get_order(symbol="SOLUSDT", orderId=order["orderId"])
        assert found["status"] == "CANCELED"
        balances = await self.client.ws_futures_v2_account_balance()
        assert "USDT" in [balance["asset"] for balance in balances]

    async def test_depth_cache(self):
        """Its socket is a partial book, so each update is a whole book; only its levels can be checked."""
        manager = FuturesDepthCacheManager(self.client, "SOLUSDT", bm=self.sockets)
        manager._get_socket = lambda: self.sockets.futures_depth_socket("SOLUSDT")
        async with manager, asyncio.timeout(15):
            for _ in range(5):
                cache = await manager.recv()
                assert len(cache.get_bids()) >= 10 and len(cache.get_asks()) >= 10
