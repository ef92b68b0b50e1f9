//! Trading signals of strategies, and the validation shared by all their sources.

use crate::{Decimal, Side, key::words};

words! {
    /// The action of a signal.
    pub Action {
        /// Enter a position.
        Enter = "ENTER",
        /// Exit the position that an earlier signal entered.
        Exit = "EXIT",
    }
}

words! {
    /// The source of a signal.
    pub Source {
        /// The strategy's own rules, evaluated when a bar closes.
        Evaluator = "EVALUATOR",
        /// An external signal source, through the strategy's webhook.
        Hook = "HOOK",
        /// An admin, manually.
        Hand = "HAND",
    }
}

words! {
    /// The unit of the amount that an alert asks for, as 3Commas names it.
    pub AmountUnit {
        /// Units of the base asset.
        Base = "base",
        /// Units of the quote asset.
        Quote = "quote",
        /// Percent of the margin that is available.
        MarginPercent = "margin_percent",
        /// Percent of the open position.
        PositionPercent = "position_percent",
    }
}

/// The size of an entry that an alert asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalSize {
    /// The amount; more than zero.
    pub amount: Decimal,
    /// The unit of the amount.
    pub unit: AmountUnit,
}

/// Maximum number of targets; more would split a position into amounts too small to trade.
pub const MOST_TARGETS: usize = 25;

/// Error: the price levels of an entry are invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLevels {
    /// A price, stop or target is zero or negative.
    #[error("must be greater than zero")]
    NotPositive,
    /// The stop is not on the losing side of the price.
    #[error("must be below the price of a buy and above the price of a sell")]
    StopSide,
    /// The target with this index is not on the winning side of the price.
    #[error("must be above the price of a buy and below the price of a sell")]
    TargetSide(usize),
    /// More than [`MOST_TARGETS`] targets.
    #[error("too many")]
    TooManyTargets,
}

/// Checks an entry's stop and targets against the price at which it was decided.
///
/// # Errors
/// The first invalid level.
pub fn check_levels(side: Side, price: Decimal, stop: Decimal, targets: &[Decimal]) -> Result<(), BadLevels> {
    if price <= Decimal::ZERO || stop <= Decimal::ZERO || targets.iter().any(|t| *t <= Decimal::ZERO) {
        return Err(BadLevels::NotPositive);
    }
    if targets.len() > MOST_TARGETS {
        return Err(BadLevels::TooManyTargets);
    }
    let beyond = |level: Decimal| match side {
        Side::Buy => level > price,
        Side::Sell => level < price,
    };
    if stop == price || beyond(stop) {
        return Err(BadLevels::StopSide);
    }
    targets.iter().position(|target| !beyond(*target)).map_or(Ok(()), |i| Err(BadLevels::TargetSide(i)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn levels_are_on_their_sides() {
        let d = |n: i64| Decimal::from(n);
        let check = |side, stop, targets: &[i64]| {
            check_levels(side, d(100), d(stop), &targets.iter().map(|t| d(*t)).collect::<Vec<_>>())
        };
        assert_eq!(check(Side::Buy, 90, &[110, 120]), Ok(()));
        assert_eq!(check(Side::Sell, 110, &[90]), Ok(()));
        assert_eq!(check(Side::Sell, 110, &[]), Ok(()));
        assert_eq!(check(Side::Buy, 100, &[]), Err(BadLevels::StopSide));
        assert_eq!(check(Side::Buy, 110, &[]), Err(BadLevels::StopSide));
        assert_eq!(check(Side::Buy, 90, &[110, 100]), Err(BadLevels::TargetSide(1)));
        assert_eq!(check(Side::Buy, 0, &[]), Err(BadLevels::NotPositive));
        assert_eq!(check(Side::Buy, 90, &[110; 26]), Err(BadLevels::TooManyTargets));
    }

    proptest! {
        #[test]
        fn a_mirrored_entry_is_as_good(price in 1_i64..10_000, stop in 1_i64..10_000, target in 1_i64..10_000) {
            let d = |n: i64| Decimal::from(n);
            let mirror = |n: i64| d(20_000 - n);
            let long = check_levels(Side::Buy, d(price), d(stop), &[d(target)]);
            prop_assert_eq!(long, check_levels(Side::Sell, mirror(price), mirror(stop), &[mirror(target)]));
            prop_assert_eq!(long.is_ok(), stop < price && price < target);
        }
    }
}
