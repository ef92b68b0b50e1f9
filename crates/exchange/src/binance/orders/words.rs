//! Binance's names of order types, statuses and times in force, and the values that ccxt derives for every
//! order.

use crate::binance::num::divide;
use domain::{Decimal, Micros, Order, OrderStatus, OrderType, PositionSlot, Side, Symbol, TimeInForce};

/// Parses an order type. Spot and futures use different names for the same type.
pub(in crate::binance) fn kind(word: &str, futures: bool) -> OrderType {
    match word {
        "LIMIT" | "LIMIT_MAKER" => OrderType::Limit,
        "STOP" | "STOP_LOSS_LIMIT" => OrderType::Stop,
        "STOP_MARKET" | "STOP_LOSS" => OrderType::StopMarket,
        "TAKE_PROFIT" if futures => OrderType::TakeProfit,
        "TAKE_PROFIT_LIMIT" => OrderType::TakeProfit,
        "TAKE_PROFIT" | "TAKE_PROFIT_MARKET" => OrderType::TakeProfitMarket,
        "TRAILING_STOP_MARKET" => OrderType::TrailingStopMarket,
        // MARKET, and LIQUIDATION, which only the exchange itself sends.
        _ => OrderType::Market,
    }
}

/// Binance's name of an order type.
pub(super) fn kind_word(kind: OrderType, futures: bool) -> &'static str {
    match (kind, futures) {
        (OrderType::Market, _) => "MARKET",
        (OrderType::Limit, _) => "LIMIT",
        (OrderType::Stop, true) => "STOP",
        (OrderType::Stop, false) => "STOP_LOSS_LIMIT",
        (OrderType::StopMarket, true) => "STOP_MARKET",
        (OrderType::StopMarket, false) => "STOP_LOSS",
        (OrderType::TakeProfit, true) => "TAKE_PROFIT",
        (OrderType::TakeProfit, false) => "TAKE_PROFIT_LIMIT",
        (OrderType::TakeProfitMarket, true) => "TAKE_PROFIT_MARKET",
        (OrderType::TakeProfitMarket, false) => "TAKE_PROFIT",
        (OrderType::TrailingStopMarket, _) => "TRAILING_STOP_MARKET",
    }
}

/// Parses a time in force. An unknown one is treated as good till cancelled.
pub(in crate::binance) fn time_in_force(word: &str) -> TimeInForce {
    match word {
        "RPI" => TimeInForce::Gtx,
        word => TimeInForce::parse(word).unwrap_or(TimeInForce::Gtc),
    }
}

/// Parses a position side. Spot has none, and the only position of one-way mode is the default.
pub(in crate::binance) fn slot(word: &str) -> PositionSlot {
    PositionSlot::parse(word).unwrap_or_default()
}

/// Parses an order status. An unknown status leaves the order open: only statuses that the exchange defines
/// as final are final.
pub(in crate::binance) fn status(word: &str) -> OrderStatus {
    known_status(word).unwrap_or_else(|| {
        tracing::warn!(status = ?word, "the exchange reported an unknown order status; the order counts as open");
        OrderStatus::Open
    })
}

/// Parses an order status; `None` for one that the exchange has not documented.
pub(in crate::binance) fn known_status(word: &str) -> Option<OrderStatus> {
    Some(match word {
        "FILLED" | "FINISHED" => OrderStatus::Closed,
        // words: allow(spelling): a word of the wire
        "CANCELED" | "CANCELLED" => OrderStatus::Canceled,
        "REJECTED" => OrderStatus::Rejected,
        "EXPIRED" | "EXPIRED_IN_MATCH" => OrderStatus::Expired,
        "NEW" | "PARTIALLY_FILLED" | "PENDING_NEW" | "PENDING_CANCEL" | "NEW_INSURANCE" | "NEW_ADL" => {
            OrderStatus::Open
        }
        "ACCEPTED" | "TRIGGERING" | "TRIGGERED" => OrderStatus::Open,
        _ => return None,
    })
}

/// The fields that Binance reports for any order, before the derived values are added. Missing numbers are
/// `None`, never zero.
pub(in crate::binance) struct OrderWords {
    pub(in crate::binance) id: String,
    pub(in crate::binance) client_order_id: String,
    pub(in crate::binance) at: Micros,
    pub(in crate::binance) symbol: Symbol,
    pub(in crate::binance) kind: OrderType,
    pub(in crate::binance) time_in_force: TimeInForce,
    pub(in crate::binance) post_only: bool,
    pub(in crate::binance) reduce_only: bool,
    pub(in crate::binance) side: Side,
    pub(in crate::binance) position_side: PositionSlot,
    pub(in crate::binance) price: Option<Decimal>,
    pub(in crate::binance) stop_price: Option<Decimal>,
    pub(in crate::binance) callback_rate: Option<Decimal>,
    pub(in crate::binance) amount: Option<Decimal>,
    pub(in crate::binance) filled: Decimal,
    pub(in crate::binance) cost: Option<Decimal>,
    pub(in crate::binance) average: Option<Decimal>,
    pub(in crate::binance) status: OrderStatus,
}

impl OrderWords {
    /// Adds the values that ccxt derives: average from cost or cost from average, a market order's price, the
    /// remaining amount.
    pub(in crate::binance) fn into_order(self) -> Order {
        let filled = self.filled;
        let average = self.average.or_else(|| {
            let cost = self.cost.filter(|_| filled > Decimal::ZERO)?;
            divide(cost, filled, 18)
        });
        let cost = self.cost.or_else(|| filled.checked_mul(average.or(self.price)?)).unwrap_or_default();
        let at_market = !matches!(self.kind, OrderType::Limit | OrderType::Stop | OrderType::TakeProfit);
        let price = self.price.or(average.filter(|_| at_market));
        let amount = self.amount.or((self.status == OrderStatus::Closed).then_some(filled));
        Order {
            id: self.id,
            client_order_id: self.client_order_id,
            at: self.at,
            symbol: self.symbol,
            kind: self.kind,
            time_in_force: self.time_in_force,
            post_only: self.post_only || self.time_in_force == TimeInForce::Gtx,
            // Orders of hedge mode are never reduce-only: one against the side of its position closes.
            reduce_only: self.reduce_only || self.position_side.is_closed_by(self.side),
            side: self.side,
            position_side: self.position_side,
            price,
            stop_price: self.stop_price,
            callback_rate: self.callback_rate,
            amount,
            cost: cost.normalize(),
            average,
            filled,
            remaining: amount.map(|amount| (amount - filled).normalize()),
            status: self.status,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_goes_both_ways() {
        for futures in [true, false] {
            for given in OrderType::ALL.iter().copied() {
                assert_eq!(kind(kind_word(given, futures), futures), given);
            }
        }
    }

    #[test]
    fn only_the_exchange_calls_an_order_final() {
        for word in ["NEW", "PARTIALLY_FILLED", "PENDING_CANCEL", "TRIGGERING", "TRIGGERED", "SOMETHING_NEW"]
        {
            assert_eq!(status(word), OrderStatus::Open, "{word}");
        }
        assert_eq!(status("EXPIRED_IN_MATCH"), OrderStatus::Expired);
    }
}
