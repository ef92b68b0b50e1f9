//! Conditional orders: price monitoring and triggering.

use super::{
    Account, AlgoOrder, AlgoStatus, NewOrder, OrderRef, algo, deadline::Deadline, ending, futures,
    markets::MarketState, new_order, rejections,
};
use crate::market::MarketId;
use domain::{Decimal, OrderType, Side, TimeInForce};

/// Checks one waiting order after a beat and triggers it if its price is reached.
pub(super) fn watch(markets: &mut MarketState, account: &mut Account, id: u64) {
    let Some(waiting) = account.algos.find(&OrderRef::Id(id)).filter(|a| a.status == AlgoStatus::New) else {
        return;
    };
    let price = algo::working_price(markets, MarketId::futures(waiting.pair), waiting.working_type);
    let triggered = if waiting.kind == OrderType::TrailingStopMarket {
        let Some(extreme) = extreme(waiting, price) else { return };
        let trigger = algo::trail(waiting, extreme);
        let turned = match waiting.side {
            Side::Buy => price >= trigger,
            Side::Sell => price <= trigger,
        };
        if waiting.extreme.is_none() {
            // The stop protects from now on, so the naked-time meter must measure the account.
            markets.note(account.id);
        }
        if waiting.extreme != Some(extreme) {
            account.algos.change(id, |a| {
                a.extreme = Some(extreme);
                a.trigger_price = Some(trigger);
            });
        }
        turned
    } else {
        waiting.trigger_price.is_some_and(|t| algo::reached(waiting.kind, waiting.side, t, price))
    };
    if triggered {
        trigger(markets, account, id);
    }
}

/// The best price since a trailing stop was activated; `None` before activation.
fn extreme(algo: &AlgoOrder, price: Decimal) -> Option<Decimal> {
    let better = |a: Decimal, b: Decimal| if algo.side == Side::Buy { a.min(b) } else { a.max(b) };
    match (algo.extreme, algo.activation_price) {
        (Some(extreme), _) => Some(better(extreme, price)),
        (None, Some(activation)) => (better(activation, price) == price).then_some(price),
        (None, None) => Some(price),
    }
}

/// Converts a triggered order into a plain order. A reducing order is clipped to the position, or expires
/// without one.
fn trigger(markets: &mut MarketState, account: &mut Account, id: u64) {
    let now = markets.now;
    let taken = account.algos.change(id, |a| {
        a.status = AlgoStatus::Triggered;
        a.triggered = Some(now);
        a.clone()
    });
    let Some(algo) = taken else { return };
    let market = MarketId::futures(algo.pair);
    markets.book_mut(market).algos.remove(&(id, account.id));
    if let Some(due) = Deadline::of_algo(account.id, &algo) {
        markets.deadlines.remove(&due);
    }
    let closable = account.perpetual(algo.position()).closable(algo.side);
    let reduces = algo.reduce_only || algo.close_position;
    if reduces && closable.is_zero() {
        ending::end_algo(markets, account, id, AlgoStatus::Expired);
        return;
    }
    let wanted = algo.amount.unwrap_or(closable);
    let level =
        algo.terms.price_match.map(|level| new_order::matched_price(markets, market, algo.side, level));
    let limit = algo::limit_kind(algo.kind);
    let order = NewOrder {
        market,
        side: algo.side,
        kind: if limit { OrderType::Limit } else { OrderType::Market },
        tif: Some(algo.tif).filter(|t| limit && *t != TimeInForce::GteGtc),
        amount: Some(if reduces { wanted.min(closable) } else { wanted }),
        quote_amount: None,
        price: level.and_then(Result::ok).or(algo.price),
        trigger_price: None,
        activation_price: None,
        callback_rate: None,
        working_type: algo.working_type,
        reduce_only: reduces,
        close_position: algo.close_position,
        client_id: Some(algo.client_id.clone()).filter(|c| !account.futures_orders.client_taken(c)),
        terms: algo.terms,
    };
    let placed = rejections::take(markets, account.id, algo.pair)
        .and_then(|()| futures::place(markets, account, &order, Some(&algo)).map(drop));
    if let Err(reject) = placed {
        account.algos.change(id, |a| a.failure = Some(reject.to_string()));
        ending::end_algo(markets, account, id, AlgoStatus::Rejected);
    }
}
