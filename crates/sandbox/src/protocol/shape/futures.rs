//! Response bodies for futures accounts, positions, orders and fills.

use super::{amount, price};
use crate::{
    engine::{AlgoOrder, Bracket, Fill, FuturesView, Income, Order, PositionView},
    market::{MarketId, Pair, QUOTE},
    protocol::number::{asset, fixed, stamp_or_zero},
};
use domain::{Decimal, MarginMode, Micros, OrderType, Side};
use serde_json::{Value, json};

/// Binance's name of an order type.
pub(crate) const fn order_type(kind: OrderType) -> &'static str {
    match kind {
        OrderType::Market => "MARKET",
        OrderType::Limit => "LIMIT",
        OrderType::Stop => "STOP",
        OrderType::StopMarket => "STOP_MARKET",
        OrderType::TakeProfit => "TAKE_PROFIT",
        OrderType::TakeProfitMarket => "TAKE_PROFIT_MARKET",
        OrderType::TrailingStopMarket => "TRAILING_STOP_MARKET",
    }
}

/// A plain order.
pub(crate) fn order(order: &Order) -> Value {
    let market = order.market;
    json!({
        "orderId": order.id,
        "symbol": market.pair.joined(),
        "status": order.status.word(),
        "clientOrderId": order.client_id,
        "price": price(market, order.price.unwrap_or_default()),
        "avgPrice": fixed(order.average(), 5),
        "origQty": amount(market, order.amount),
        "executedQty": amount(market, order.filled),
        "cumQty": amount(market, order.filled),
        "cumQuote": asset(order.cost),
        "timeInForce": order.terms.tif_word(order.tif),
        "type": order_type(order.kind),
        "reduceOnly": order.reduce_only,
        "closePosition": order.close_position,
        "side": order.side.word(),
        "positionSide": order.terms.slot.word(),
        "stopPrice": price(market, order.trigger_price.unwrap_or_default()),
        "workingType": order.working_type.word(),
        "priceProtect": false,
        "origType": order_type(order.original_kind),
        "priceMatch": order.terms.price_match_word(),
        "selfTradePreventionMode": order.terms.self_trade_word(),
        "goodTillDate": order.terms.good_till_millis(),
        "time": order.created.millis(),
        "updateTime": order.updated.millis(),
    })
}

/// A conditional order, and the plain order that resulted from its trigger.
pub(crate) fn algo(order: &AlgoOrder, actual: Option<&Order>) -> Value {
    let market = MarketId::futures(order.pair);
    let optional = |value: Option<Decimal>| value.map(|value| price(market, value));
    json!({
        "algoId": order.id,
        "clientAlgoId": order.client_id,
        "algoType": "CONDITIONAL",
        "orderType": order_type(order.kind),
        "symbol": order.pair.joined(),
        "side": order.side.word(),
        "positionSide": order.terms.slot.word(),
        "timeInForce": order.terms.tif_word(order.tif),
        "quantity": amount(market, order.amount.unwrap_or_default()),
        "algoStatus": order.status.word(),
        "actualOrderId": order.order_id.map(|id| id.to_string()).unwrap_or_default(),
        "actualPrice": fixed(actual.map(Order::average).unwrap_or_default(), 5),
        "triggerPrice": price(market, order.trigger_price.unwrap_or_default()),
        "price": price(market, order.price.unwrap_or_default()),
        "icebergQuantity": null,
        "activatePrice": optional(order.activation_price),
        "callbackRate": order.callback_rate.map(|rate| rate.normalize().to_string()),
        "selfTradePreventionMode": order.terms.self_trade_word(),
        "workingType": order.working_type.word(),
        "priceMatch": order.terms.price_match_word(),
        "closePosition": order.close_position,
        "priceProtect": false,
        "reduceOnly": order.reduce_only,
        "createTime": order.created.millis(),
        "updateTime": order.updated.millis(),
        "triggerTime": stamp_or_zero(order.triggered),
        "goodTillDate": order.terms.good_till_millis(),
        "failReason": order.failure.as_deref().unwrap_or_default(),
    })
}

/// A row of `userTrades`.
pub(crate) fn fill(fill: &Fill) -> Value {
    json!({
        "symbol": fill.market.pair.joined(),
        "id": fill.id,
        "orderId": fill.order_id,
        "side": fill.side.word(),
        "price": price(fill.market, fill.price),
        "qty": amount(fill.market, fill.amount),
        "quoteQty": asset(fill.quote),
        "realizedPnl": asset(fill.realized),
        "commission": asset(fill.fee),
        "commissionAsset": fill.fee_asset,
        "marginAsset": QUOTE,
        "time": fill.at.millis(),
        "positionSide": fill.slot.word(),
        "buyer": fill.side == Side::Buy,
        "maker": fill.maker,
    })
}

/// A row of `income`.
pub(crate) fn income(entry: &Income) -> Value {
    json!({
        "symbol": entry.pair.map(Pair::joined).unwrap_or_default(),
        "incomeType": entry.kind.word(),
        "income": asset(entry.amount),
        "asset": QUOTE,
        "info": entry.kind.word(),
        "time": entry.at.millis(),
        "tranId": entry.id,
        "tradeId": entry.trade_id.map(|id| id.to_string()).unwrap_or_default(),
    })
}

/// The margin balance of an isolated position including unrealized profit and loss; zero otherwise.
fn isolated_margin(position: &PositionView) -> Decimal {
    match position.mode {
        MarginMode::Isolated if !position.amount.is_zero() => position.isolated + position.unrealized,
        _ => Decimal::ZERO,
    }
}

/// A row of `positionRisk`, version 2.
pub(crate) fn position_risk_v2(p: &PositionView) -> Value {
    let market = MarketId::futures(p.pair);
    json!({
        "symbol": p.pair.joined(),
        "positionAmt": amount(market, p.amount),
        "entryPrice": asset(p.entry_price),
        "breakEvenPrice": asset(p.break_even),
        "markPrice": asset(p.mark_price),
        "unRealizedProfit": asset(p.unrealized),
        "liquidationPrice": asset(p.liquidation_price.unwrap_or_default()),
        "leverage": p.leverage.to_string(),
        "maxNotionalValue": p.max_notional.normalize().to_string(),
        "marginType": p.mode.lower(),
        "isolatedMargin": asset(isolated_margin(p)),
        "isAutoAddMargin": "false",
        "positionSide": p.slot.word(),
        "notional": asset(p.notional),
        "isolatedWallet": asset(p.isolated),
        "updateTime": p.updated.millis(),
        "isolated": p.mode == MarginMode::Isolated,
        "adlQuantile": p.adl_quantile(),
    })
}

/// A row of `positionRisk`, version 3: only markets with a position or orders, without leverage and margin
/// mode.
pub(crate) fn position_risk_v3(p: &PositionView) -> Value {
    let market = MarketId::futures(p.pair);
    json!({
        "symbol": p.pair.joined(),
        "positionSide": p.slot.word(),
        "positionAmt": amount(market, p.amount),
        "entryPrice": asset(p.entry_price),
        "breakEvenPrice": asset(p.break_even),
        "markPrice": asset(p.mark_price),
        "unRealizedProfit": asset(p.unrealized),
        "liquidationPrice": asset(p.liquidation_price.unwrap_or_default()),
        "isolatedMargin": asset(isolated_margin(p)),
        "notional": asset(p.notional),
        "marginAsset": QUOTE,
        "isolatedWallet": asset(p.isolated),
        "initialMargin": asset(p.initial_margin + p.order_margin),
        "maintMargin": asset(p.maintenance),
        "positionInitialMargin": asset(p.initial_margin),
        "openOrderInitialMargin": asset(p.order_margin),
        "adl": p.adl_quantile(),
        "bidNotional": asset(p.bid_notional),
        "askNotional": asset(p.ask_notional),
        "updateTime": p.updated.millis(),
    })
}

/// A position in the account response; version 2 includes fields that version 3 dropped.
fn account_position(p: &PositionView, v2: bool) -> Value {
    let market = MarketId::futures(p.pair);
    let mut body = json!({
        "symbol": p.pair.joined(),
        "positionSide": p.slot.word(),
        "positionAmt": amount(market, p.amount),
        "unrealizedProfit": asset(p.unrealized),
        "isolatedMargin": asset(isolated_margin(p)),
        "notional": asset(p.notional),
        "isolatedWallet": asset(p.isolated),
        "initialMargin": asset(p.initial_margin + p.order_margin),
        "maintMargin": asset(p.maintenance),
        "updateTime": p.updated.millis(),
    });
    if let (true, Value::Object(body), Value::Object(more)) = (
        v2,
        &mut body,
        json!({
            "positionInitialMargin": asset(p.initial_margin),
            "openOrderInitialMargin": asset(p.order_margin),
            "leverage": p.leverage.to_string(),
            "isolated": p.mode == MarginMode::Isolated,
            "entryPrice": asset(p.entry_price),
            "breakEvenPrice": asset(p.break_even),
            "maxNotional": p.max_notional.normalize().to_string(),
            "bidNotional": asset(p.bid_notional),
            "askNotional": asset(p.ask_notional),
        }),
    ) {
        body.extend(more);
    }
    body
}

/// The account, version 2 (all positions) or version 3 (only markets with a position or orders).
pub(crate) fn account(
    view: &FuturesView,
    now: Micros,
    v2: bool,
    (multi_assets, fee_burn): (bool, bool),
) -> Value {
    let positions: Vec<_> =
        view.positions.iter().filter(|p| v2 || is_reported(p)).map(|p| account_position(p, v2)).collect();
    json!({
        "feeTier": 0,
        "feeBurn": fee_burn,
        "canTrade": true,
        "canDeposit": true,
        "canWithdraw": true,
        "updateTime": 0,
        "multiAssetsMargin": multi_assets,
        "tradeGroupId": -1,
        "totalInitialMargin": asset(view.initial_margin()),
        "totalMaintMargin": asset(view.maintenance),
        "totalWalletBalance": asset(view.wallet),
        "totalUnrealizedProfit": asset(view.unrealized),
        "totalMarginBalance": asset(view.margin_balance()),
        "totalPositionInitialMargin": asset(view.position_margin),
        "totalOpenOrderInitialMargin": asset(view.order_margin),
        "totalCrossWalletBalance": asset(view.cross_wallet),
        "totalCrossUnPnl": asset(view.cross_unrealized),
        "availableBalance": asset(view.available),
        "maxWithdrawAmount": asset(view.withdrawable),
        "assets": [{
            "asset": QUOTE,
            "walletBalance": asset(view.wallet),
            "unrealizedProfit": asset(view.unrealized),
            "marginBalance": asset(view.margin_balance()),
            "maintMargin": asset(view.maintenance),
            "initialMargin": asset(view.initial_margin()),
            "positionInitialMargin": asset(view.position_margin),
            "openOrderInitialMargin": asset(view.order_margin),
            "crossWalletBalance": asset(view.cross_wallet),
            "crossUnPnl": asset(view.cross_unrealized),
            "availableBalance": asset(view.available),
            "maxWithdrawAmount": asset(view.withdrawable),
            "marginAvailable": true,
            "updateTime": now.millis(),
        }],
        "positions": positions,
    })
}

/// Whether there is a position or any open order for it.
pub(crate) fn is_reported(p: &PositionView) -> bool {
    !(p.amount.is_zero() && p.bid_notional.is_zero() && p.ask_notional.is_zero())
}

pub(crate) fn balance(view: &FuturesView, alias: &str, now: Micros) -> Value {
    json!([{
        "accountAlias": alias,
        "asset": QUOTE,
        "balance": asset(view.wallet),
        "crossWalletBalance": asset(view.cross_wallet),
        "crossUnPnl": asset(view.cross_unrealized),
        "availableBalance": asset(view.available),
        "maxWithdrawAmount": asset(view.withdrawable),
        "marginAvailable": true,
        "updateTime": now.millis(),
    }])
}

pub(crate) fn brackets(pair: Pair, brackets: &[Bracket]) -> Value {
    let rows: Vec<_> = brackets.iter().map(bracket).collect();
    json!({ "symbol": pair.joined(), "brackets": rows })
}

fn bracket(b: &Bracket) -> Value {
    // Binance writes numbers instead of strings only here. They are integers or short fractions.
    let plain =
        |value: Decimal| serde_json::from_str::<Value>(&value.normalize().to_string()).unwrap_or(Value::Null);
    json!({
        "bracket": b.number,
        "initialLeverage": b.leverage,
        "notionalCap": plain(b.cap),
        "notionalFloor": plain(b.floor),
        "maintMarginRatio": plain(b.rate),
        "cum": plain(b.cumulative),
    })
}
