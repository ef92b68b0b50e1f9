//! Closed trades: positions from their first fill to their end, manual and copied ones alike.

use crate::{
    Decimal, ExchangeKeyId, Micros, PositionSide, StrategyId, Symbol, key::words, profit::Profit,
    sizing::r_multiple,
};

words! {
    /// How a position was closed, by the order of its last fill.
    pub ExitReason {
        /// Its stop was reached.
        Stop = "STOP",
        /// Its last take profit was reached.
        Target = "TARGET",
        /// It was open as long as its owner allows.
        TimeLimit = "TIME_LIMIT",
        /// Its owner closed or replaced it.
        Manual = "MANUAL",
        /// The strategy gave an exit signal or entered the opposite side.
        Signal = "SIGNAL",
        /// Its owner stopped copying and chose to close it.
        Owner = "OWNER",
        /// The panic button was used.
        Panic = "PANIC",
        /// A risk rule closed it.
        Rule = "RULE",
        /// Its stop was lost and could not be placed again.
        Unprotected = "UNPROTECTED",
        /// The exchange liquidated it.
        Liquidation = "LIQUIDATION",
        /// It was closed outside Slipstream.
        Elsewhere = "ELSEWHERE",
    }
}

words! {
    /// The origin of a position.
    pub Source {
        /// A manual order.
        Manual = "MANUAL",
        /// A strategy that was copied.
        Strategy = "STRATEGY",
        /// An order outside Slipstream.
        Elsewhere = "ELSEWHERE",
    }
}

words! {
    /// The figure that a list of closed trades is sorted by.
    pub SortBy {
        /// When it was closed.
        Closed = "closed",
        /// The net profit.
        Result = "result",
        /// The fees.
        Fees = "fees",
        /// The time from the first to the last fill.
        Duration = "duration",
    }
}

/// A closed trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedTrade {
    /// The key it was traded with.
    pub key: ExchangeKeyId,
    /// Name of the key.
    pub key_name: String,
    /// Trading pair.
    pub symbol: Symbol,
    /// Direction of the position.
    pub side: PositionSide,
    /// The origin of the position.
    pub source: Source,
    /// The strategy it was copied from, with its name.
    pub strategy: Option<(StrategyId, String)>,
    /// Time of the first fill.
    pub opened_at: Micros,
    /// Time of the last fill.
    pub closed_at: Micros,
    /// Amount entered in total, in base units.
    pub amount: Decimal,
    /// Average price of the entries.
    pub entry_price: Decimal,
    /// Average price of the exits.
    pub exit_price: Option<Decimal>,
    /// Stop price at the entry, if there was one.
    pub stop: Option<Decimal>,
    /// Profit in quote units.
    pub profit: Profit,
    /// How it was closed.
    pub exit: ExitReason,
}

impl ClosedTrade {
    /// Returns the result in R; `None` without a stop.
    #[must_use]
    pub fn result_in_r(&self) -> Option<Decimal> {
        r_multiple(self.profit.net(), self.entry_price, self.stop?, self.amount)
    }

    /// Returns the time from the first to the last fill, in microseconds.
    #[must_use]
    pub const fn duration(&self) -> i64 {
        self.closed_at.since(self.opened_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::parse;

    #[test]
    fn the_result_in_r_counts_fees_and_funding() {
        let d = |text| parse(text).unwrap();
        let trade = ClosedTrade {
            key: ExchangeKeyId(uuid::Uuid::nil()),
            key_name: "Main".into(),
            symbol: "BTC/USDT".parse().unwrap(),
            side: PositionSide::Long,
            source: Source::Manual,
            strategy: None,
            opened_at: Micros(5),
            closed_at: Micros(12),
            amount: d("2"),
            entry_price: d("100"),
            exit_price: Some(d("110")),
            stop: Some(d("95")),
            profit: Profit { realized: d("20"), unrealized: d("0"), fees: d("0.4"), funding: d("-0.4") },
            exit: ExitReason::Target,
        };
        assert_eq!((trade.result_in_r(), trade.duration()), (Some(d("2")), 7));
        assert_eq!(ClosedTrade { stop: None, ..trade }.result_in_r(), None);
    }
}
