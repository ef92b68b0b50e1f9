//! What the book gives an order that takes.

use super::floor::Floor;
use crate::market::{Level, MarketId};
use domain::{Decimal, Side, money};

/// How much an order wants.
#[derive(Clone, Copy, Debug)]
pub(super) enum Want {
    /// In base units.
    Base(Decimal),
    /// In quote units; it takes the whole lots that these buy.
    Quote(Decimal),
}

/// What it would get, level by level.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) levels: Vec<Level>,
    pub(super) amount: Decimal,
    pub(super) cost: Decimal,
}

/// Walks the book on behalf of `side`, no further than `limit`.
pub(super) fn plan(floor: &Floor, market: MarketId, side: Side, limit: Option<Decimal>, want: Want) -> Plan {
    let lot = floor.rules(market).lot;
    let mut plan = Plan::default();
    for level in floor.levels(market, side) {
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
