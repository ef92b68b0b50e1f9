//! Execution of a taker order against the book.

use super::markets::MarketState;
use crate::market::{Level, MarketId};
use domain::{Decimal, Side, money};

/// The requested amount.
#[derive(Clone, Copy, Debug)]
pub(super) enum Want {
    /// An amount in base units.
    Base(Decimal),
    /// An amount in quote units, of which only whole lots are bought.
    Quote(Decimal),
}

/// The planned execution, level by level.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) levels: Vec<Level>,
    pub(super) amount: Decimal,
    pub(super) cost: Decimal,
}

/// Plans the execution of an order on `side` against the book, no further than `limit`.
pub(super) fn plan(
    markets: &MarketState,
    market: MarketId,
    side: Side,
    limit: Option<Decimal>,
    want: Want,
) -> Plan {
    let lot = markets.rules(market).lot;
    let mut plan = Plan::default();
    for level in markets.levels(market, side) {
        if limit.is_some_and(|l| crosses_not(side, level.price, l)) {
            break;
        }
        let room = match want {
            Want::Base(amount) => amount - plan.amount,
            Want::Quote(quote) => money::floor_to((quote - plan.cost) / level.price, lot),
        };
        if room <= Decimal::ZERO {
            break;
        }
        let amount = room.min(level.amount);
        plan.amount += amount;
        plan.cost += amount * level.price;
        plan.levels.push(Level { price: level.price, amount });
    }
    plan
}

fn crosses_not(side: Side, price: Decimal, limit: Decimal) -> bool {
    match side {
        Side::Buy => price > limit,
        Side::Sell => price < limit,
    }
}
