//! Response bodies around futures orders: amendments, forced orders, margin adjustments and deleveraging ranks.

use super::{
    amount,
    futures::{order, order_type},
    price,
};
use crate::{
    engine::{Amendment, FuturesView, MarginMove, Order, PositionSlot, PositionView},
    market::{MarketId, Pair, QUOTE},
    protocol::number::{asset, fixed},
};
use domain::MarginMode;
use serde_json::{Map, Value, json};

/// An order after its amendment.
pub(crate) fn modified(changed: &Order) -> Value {
    let mut body = order(changed);
    if let Value::Object(fields) = &mut body {
        fields.remove("time");
        fields.insert("pair".into(), changed.market.pair.joined().into());
        fields.insert("cumBase".into(), amount(changed.market, changed.filled).into());
    }
    body
}

/// A row of `orderAmendment`.
pub(crate) fn amendment(change: &Amendment) -> Value {
    let market = MarketId::futures(change.pair);
    json!({
        "amendmentId": change.id,
        "symbol": change.pair.joined(),
        "pair": change.pair.joined(),
        "orderId": change.order_id,
        "clientOrderId": change.client_id,
        "time": change.at.millis(),
        "amendment": {
            "price": { "before": price(market, change.price.0), "after": price(market, change.price.1) },
            "origQty": { "before": amount(market, change.amount.0), "after": amount(market, change.amount.1) },
            "count": change.count,
        },
    })
}

/// A row of `forceOrders`.
pub(crate) fn forced(order: &Order) -> Value {
    let market = order.market;
    json!({
        "orderId": order.id,
        "symbol": market.pair.joined(),
        "status": order.status.word(),
        "clientOrderId": order.client_id,
        "price": price(market, order.average()),
        "avgPrice": fixed(order.average(), 5),
        "origQty": amount(market, order.amount),
        "executedQty": amount(market, order.filled),
        "cumQuote": asset(order.cost),
        "timeInForce": "IOC",
        "type": "LIMIT",
        "reduceOnly": false,
        "closePosition": order.close_position,
        "side": order.side.word(),
        "positionSide": order.terms.slot.word(),
        "stopPrice": "0",
        "workingType": order.working_type.word(),
        "origType": if order.liquidation { "LIMIT" } else { order_type(order.original_kind) },
        "time": order.created.millis(),
        "updateTime": order.updated.millis(),
    })
}

/// A row of `positionMargin/history`.
pub(crate) fn margin_move(change: &MarginMove) -> Value {
    json!({
        "symbol": change.pair.joined(),
        "type": if change.amount.is_sign_negative() { 2 } else { 1 },
        "deltaType": "USER_ADJUST",
        "amount": asset(change.amount.abs()),
        "asset": QUOTE,
        "time": change.at.millis(),
        "positionSide": change.slot.word(),
    })
}

/// A row of `adlQuantile`: each position's rank. In hedge mode the two cross positions of a pair have one rank, and
/// `HEDGE` marks that; the other rows have `BOTH`.
pub(crate) fn adl_quantile(view: &FuturesView, pair: Pair, dual: bool) -> Value {
    let rows = || view.positions.iter().filter(|p| p.pair == pair);
    let of = |slot| rows().find(|p| p.slot == slot).map_or(0, PositionView::adl_quantile);
    let (long, short) = (of(PositionSlot::Long), of(PositionSlot::Short));
    let shared = dual && rows().any(|p| p.mode == MarginMode::Crossed);
    let mut ranks = Map::new();
    if shared {
        let rank = long.max(short);
        ranks.insert("LONG".into(), rank.into());
        ranks.insert("SHORT".into(), rank.into());
        ranks.insert("HEDGE".into(), 0.into());
    } else {
        ranks.insert("LONG".into(), long.into());
        ranks.insert("SHORT".into(), short.into());
        ranks.insert("BOTH".into(), of(PositionSlot::Both).into());
    }
    json!({ "symbol": pair.joined(), "adlQuantile": ranks })
}
