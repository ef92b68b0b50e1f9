//! A market's trading rules: the prices and amounts that the exchange accepts.

use crate::money::Arithmetic as _;
use crate::{Decimal, Side, Symbol, TradeType, money};
use serde::{Deserialize, Serialize};

/// A market of an exchange, with the filters that an order must pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Market {
    /// Trading pair.
    pub symbol: Symbol,
    /// Spot or futures.
    pub trade_type: TradeType,
    /// Smallest price step (Binance `PRICE_FILTER.tickSize`).
    pub tick: Decimal,
    /// Lowest accepted price.
    pub min_price: Decimal,
    /// Highest accepted price.
    pub max_price: Decimal,
    /// Smallest amount step (`LOT_SIZE.stepSize`).
    pub lot: Decimal,
    /// Smallest amount of one order.
    pub min_amount: Decimal,
    /// Largest amount of one order.
    pub max_amount: Decimal,
    /// Minimum order value in quote units; reduce-only orders are exempt.
    pub min_notional: Decimal,
    /// Limits of a limit price around the mark price, as factors (`PERCENT_PRICE`): (0.85, 1.15).
    pub price_band: (Decimal, Decimal),
}

/// A filter that an order failed, named as Binance names it, with the limit it violated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FilterFailure {
    /// The price is not a multiple of the tick.
    Tick(Decimal),
    /// The price is outside the allowed range.
    Price(Decimal),
    /// The amount is not a multiple of the lot.
    Lot(Decimal),
    /// The amount is below the minimum.
    MinAmount(Decimal),
    /// The amount is above the maximum.
    MaxAmount(Decimal),
    /// The order value is below the minimum.
    MinNotional(Decimal),
}

impl FilterFailure {
    /// Returns Binance's name of the filter.
    #[must_use]
    pub const fn filter(&self) -> &'static str {
        match self {
            Self::Tick(_) | Self::Price(_) => "PRICE_FILTER",
            Self::Lot(_) | Self::MinAmount(_) | Self::MaxAmount(_) => "LOT_SIZE",
            Self::MinNotional(_) => "MIN_NOTIONAL",
        }
    }

    /// Returns the limit that was violated.
    #[must_use]
    pub const fn bound(&self) -> Decimal {
        match self {
            Self::Tick(d)
            | Self::Price(d)
            | Self::Lot(d)
            | Self::MinAmount(d)
            | Self::MaxAmount(d)
            | Self::MinNotional(d) => *d,
        }
    }
}

impl Market {
    /// Checks a price against tick size and range.
    ///
    /// # Errors
    /// The filter it fails.
    pub fn check_price(&self, price: Decimal) -> Result<(), FilterFailure> {
        if price < self.min_price {
            return Err(FilterFailure::Price(self.min_price));
        }
        if price > self.max_price {
            return Err(FilterFailure::Price(self.max_price));
        }
        if money::on_step(price, self.tick) { Ok(()) } else { Err(FilterFailure::Tick(self.tick)) }
    }

    /// Checks an amount against lot size and range.
    ///
    /// # Errors
    /// The filter it fails.
    pub fn check_amount(&self, amount: Decimal) -> Result<(), FilterFailure> {
        if amount < self.min_amount {
            return Err(FilterFailure::MinAmount(self.min_amount));
        }
        if amount > self.max_amount {
            return Err(FilterFailure::MaxAmount(self.max_amount));
        }
        if money::on_step(amount, self.lot) { Ok(()) } else { Err(FilterFailure::Lot(self.lot)) }
    }

    /// Checks the value of an opening order.
    ///
    /// # Errors
    /// [`FilterFailure::MinNotional`].
    pub fn check_notional(&self, price: Decimal, amount: Decimal) -> Result<(), FilterFailure> {
        match price.times(amount) {
            Some(worth) if worth < self.min_notional => Err(FilterFailure::MinNotional(self.min_notional)),
            _ => Ok(()),
        }
    }

    /// Rounds the stop price of a position to the tick in its unfavourable direction: down if the position was
    /// bought, up if it was sold.
    #[must_use]
    pub fn price_to_tick(&self, price: Decimal, side: Side) -> Decimal {
        let down = money::floor_to(price, self.tick);
        match side {
            Side::Buy => down,
            Side::Sell if down == price => down,
            Side::Sell => down.plus(self.tick).unwrap_or(down),
        }
    }
}
