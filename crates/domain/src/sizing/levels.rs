//! Stop and take-profit prices that are entered relative to the entry price.

use crate::money::Arithmetic as _;
use crate::{Decimal, Market, Side, key::words, money};

words! {
    /// The unit in which a stop or take-profit is entered.
    pub LevelUnit {
        /// As a price, in quote units.
        Price = "price",
        /// As a distance from the entry price, in percent of it.
        Percent = "percent",
        /// As a distance from the entry price, in quote units.
        Distance = "distance",
    }
}

/// An exit of a position: it decides on which side of the entry price a distance is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitKind {
    /// The stop: on the losing side.
    Stop,
    /// A take-profit: on the winning side.
    Target,
}

/// Returns the price of an exit that was entered as `value` in `unit`. `side` is the side of the entry. A price is
/// returned as entered; a price derived from a distance is rounded to the market's tick, the stop's away from the
/// entry. `None` for a distance that is not positive, for a price that would not be positive, or if numbers overflow.
#[must_use]
pub fn exit_price(
    kind: ExitKind,
    unit: LevelUnit,
    value: Decimal,
    entry: Decimal,
    side: Side,
    market: &Market,
) -> Option<Decimal> {
    let distance = match unit {
        LevelUnit::Price => return Some(value),
        LevelUnit::Percent => entry.times(value)?.over(Decimal::ONE_HUNDRED)?,
        LevelUnit::Distance => value,
    };
    if distance <= Decimal::ZERO {
        return None;
    }
    let above = (side == Side::Buy) == (kind == ExitKind::Target);
    let price = if above { entry.plus(distance)? } else { entry.minus(distance)? };
    let price = match kind {
        ExitKind::Stop => market.price_to_tick(price, side),
        ExitKind::Target => money::round_to(price, market.tick),
    };
    (price > Decimal::ZERO).then_some(price)
}

/// Returns an exit's price in `unit`: the opposite of [`exit_price`]. A percentage is rounded to two decimals. `None` if
/// the entry price is not positive or numbers overflow.
#[must_use]
pub fn exit_value(unit: LevelUnit, price: Decimal, entry: Decimal) -> Option<Decimal> {
    let distance = price.minus(entry)?.abs();
    match unit {
        LevelUnit::Price => Some(price),
        LevelUnit::Percent if entry > Decimal::ZERO => {
            Some(distance.times(Decimal::ONE_HUNDRED)?.over(entry)?.round_dp(2))
        }
        LevelUnit::Percent => None,
        LevelUnit::Distance => Some(distance),
    }
}

/// Returns the distance of a take-profit from the entry as a multiple of the stop's distance (R), without fees, to two
/// decimals. `None` without a distance to the stop, or if numbers overflow.
#[must_use]
pub fn target_r(entry: Decimal, stop: Decimal, target: Decimal) -> Option<Decimal> {
    super::r_multiple(target.minus(entry)?.abs(), entry, stop, Decimal::ONE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sizing::tests::{d, market};
    use proptest::prelude::*;

    #[test]
    fn a_percentage_is_measured_from_the_entry_on_the_exits_side() {
        let price = |kind, side, value: &str| {
            exit_price(kind, LevelUnit::Percent, d(value), d("10000"), side, &market())
        };
        assert_eq!(price(ExitKind::Stop, Side::Buy, "2"), Some(d("9800")));
        assert_eq!(price(ExitKind::Stop, Side::Sell, "2"), Some(d("10200")));
        assert_eq!(price(ExitKind::Target, Side::Buy, "2"), Some(d("10200")));
        assert_eq!(price(ExitKind::Target, Side::Sell, "2"), Some(d("9800")));
        assert_eq!(price(ExitKind::Stop, Side::Buy, "0"), None);
        assert_eq!(price(ExitKind::Stop, Side::Buy, "100"), None, "a price of zero");
        assert_eq!(price(ExitKind::Stop, Side::Buy, "-2"), None, "not on the other side");
    }

    #[test]
    fn a_derived_stop_is_rounded_away_from_the_entry() {
        let stop =
            |side| exit_price(ExitKind::Stop, LevelUnit::Distance, d("100.04"), d("10000"), side, &market());
        assert_eq!(stop(Side::Buy), Some(d("9899.9")));
        assert_eq!(stop(Side::Sell), Some(d("10100.1")));
        let entered = exit_price(ExitKind::Stop, LevelUnit::Price, d("1.23"), d("2"), Side::Buy, &market());
        assert_eq!(entered, Some(d("1.23")), "a price is left for the filters to reject");
    }

    #[test]
    fn numbers_that_are_far_too_large_do_not_overflow() {
        let large = d("9999999999999999999999999999");
        for kind in [ExitKind::Stop, ExitKind::Target] {
            for side in [Side::Buy, Side::Sell] {
                let price = exit_price(kind, LevelUnit::Distance, large, d("10000"), side, &market());
                assert!(price.is_none_or(|price| market().check_price(price).is_err()));
            }
        }
        assert_eq!(exit_value(LevelUnit::Distance, Decimal::MIN, d("10000")), None);
        assert_eq!(target_r(d("10000"), d("9000"), Decimal::MIN), None);
    }

    #[test]
    fn a_price_has_a_value_in_each_unit() {
        assert_eq!(exit_value(LevelUnit::Percent, d("9800"), d("10000")), Some(d("2")));
        assert_eq!(exit_value(LevelUnit::Distance, d("10200"), d("10000")), Some(d("200")));
        assert_eq!(exit_value(LevelUnit::Price, d("10200"), d("10000")), Some(d("10200")));
        assert_eq!(exit_value(LevelUnit::Percent, d("1"), Decimal::ZERO), None);
    }

    #[test]
    fn a_take_profit_is_a_multiple_of_the_stops_distance() {
        assert_eq!(target_r(d("100"), d("95"), d("110")), Some(d("2")));
        assert_eq!(target_r(d("100"), d("106"), d("90")), Some(d("1.67")));
        assert_eq!(target_r(d("100"), d("100"), d("110")), None);
    }

    proptest! {
        #[test]
        fn a_derived_exit_is_on_its_side_and_on_the_tick(
            cents in 1_i64..100_000,
            entry in 2_000_i64..1_000_000,
            buy in any::<bool>(),
            target in any::<bool>(),
        ) {
            let side = if buy { Side::Buy } else { Side::Sell };
            let kind = if target { ExitKind::Target } else { ExitKind::Stop };
            let entry = Decimal::from(entry);
            let value = Decimal::new(cents, 2);
            if let Some(price) = exit_price(kind, LevelUnit::Distance, value, entry, side, &market()) {
                prop_assert!(money::on_step(price, market().tick));
                prop_assert!(price == entry || (price > entry) == (buy == target));
                prop_assert!((price - entry).abs() - value < market().tick);
            }
        }
    }
}
