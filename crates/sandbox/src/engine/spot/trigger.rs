//! Stop prices and trailing deltas, compared with the last trade price.

use super::{activation, ending, entry, reserve};
use crate::{
    engine::{Account, Engine, Order, OrderRef, Phase, algo, markets::MarketState},
    market::MarketId,
};
use domain::{Decimal, Side};

impl Engine {
    /// Triggers a spot market's waiting orders that the last trade has reached.
    pub(in crate::engine) fn trigger_spot(&mut self, market: MarketId) {
        if !self.markets.trades(market) || self.markets.book(market).beat.volume == 0 {
            return;
        }
        let waiting: Vec<_> = self.markets.book(market).algos.iter().copied().collect();
        for (id, account) in waiting {
            if let Some(account) = self.accounts.get_mut(&account) {
                watch(&mut self.markets, account, id);
            }
        }
    }
}

/// Checks one waiting order after a trade, and triggers it if its condition holds.
fn watch(markets: &mut MarketState, account: &mut Account, id: u64) {
    let found = account.spot_orders.find(&OrderRef::Id(id));
    let Some(order) = found.filter(|o| o.status.open() && o.phase() == Phase::Waiting) else { return };
    let price = markets.price(order.market);
    let reached = |stop| algo::reached(order.kind, order.side, stop, price);
    let Some(delta) = order.options().and_then(|options| options.trailing_delta) else {
        if order.trigger_price.is_some_and(reached) {
            trigger(markets, account, id);
        }
        return;
    };
    let before = order.spot.as_ref().and_then(|terms| terms.extreme);
    let active = before.is_some() || order.trigger_price.is_none_or(reached);
    if !active {
        return;
    }
    let extreme = before.map_or(price, |extreme| best(order.side, extreme, price));
    let turned = turned(order, extreme, delta, price);
    if before != Some(extreme) {
        let now = markets.now;
        account.spot_orders.change(id, |order| {
            let terms = order.terms_mut();
            terms.extreme = Some(extreme);
            terms.trailing_since = terms.trailing_since.or(Some(now));
        });
    }
    if turned {
        trigger(markets, account, id);
    }
}

/// The better price for an order of this side.
fn best(side: Side, a: Decimal, b: Decimal) -> Decimal {
    if side == Side::Buy { a.min(b) } else { a.max(b) }
}

/// Whether the price has turned back from the extreme by `delta` basis points.
fn turned(order: &Order, extreme: Decimal, delta: u32, price: Decimal) -> bool {
    let back = extreme * Decimal::new(i64::from(delta), 4);
    match order.side {
        Side::Buy => price >= extreme + back,
        Side::Sell => price <= extreme - back,
    }
}

/// Sends a waiting order to the book.
fn trigger(markets: &mut MarketState, account: &mut Account, id: u64) {
    let Some(mut order) = account.spot_orders.find(&OrderRef::Id(id)).cloned() else { return };
    ending::claim(markets, account, &mut order);
    reserve::withdraw(markets, account, &order);
    entry::execute(markets, account, &mut order);
    activation::after(markets, account, &order);
}
