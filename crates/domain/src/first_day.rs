//! First-day limits: bounds on the entries of an exchange key that was connected in live mode.
//!
//! They limit the value of each order and allow one market only. Closing, protecting and the panic button are never
//! limited. Their owner ends them; by themselves they end only if the owner chose so when connecting the key.

use crate::{
    Decimal, Micros, Side, Symbol,
    ticket::{Entry, ManualOrder},
    time::DAY,
};
use serde::{Deserialize, Serialize};

/// How long the limits last if their owner lets them end by themselves, in microseconds.
pub const LENGTH: i64 = DAY;

/// The limits of one exchange key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstDayLimits {
    /// The highest value of one order in USD, inclusive.
    pub cap_usd: Decimal,
    /// The only market that may be entered; `None` until the first order, whose market it becomes.
    pub market: Option<Symbol>,
    /// When the key was connected.
    pub started_at: Micros,
    /// When the limits end by themselves; `None` if only their owner ends them.
    pub ends_at: Option<Micros>,
    /// When their owner ended them.
    pub ended_at: Option<Micros>,
}

/// The owner's choices when a key is connected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstDayChoice {
    /// The market to allow; `None` for that of the first order.
    pub market: Option<Symbol>,
    /// Whether the limits end by themselves after [`LENGTH`].
    pub ends: bool,
}

/// The value of an entry and the highest value that its key's limits allow, in USD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CappedOrder {
    /// Value of the entry.
    pub value: Decimal,
    /// Highest value, inclusive.
    pub cap: Decimal,
}

impl CappedOrder {
    /// Returns whether the entry is larger than the limits allow.
    #[must_use]
    pub fn is_over(self) -> bool {
        self.value > self.cap
    }
}

impl FirstDayLimits {
    /// Creates the limits of a key that is connected at `now`.
    #[must_use]
    pub fn new(cap_usd: Decimal, choice: FirstDayChoice, now: Micros) -> Self {
        let FirstDayChoice { market, ends } = choice;
        Self { cap_usd, market, started_at: now, ends_at: ends.then(|| now.plus(LENGTH)), ended_at: None }
    }

    /// Returns whether they apply at `now`.
    #[must_use]
    pub fn is_active(&self, now: Micros) -> bool {
        self.ended_at.is_none() && self.ends_at.is_none_or(|end| now < end)
    }

    /// Returns whether entries on a market are allowed.
    #[must_use]
    pub fn allows_market(&self, symbol: &Symbol) -> bool {
        self.market.as_ref().is_none_or(|market| market == symbol)
    }
}

/// Returns the value of an entry in the quote asset, at the price most unfavourable to the limit that it may fill at;
/// `None` if it exceeds the range of a decimal. `last` is the market's last price.
#[must_use]
pub fn entry_value(order: &ManualOrder, last: Decimal) -> Option<Decimal> {
    let price = match order.entry {
        Entry::Market => last,
        // Never fills above its limit.
        Entry::Limit(limit) | Entry::TimedLimit { price: limit, .. } | Entry::Until { price: limit, .. }
            if order.side == Side::Buy =>
        {
            limit
        }
        entry => entry.prices(last).into_iter().fold(last, Decimal::max),
    };
    price.checked_mul(order.amount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dec;

    fn symbol(text: &str) -> Symbol {
        text.parse().unwrap()
    }

    fn order(side: Side, entry: Entry) -> ManualOrder {
        ManualOrder {
            symbol: symbol("BTC/USDT"),
            side,
            entry,
            amount: dec!(0.5),
            targets: Vec::new(),
            stop: None,
            risk_percent: None,
        }
    }

    #[test]
    fn the_limits_end_by_themselves_only_if_their_owner_chose_so() {
        let now = Micros(1_000);
        let kept = FirstDayLimits::new(dec!(100), FirstDayChoice::default(), now);
        assert!(kept.is_active(now.plus(400 * DAY)));
        let short = FirstDayLimits::new(dec!(100), FirstDayChoice { market: None, ends: true }, now);
        assert!(short.is_active(now.plus(DAY - 1)));
        assert!(!short.is_active(now.plus(DAY)));
        let ended = FirstDayLimits { ended_at: Some(now), ..kept };
        assert!(!ended.is_active(now));
    }

    #[test]
    fn every_market_is_allowed_until_one_is_chosen() {
        let open = FirstDayLimits::new(dec!(100), FirstDayChoice::default(), Micros(0));
        assert!(open.allows_market(&symbol("ETH/USDT")));
        let choice = FirstDayChoice { market: Some(symbol("BTC/USDT")), ends: false };
        let chosen = FirstDayLimits::new(dec!(100), choice, Micros(0));
        assert!(chosen.allows_market(&symbol("BTC/USDT")));
        assert!(!chosen.allows_market(&symbol("ETH/USDT")));
    }

    #[test]
    fn an_order_may_be_as_large_as_the_cap() {
        assert!(!CappedOrder { value: dec!(100), cap: dec!(100) }.is_over());
        assert!(CappedOrder { value: dec!(100.01), cap: dec!(100) }.is_over());
    }

    #[test]
    fn the_value_is_that_of_the_worst_price_the_order_may_fill_at() {
        let value = |side, entry| entry_value(&order(side, entry), dec!(100));
        let trailing = Entry::Trailing { activation: dec!(90), callback_rate: dec!(1) };
        assert_eq!(value(Side::Buy, Entry::Market), Some(dec!(50)));
        assert_eq!(value(Side::Buy, Entry::Limit(dec!(90))), Some(dec!(45)), "fills at 90 or lower");
        assert_eq!(value(Side::Sell, Entry::Limit(dec!(90))), Some(dec!(50)), "fills at the market's price");
        assert_eq!(value(Side::Sell, Entry::Limit(dec!(120))), Some(dec!(60)));
        assert_eq!(value(Side::Buy, trailing), Some(dec!(50)));
        let huge = ManualOrder { amount: Decimal::MAX, ..order(Side::Buy, Entry::Market) };
        assert_eq!(entry_value(&huge, dec!(100)), None);
    }
}
