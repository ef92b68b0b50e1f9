//! Conversion of order requests to Binance's parameters.

use super::words::kind_word;
use crate::{
    OrderRequest,
    binance::{prices::pair, sign::Params},
};
use domain::{Micros, OrderType, PositionSlot, TimeInForce, trade::PriceSource};

/// A spot order. What spot does not support (closing a position, trailing stops) is left for the exchange to
/// reject.
pub(super) fn spot(order: &OrderRequest) -> Params {
    let post_only = order.kind == OrderType::Limit && order.time_in_force == TimeInForce::Gtx;
    let word = if post_only { "LIMIT_MAKER" } else { kind_word(order.kind, false) };
    let timed = priced(order.kind) && !post_only;
    pair(&order.symbol)
        .with("side", order.side)
        .with("type", word)
        .maybe("timeInForce", timed.then_some(order.time_in_force))
        .decimal("quantity", order.amount)
        .decimal("price", order.price.filter(|_| priced(order.kind)))
        .decimal("stopPrice", order.stop_price)
        .with("newClientOrderId", &order.client_order_id)
        // The response includes the immediate fills.
        .with("newOrderRespType", "FULL")
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
        .maybe("positionSide", position_side(order))
        .maybe("reduceOnly", reduce_only(order).then_some(true))
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
        .maybe("reduceOnly", (reduce_only(order) && !closes_all).then_some(true))
        .maybe("positionSide", position_side(order))
        .decimal("price", order.price.filter(|_| priced(order.kind)))
        .decimal(if trailing { "activatePrice" } else { "triggerPrice" }, order.stop_price)
        .decimal("callbackRate", order.callback_rate.filter(|_| trailing))
        .with("workingType", working_type(order.trigger))
        .with("clientAlgoId", &order.client_order_id)
}

/// The position of hedge mode. In one-way mode there is only one.
fn position_side(order: &OrderRequest) -> Option<PositionSlot> {
    Some(order.position_side).filter(|slot| slot.is_hedged())
}

/// Whether the order is sent as reduce-only. Binance rejects that in hedge mode, where it follows from the two sides.
const fn reduce_only(order: &OrderRequest) -> bool {
    order.reduce_only && !order.position_side.is_hedged()
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
