//! Conversion of order requests to Binance's parameters.

use super::words::kind_word;
use crate::{
    OrderRequest,
    binance::{prices::pair, sign::Params},
};
use domain::{Micros, OrderType, Symbol, TimeInForce, trade::PriceSource};

/// A spot order. What spot does not support (closing a position, trailing stops) is left for the exchange to
/// reject.
pub(super) fn spot(order: &OrderRequest) -> Params {
    let post_only = order.kind == OrderType::Limit && order.time_in_force == TimeInForce::Gtx;
    let word = if post_only { "LIMIT_MAKER" } else { kind_word(order.kind, false) };
    let timed = priced(order.kind) && !post_only;
    pair(&order.symbol)
        .with("side", order.side)
        .with("type", word)
        .maybe("timeInForce", timed.then_some(spot_time_in_force(order.time_in_force)))
        .decimal("quantity", order.amount)
        .decimal("price", order.price.filter(|_| priced(order.kind)))
        .decimal("stopPrice", order.stop_price.filter(|_| order.kind.conditional()))
        .with("newClientOrderId", &order.client_order_id)
        // The response includes the immediate fills.
        .with("newOrderRespType", "FULL")
}

/// Two spot orders of which one cancels the other: a post-only limit order above the price, and a stop below it.
pub(super) fn pair_of(target: &OrderRequest, stop: &OrderRequest) -> Params {
    let limited = priced(stop.kind);
    pair(&stop.symbol)
        .with("side", stop.side)
        .decimal("quantity", stop.amount)
        // The id of the list, which is unique like that of its stop. Everything is found by the ids of the orders.
        .with("listClientOrderId", &stop.client_order_id)
        .with("aboveType", "LIMIT_MAKER")
        .with("aboveClientOrderId", &target.client_order_id)
        .decimal("abovePrice", target.price)
        .with("belowType", kind_word(stop.kind, false))
        .with("belowClientOrderId", &stop.client_order_id)
        .decimal("belowStopPrice", stop.stop_price)
        .decimal("belowPrice", stop.price.filter(|_| limited))
        .maybe("belowTimeInForce", limited.then_some(spot_time_in_force(stop.time_in_force)))
        .with("newOrderRespType", "FULL")
}

/// The parameters that name one order by its client id.
pub(super) fn named(symbol: &Symbol, client_order_id: &str) -> Params {
    pair(symbol).with("origClientOrderId", client_order_id)
}

/// Spot has no orders that end with a position.
const fn spot_time_in_force(given: TimeInForce) -> TimeInForce {
    match given {
        TimeInForce::GteGtc => TimeInForce::Gtc,
        other => other,
    }
}

/// A futures market or limit order.
pub(super) fn futures(order: &OrderRequest) -> Params {
    let limit = order.kind == OrderType::Limit;
    pair(&order.symbol)
        .with("side", order.side)
        .with("type", kind_word(order.kind, true))
        .maybe("timeInForce", limit.then_some(order.time_in_force))
        .maybe("goodTillDate", good_till(order).map(Micros::millis))
        .decimal("quantity", order.amount)
        .decimal("price", order.price.filter(|_| limit))
        .maybe("reduceOnly", order.reduce_only.then_some(true))
        .with("newClientOrderId", &order.client_order_id)
        .with("newOrderRespType", "RESULT")
}

/// A futures conditional order.
pub(super) fn conditional(order: &OrderRequest) -> Params {
    let trailing = order.kind == OrderType::TrailingStopMarket;
    let closes_all = order.amount.is_none();
    pair(&order.symbol)
        .with("algoType", "CONDITIONAL")
        .with("side", order.side)
        .with("type", kind_word(order.kind, true))
        .with("timeInForce", order.time_in_force)
        .decimal("quantity", order.amount)
        .maybe("closePosition", closes_all.then_some(true))
        // closePosition implies reduce-only; Binance rejects the combination.
        .maybe("reduceOnly", (order.reduce_only && !closes_all).then_some(true))
        .decimal("price", order.price.filter(|_| priced(order.kind)))
        .decimal(if trailing { "activatePrice" } else { "triggerPrice" }, order.stop_price)
        .decimal("callbackRate", order.callback_rate.filter(|_| trailing))
        .with("workingType", working_type(order.trigger))
        .with("clientAlgoId", &order.client_order_id)
}

/// The date of a limit order that is good till a date.
fn good_till(order: &OrderRequest) -> Option<Micros> {
    let dated = order.kind == OrderType::Limit && order.time_in_force == TimeInForce::Gtd;
    order.good_till.filter(|_| dated)
}

fn working_type(trigger: PriceSource) -> &'static str {
    match trigger {
        PriceSource::Last => "CONTRACT_PRICE",
        PriceSource::Mark => "MARK_PRICE",
    }
}

/// Whether the order type has a limit price.
fn priced(kind: OrderType) -> bool {
    matches!(kind, OrderType::Limit | OrderType::Stop | OrderType::TakeProfit)
}
