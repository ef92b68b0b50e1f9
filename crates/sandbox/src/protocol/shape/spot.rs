//! Response bodies for spot accounts, orders and fills.

use super::{amount, price};
use crate::{
    engine::{Account, Fill, Order, SPOT_FEE, SelfTradePrevention, SpotBalance},
    protocol::{
        number::{asset, stamp_or_zero},
        time_unit::stamp,
    },
};
use domain::{Decimal, Micros, OrderType, TimeInForce};
use serde_json::{Value, json};

/// Binance's type of an order.
pub(crate) const fn order_type(order: &Order) -> &'static str {
    match (order.kind, order.tif) {
        (OrderType::Market, _) => "MARKET",
        (OrderType::StopMarket, _) => "STOP_LOSS",
        (OrderType::Stop, _) => "STOP_LOSS_LIMIT",
        (OrderType::TakeProfitMarket, _) => "TAKE_PROFIT",
        (OrderType::TakeProfit, _) => "TAKE_PROFIT_LIMIT",
        (_, TimeInForce::Gtx) => "LIMIT_MAKER",
        _ => "LIMIT",
    }
}

/// The id of an order's list, or -1.
pub(crate) fn list_id(list: Option<u64>) -> Value {
    list.map_or_else(|| json!(-1), |id| json!(id))
}

/// The self-trade prevention mode of an order.
pub(crate) fn prevention(order: &Order) -> &'static str {
    let mode = order.options().and_then(|options| options.self_trade_prevention);
    mode.unwrap_or(SelfTradePrevention::DEFAULT).word()
}

/// Binance's time in force of an order. A post-only order is expressed by its type instead.
pub(crate) const fn time_in_force(order: &Order) -> &'static str {
    match order.tif {
        TimeInForce::Gtx => "GTC",
        tif => tif.word(),
    }
}

pub(super) fn merge(mut body: Value, more: Value) -> Value {
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    body
}

/// The fields common to all order responses.
fn base(order: &Order) -> Value {
    let market = order.market;
    let body = json!({
        "symbol": market.pair.joined(),
        "orderId": order.id,
        "orderListId": list_id(order.list()),
        "clientOrderId": order.client_id,
        "price": price(market, order.price.unwrap_or_default()),
        "origQty": amount(market, order.amount),
        "executedQty": amount(market, order.filled),
        "origQuoteOrderQty": asset(order.quote_amount.unwrap_or_default()),
        "cummulativeQuoteQty": asset(order.cost),
        "status": order.status.word(),
        "timeInForce": time_in_force(order),
        "type": order_type(order),
        "side": order.side.word(),
        "selfTradePreventionMode": prevention(order),
    });
    merge(body, conditional(order))
}

/// The fields that only some orders have.
pub(super) fn conditional(order: &Order) -> Value {
    let mut body = json!({});
    if order.kind.conditional() {
        body["stopPrice"] = price(order.market, order.trigger_price.unwrap_or_default()).into();
    }
    let Some(terms) = &order.spot else { return body };
    if let Some(part) = terms.options.iceberg {
        body["icebergQty"] = amount(order.market, part).into();
    }
    if let Some(id) = terms.options.strategy_id {
        body["strategyId"] = id.into();
    }
    if let Some(kind) = terms.options.strategy_type {
        body["strategyType"] = kind.into();
    }
    if let Some(delta) = terms.options.trailing_delta {
        body["trailingDelta"] = delta.into();
        body["trailingTime"] = stamp_or_never(terms.trailing_since);
    }
    body
}

/// Milliseconds since the Unix epoch, or -1 for what has not happened.
pub(super) fn stamp_or_never(at: Option<Micros>) -> Value {
    at.map_or_else(|| json!(-1), |at| json!(stamp(at)))
}

/// The level of detail of a new order's response (`newOrderRespType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    Ack,
    Result,
    Full,
}

/// The response to a new order.
pub(crate) fn placed(order: &Order, fills: &[Fill], detail: Detail) -> Value {
    let result = || {
        let working = stamp_or_never(order.working_since());
        merge(base(order), json!({ "transactTime": stamp(order.updated), "workingTime": working }))
    };
    match detail {
        Detail::Ack => json!({
            "symbol": order.market.pair.joined(),
            "orderId": order.id,
            "orderListId": list_id(order.list()),
            "clientOrderId": order.client_id,
            "transactTime": stamp(order.updated),
        }),
        Detail::Result => result(),
        Detail::Full => {
            let fills: Vec<_> = fills.iter().map(fill_of_placed).collect();
            merge(result(), json!({ "fills": fills }))
        }
    }
}

fn fill_of_placed(fill: &Fill) -> Value {
    json!({
        "price": price(fill.market, fill.price),
        "qty": amount(fill.market, fill.amount),
        "commission": asset(fill.fee),
        "commissionAsset": fill.fee_asset,
        "tradeId": fill.id,
    })
}

/// The response to a cancel, which has its own client id.
pub(crate) fn cancelled(order: &Order, cancel_id: &str) -> Value {
    let more = json!({
        "origClientOrderId": order.client_id,
        "clientOrderId": cancel_id,
        "transactTime": stamp(order.updated),
    });
    merge(base(order), more)
}

/// The response to an order query.
pub(crate) fn order(order: &Order) -> Value {
    let part = order.options().and_then(|options| options.iceberg);
    let more = json!({
        "stopPrice": price(order.market, order.trigger_price.unwrap_or_default()),
        "icebergQty": amount(order.market, part.unwrap_or_default()),
        "time": stamp(order.created),
        "updateTime": stamp(order.updated),
        "isWorking": order.working_since().is_some(),
        "workingTime": stamp_or_never(order.working_since()),
    });
    merge(base(order), more)
}

/// A row of `myTrades`.
pub(crate) fn fill(fill: &Fill) -> Value {
    json!({
        "symbol": fill.market.pair.joined(),
        "id": fill.id,
        "orderId": fill.order_id,
        "orderListId": list_id(fill.list),
        "price": price(fill.market, fill.price),
        "qty": amount(fill.market, fill.amount),
        "quoteQty": asset(fill.quote),
        "commission": asset(fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": stamp(fill.at),
        "isBuyer": fill.side == domain::Side::Buy,
        "isMaker": fill.maker,
        "isBestMatch": true,
    })
}

pub(crate) fn balance(balance: &SpotBalance) -> Value {
    json!({ "asset": balance.asset, "free": asset(balance.free), "locked": asset(balance.locked) })
}

/// The account with its balances.
pub(crate) fn account(account: &Account, balances: &[SpotBalance], updated: Option<Micros>) -> Value {
    json!({
        "makerCommission": 10,
        "takerCommission": 10,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": {
            "maker": asset(SPOT_FEE), "taker": asset(SPOT_FEE), "buyer": asset(Decimal::ZERO), "seller": asset(Decimal::ZERO),
        },
        "canTrade": true,
        "canWithdraw": account.rights.withdrawals,
        "canDeposit": false,
        "brokered": false,
        "requireSelfTradePrevention": false,
        "preventSor": false,
        "updateTime": stamp_or_zero(updated),
        "accountType": "SPOT",
        "balances": balances.iter().map(balance).collect::<Vec<_>>(),
        "permissions": ["SPOT"],
        "uid": account.id.0,
    })
}
