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
        /// As the loss or the gain there, in quote units.
        Money = "money",
        /// As a multiple of the stop's distance from the entry price.
        R = "r",
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

/// The position that an exit is measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitBase {
    /// The entry price.
    pub entry: Decimal,
    /// The side of the entry.
    pub side: Side,
    /// The amount that leaves there, in base units, if known: money is measured by it.
    pub amount: Option<Decimal>,
    /// The stop's distance from the entry price (1 R), if known.
    pub risk: Option<Decimal>,
}

/// Returns the price of an exit that was entered as `value` in `unit`. A price is returned as entered; a price derived from
/// a distance is rounded to the market's tick, the stop's away from the entry. Money is without fees. `None` for a distance
/// that is not positive, for a price that would not be positive, if what the unit is measured by is not known, or if
/// numbers overflow.
#[must_use]
pub fn exit_price(
    kind: ExitKind,
    unit: LevelUnit,
    value: Decimal,
    base: &ExitBase,
    market: &Market,
) -> Option<Decimal> {
    let ExitBase { entry, side, amount, risk } = *base;
    let distance = match unit {
        LevelUnit::Price => return Some(value),
        LevelUnit::Percent => entry.times(value)?.over(Decimal::ONE_HUNDRED)?,
        LevelUnit::Distance => value,
        LevelUnit::Money => value.over(amount.filter(|amount| *amount > Decimal::ZERO)?)?,
        LevelUnit::R => value.times(risk?)?,
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

/// Returns an exit's price in `unit`: the opposite of [`exit_price`]. Percentages, money and multiples of R are rounded to
/// two decimals. `None` if what the unit is measured by is not positive or not known, or if numbers overflow.
#[must_use]
pub fn exit_value(unit: LevelUnit, price: Decimal, base: &ExitBase) -> Option<Decimal> {
    let distance = price.minus(base.entry)?.abs();
    let positive = |value: &Decimal| *value > Decimal::ZERO;
    match unit {
        LevelUnit::Price => Some(price),
        LevelUnit::Percent => {
            let entry = Some(base.entry).filter(positive)?;
            Some(distance.times(Decimal::ONE_HUNDRED)?.over(entry)?.round_dp(2))
        }
        LevelUnit::Distance => Some(distance),
        LevelUnit::Money => Some(distance.times(base.amount.filter(positive)?)?.round_dp(2)),
        LevelUnit::R => Some(distance.over(base.risk.filter(positive)?)?.round_dp(2)),
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

    /// A position of half a unit with a stop 100 away.
    fn base(entry: &str, side: Side) -> ExitBase {
        ExitBase { entry: d(entry), side, amount: Some(d("0.5")), risk: Some(d("100")) }
    }

    #[test]
    fn a_percentage_is_measured_from_the_entry_on_the_exits_side() {
        let price = |kind, side, value: &str| {
            exit_price(kind, LevelUnit::Percent, d(value), &base("10000", side), &market())
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
        let stop = |side| {
            let base = base("10000", side);
            exit_price(ExitKind::Stop, LevelUnit::Distance, d("100.04"), &base, &market())
        };
        assert_eq!(stop(Side::Buy), Some(d("9899.9")));
        assert_eq!(stop(Side::Sell), Some(d("10100.1")));
        let entered =
            exit_price(ExitKind::Stop, LevelUnit::Price, d("1.23"), &base("2", Side::Buy), &market());
        assert_eq!(entered, Some(d("1.23")), "a price is left for the filters to reject");
    }

    #[test]
    fn numbers_that_are_far_too_large_do_not_overflow() {
        let large = d("9999999999999999999999999999");
        for kind in [ExitKind::Stop, ExitKind::Target] {
            for side in [Side::Buy, Side::Sell] {
                let price = exit_price(kind, LevelUnit::Distance, large, &base("10000", side), &market());
                assert!(price.is_none_or(|price| market().check_price(price).is_err()));
            }
        }
        assert_eq!(exit_value(LevelUnit::Distance, Decimal::MIN, &base("10000", Side::Buy)), None);
        assert_eq!(target_r(d("10000"), d("9000"), Decimal::MIN), None);
    }

    #[test]
    fn a_price_has_a_value_in_each_unit() {
        let long = base("10000", Side::Buy);
        let value = |unit, price: &str| exit_value(unit, d(price), &long);
        assert_eq!(value(LevelUnit::Percent, "9800"), Some(d("2")));
        assert_eq!(value(LevelUnit::Distance, "10200"), Some(d("200")));
        assert_eq!(value(LevelUnit::Price, "10200"), Some(d("10200")));
        assert_eq!(
            value(LevelUnit::Money, "10200"),
            Some(d("100")),
            "half a unit gains half of the distance"
        );
        assert_eq!(value(LevelUnit::R, "10200"), Some(d("2")));
        let unknown = ExitBase { entry: Decimal::ZERO, amount: None, risk: Some(Decimal::ZERO), ..long };
        for unit in [LevelUnit::Percent, LevelUnit::Money, LevelUnit::R] {
            assert_eq!(exit_value(unit, d("1"), &unknown), None, "{unit:?}");
        }
    }

    #[test]
    fn money_and_r_are_measured_by_the_amount_and_by_the_stop() {
        let price = |kind, unit, value: &str, base| exit_price(kind, unit, d(value), &base, &market());
        let (long, short) = (base("10000", Side::Buy), base("10000", Side::Sell));
        assert_eq!(price(ExitKind::Stop, LevelUnit::Money, "50", long), Some(d("9900")));
        assert_eq!(price(ExitKind::Target, LevelUnit::Money, "50", short), Some(d("9900")));
        assert_eq!(price(ExitKind::Target, LevelUnit::R, "2.5", long), Some(d("10250")));
        let nothing = ExitBase { amount: None, risk: None, ..long };
        assert_eq!(price(ExitKind::Stop, LevelUnit::Money, "50", nothing), None);
        assert_eq!(price(ExitKind::Target, LevelUnit::R, "2", nothing), None);
        let empty = ExitBase { amount: Some(Decimal::ZERO), ..long };
        assert_eq!(price(ExitKind::Stop, LevelUnit::Money, "50", empty), None);
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
            let base = ExitBase { entry, side, amount: None, risk: None };
            if let Some(price) = exit_price(kind, LevelUnit::Distance, value, &base, &market()) {
                prop_assert!(money::on_step(price, market().tick));
                prop_assert!(price == entry || (price > entry) == (buy == target));
                prop_assert!((price - entry).abs() - value < market().tick);
            }
        }
    }
}
