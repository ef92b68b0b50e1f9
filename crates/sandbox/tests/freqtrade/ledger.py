"""The orders and fills of an account at the exchange, as exact numbers."""

from decimal import Decimal

import ccxt

from bot import ADDRESSES, COINS

STATUS = {
    "NEW": "open",
    "PARTIALLY_FILLED": "open",
    "FILLED": "closed",
    "CANCELED": "canceled",
    "EXPIRED": "expired",
    "REJECTED": "rejected",
}
# The states of a futures conditional order that has no order at the matching engine.
ALGO_STATUS = {"NEW": "open", "CANCELED": "canceled", "EXPIRED": "expired", "REJECTED": "rejected"}


class Ledger:
    """Every order and every fill of an account, read through ccxt."""

    def __init__(self, bot):
        self._futures = bot.mode == "futures"
        # Futures report the average price with five places. On spot ccxt computes it.
        self.average_unit = Decimal("0.00001" if self._futures else "0.00000001")
        kind = ccxt.binanceusdm if self._futures else ccxt.binance
        self._exchange = kind({"apiKey": bot.key, "secret": bot.secret, "urls": {"api": ADDRESSES}})
        self._exchange.enableRateLimit = False
        symbols = [f"{coin}USDT" for coin in COINS]
        self.orders, self.fills, self.conditional = {}, {}, {}
        for symbol in symbols:
            self._read(symbol)

    def _read(self, symbol):
        api, query = self._exchange, {"symbol": symbol, "limit": 1000}
        if self._futures:
            orders, fills = api.fapiPrivateGetAllOrders(query), api.fapiPrivateGetUserTrades(query)
            for order in api.fapiPrivateGetAllAlgoOrders(query):
                self.conditional[str(order["algoId"])] = order
        else:
            orders, fills = api.privateGetAllOrders(query), api.privateGetMyTrades(query)
        assert len(orders) < 1000 and len(fills) < 1000, "the histories are longer than one page"
        self.orders.update({str(order["orderId"]): order for order in orders})
        for fill in fills:
            self.fills.setdefault(str(fill["orderId"]), []).append(fill)

    def order_of(self, order_id):
        """The order at the matching engine for an id of the bot's database, which may be a conditional order's;
        `None` for a conditional order that never triggered."""
        if order_id not in self.conditional:
            return self.orders[order_id]
        actual = str(self.conditional[order_id].get("actualOrderId") or "")
        return self.orders[actual] if actual else None

    def status_of(self, order_id):
        """An order's status in ccxt's words."""
        order = self.order_of(order_id)
        if order is None:
            return ALGO_STATUS[self.conditional[order_id]["algoStatus"]]
        return STATUS[order["status"]]

    def fills_of(self, order_id):
        """The fills of an order, by its id in the bot's database."""
        order = self.order_of(order_id)
        return [] if order is None else self.fills.get(str(order["orderId"]), [])

    def ids(self):
        """The ids of all orders that the account has sent; not those of triggered conditional orders."""
        triggered = {str(order.get("actualOrderId") or "") for order in self.conditional.values()}
        return (set(self.orders) - triggered) | set(self.conditional)

    def positions(self):
        """The futures positions that are open."""
        rows = self._exchange.fapiPrivateV2GetPositionRisk() if self._futures else []
        return [row for row in rows if Decimal(row["positionAmt"]) != 0]

    def open_orders(self):
        """The ids of the open orders, conditional ones included."""
        return [known for known in self.ids() if self.status_of(known) == "open"]


def amount(fills):
    """The sum of the fills' amounts."""
    return sum((Decimal(fill["qty"]) for fill in fills), Decimal(0))


def value(fills):
    """The sum of the fills' values, in the quote coin."""
    return sum((Decimal(fill["quoteQty"]) for fill in fills), Decimal(0))


def fees(fills):
    """The sum of the fills' commissions in each coin."""
    sums = {}
    for fill in fills:
        coin = fill["commissionAsset"]
        sums[coin] = sums.get(coin, Decimal(0)) + Decimal(fill["commission"])
    return {coin: fee for coin, fee in sums.items() if fee}
