"""freqtrade trades live on both venues with its stops on the exchange. Its database must equal the account's fills."""

from decimal import Decimal

import pytest

from bot import Bot
from ledger import Ledger, amount, fees, value
from sandbox import jump

TRADES = 10
# The exit code of a program that Ctrl-C has ended.
SIGINT_EXIT = 130
CLOSED = "select * from trades where is_open = 0"
# freqtrade keeps floats; the exchange's numbers have up to eight places.
EXACT = Decimal("0.00000001")


def exact(number):
    """A number of the database or of the exchange as a decimal with eight places."""
    return Decimal(str(number or 0)).quantize(EXACT)


def trigger_a_stop(bot):
    """Moves the market of BTC through the bot's stop there, which is the only exit of its trade."""
    placed = (
        "select o.stop_price, t.is_short from orders o join trades t on t.id = o.ft_trade_id "
        "where o.ft_order_side = 'stoploss' and o.ft_is_open = 1 and t.pair like 'BTC/%'"
    )
    stop = bot.until("a stop at the exchange", lambda: bot.rows(placed), 180)[0]
    beyond = Decimal("1.002") if stop["is_short"] else Decimal("0.998")
    jump("BTCUSDT", str((exact(stop["stop_price"]) * beyond).quantize(Decimal("0.1"))))
    stopped = f"{CLOSED} and exit_reason = 'stoploss_on_exchange'"
    bot.until("an exit by the stop", lambda: bot.rows(stopped), 120)


def trade(bot):
    """Lets the bot trade until it has closed enough, one of them by a stop, then lets it exit from the rest."""
    trigger_a_stop(bot)
    bot.until(f"{TRADES} closed trades", lambda: len(bot.rows(CLOSED)) >= TRADES, 420)
    bot.stop_entering()
    # The bot closes a trade before it cancels the stop.
    still = "select id from trades where is_open = 1 union select id from orders where ft_is_open = 1"
    bot.until("nothing open", lambda: not bot.rows(still), 120)


def compare(bot, ledger):
    """The differences between the bot's database and the exchange."""
    orders = bot.rows("select * from orders order by id")
    known = {order["order_id"] for order in orders}
    # The bot deletes an entry that it cancelled before it was filled.
    deleted = {
        order_id for order_id in ledger.ids()
        if ledger.status_of(order_id) == "canceled" and not ledger.fills_of(order_id)
    }
    if not ledger.ids() - deleted <= known <= ledger.ids():
        return [f"orders: the bot has {sorted(known)}, the exchange {sorted(ledger.ids())}"]
    found = []
    for order in orders:
        found += compare_order(order, ledger)
    for closed in bot.rows(CLOSED):
        mine = [order for order in orders if order["ft_trade_id"] == closed["id"]]
        found += compare_fees(closed, mine, ledger)
    return found


def compare_order(order, ledger):
    """The differences between one order of the database and its fills."""
    order_id = order["order_id"]
    fills = ledger.fills_of(order_id)
    base = order["ft_pair"].split("/")[0]
    pairs = {
        "status": (order["status"], ledger.status_of(order_id)),
        "filled": (exact(order["filled"]), exact(amount(fills))),
        "fee in the base coin": (exact(order["ft_fee_base"]), exact(fees(fills).get(base, 0))),
    }
    if fills:
        average = (value(fills) / amount(fills)).quantize(ledger.average_unit)
        pairs["average"] = (exact(order["average"]).quantize(ledger.average_unit), average)
        pairs["cost"] = (exact(order["cost"]), exact(value(fills)))
    return [
        f"order {order_id}: {name}: {ours} != {theirs}"
        for name, (ours, theirs) in pairs.items() if ours != theirs
    ]


def compare_fees(closed, orders, ledger):
    """The differences between a trade's fees in its quote coin and the commissions of its fills. Of a fee in the
    base coin the bot estimates the value; its amount is compared with each order."""
    entry = "sell" if closed["is_short"] else "buy"
    # The bot computes the fee of an entry from its rate and the stake, without leverage and without rounding.
    legs = {"open": (Decimal(str(closed["leverage"])), EXACT), "close": (Decimal(1), Decimal(0))}
    found = []
    for leg, (factor, tolerance) in legs.items():
        ours, coin = Decimal(str(closed[f"fee_{leg}_cost"])) * factor, closed[f"fee_{leg}_currency"]
        mine = [order for order in orders if (order["ft_order_side"] == entry) == (leg == "open")]
        theirs = fees([fill for order in mine for fill in ledger.fills_of(order["order_id"])])
        if list(theirs) != [coin] or (coin == "USDT" and abs(exact(ours) - theirs[coin]) > tolerance):
            found.append(f"trade {closed['id']}: fee of {leg}: {ours} {coin} != {theirs}")
    return found


@pytest.mark.parametrize(("mode", "strategy"), [("spot", "InAndOut"), ("futures", "InAndOutShort")])
def test_live_trading(tmp_path, mode, strategy):
    """At least ten trades, no error in the log, and a database that equals the exchange's."""
    bot = Bot(tmp_path, mode, strategy)
    try:
        trade(bot)
    finally:
        code = bot.stop()
    ledger = Ledger(bot)
    assert not bot.errors()
    assert not compare(bot, ledger)
    assert not ledger.open_orders() and not ledger.positions()
    assert code == SIGINT_EXIT
