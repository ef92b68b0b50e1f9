//! Plans the orders that close a position: its stop, its take-profits, and limit orders of its owner.

use super::PlannedOrder;
use domain::{Decimal, OrderType, Side, TimeInForce, ticket::Stop, trade::PriceSource};

/// A MARKET stop closes the whole position, whatever its size (no amount); a LIMIT stop has the entry's
/// amount. Both end with the position (`GTE_GTC`), as in the API document's examples.
pub(crate) fn stop_order(entry: Side, stop: Stop, amount: Decimal) -> PlannedOrder {
    PlannedOrder {
        side: entry.opposite(),
        kind: if stop.limit.is_some() { OrderType::Stop } else { OrderType::StopMarket },
        amount: stop.limit.map(|_| amount),
        price: stop.limit,
        stop_price: Some(stop.trigger),
        trigger: PriceSource::Last,
        callback_rate: None,
        time_in_force: TimeInForce::GteGtc,
        good_till: None,
        reduce_only: true,
        resizes: false,
    }
}

pub(crate) fn target_order(entry: Side, price: Decimal, amount: Decimal) -> PlannedOrder {
    PlannedOrder {
        kind: OrderType::TakeProfit,
        price: Some(price),
        stop_price: Some(price),
        ..PlannedOrder::closing(entry.opposite(), amount)
    }
}

/// Returns a resting limit order that closes a part of a position.
pub(crate) fn limit_close(entry: Side, price: Decimal, amount: Decimal) -> PlannedOrder {
    PlannedOrder {
        kind: OrderType::Limit,
        price: Some(price),
        ..PlannedOrder::closing(entry.opposite(), amount)
    }
}
