//! Conversion between indicator values (`f64`) and prices (integers), which happens only in this module.

use crate::Ratio;
use domain::{Decimal, PositionSide};

/// Units of [`Price`] per quote unit.
const UNITS: i64 = 100_000_000;
/// Decimal places of a [`Price`].
const SCALE: u32 = 8;

/// A price as an integer number of 10^-8 quote units, the same unit as the ledger uses; always positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(i64);

impl Price {
    /// Creates a price from units of 10^-8; `None` unless positive.
    #[must_use]
    pub const fn from_units(units: i64) -> Option<Self> {
        if units > 0 { Some(Self(units)) } else { None }
    }

    /// The price in units of 10^-8.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.0
    }

    /// Converts a decimal; `None` if it is not positive, has more than eight decimal places, or is too large.
    #[must_use]
    pub fn from_decimal(value: Decimal) -> Option<Self> {
        let units = value.checked_mul(Decimal::from(UNITS))?;
        if !units.is_integer() {
            return None;
        }
        Self::from_units(units.try_into().ok()?)
    }

    /// Converts to an exact decimal.
    #[must_use]
    pub fn decimal(self) -> Decimal {
        Decimal::new(self.0, SCALE).normalize()
    }

    /// Converts for indicators. Returns the nearest `f64` to the decimal, as parsing its text would, for
    /// prices up to 90 million.
    #[must_use]
    pub fn opinion(self) -> f64 {
        self.0 as f64 / UNITS as f64
    }

    /// The mean of `count` prices with this sum, rounded to the nearest unit.
    pub(crate) fn mean(sum: i128, count: i128) -> Option<Self> {
        Self::from_units(i64::try_from((sum + count / 2).checked_div(count)?).ok()?)
    }
}

/// Converts a decimal for indicators. Returns the nearest `f64` for up to 15 digits.
#[must_use]
pub fn opinion(value: Decimal) -> f64 {
    let value = value.normalize();
    let power = i32::try_from(value.scale()).unwrap_or(0);
    value.mantissa() as f64 / 10_f64.powi(power)
}

/// A market's tick size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticks(i64);

impl Ticks {
    /// Creates a tick size; `None` if it is not a valid [`Price`].
    #[must_use]
    pub fn new(tick: Decimal) -> Option<Self> {
        Price::from_decimal(tick).map(|step| Self(step.0))
    }

    /// The fill price of a market order: `price` worsened by a fraction and rounded to the tick beyond.
    pub(crate) fn slipped(self, price: Price, share: Ratio, buys: bool) -> Price {
        if share == Ratio::ZERO {
            return price;
        }
        let units = i128::from(price.0);
        let moved = share.share(units);
        if buys { self.up(units + moved) } else { self.down(units - moved) }.unwrap_or(price)
    }

    /// The level at this fraction of `price` away, on the side where a position gains or loses.
    pub(crate) fn away(self, price: Price, share: Ratio, side: PositionSide, gains: bool) -> Option<Price> {
        self.moved(price, share.share(i128::from(price.0)), side, gains)
    }

    /// The level at `multiple` times the distance from `price` to `stop`, on the profitable side.
    pub(crate) fn reward(
        self,
        price: Price,
        stop: Price,
        multiple: Ratio,
        side: PositionSide,
    ) -> Option<Price> {
        let risk = i128::from(price.0.abs_diff(stop.0));
        self.moved(price, multiple.share(risk), side, true)
    }

    /// The level at an indicator's distance, on the losing side.
    pub(crate) fn against(self, price: Price, distance: f64, side: PositionSide) -> Option<Price> {
        self.moved(price, units(distance)?, side, false)
    }

    /// The level at an indicator's value.
    pub(crate) fn level(self, opinion: f64, side: PositionSide) -> Option<Price> {
        self.on_tick(units(opinion)?, side)
    }

    fn moved(self, price: Price, distance: i128, side: PositionSide, gains: bool) -> Option<Price> {
        let upwards = (side == PositionSide::Long) == gains;
        let units = i128::from(price.0);
        self.on_tick(if upwards { units + distance } else { units - distance }, side)
    }

    /// Rounds a long's levels down and a short's up, so that a stop is never nearer, nor a target farther,
    /// than requested.
    fn on_tick(self, units: i128, side: PositionSide) -> Option<Price> {
        match side {
            PositionSide::Long => self.down(units),
            PositionSide::Short => self.up(units),
        }
    }

    fn down(self, units: i128) -> Option<Price> {
        let tick = i128::from(self.0);
        Price::from_units(i64::try_from(units.div_euclid(tick) * tick).ok()?)
    }

    fn up(self, units: i128) -> Option<Price> {
        self.down(units + i128::from(self.0) - 1)
    }
}

/// `None` for NaN and for values too large for a price.
fn units(opinion: f64) -> Option<i128> {
    let units = (opinion * UNITS as f64).round();
    (units.abs() < i64::MAX as f64).then_some(units as i128)
}

#[cfg(test)]
mod tests {
    use super::*;
    use PositionSide::{Long, Short};
    use domain::money;
    use proptest::prelude::*;

    fn price(text: &str) -> Price {
        Price::from_decimal(money::parse(text).unwrap()).unwrap()
    }

    fn ticks(text: &str) -> Ticks {
        Ticks::new(money::parse(text).unwrap()).unwrap()
    }

    #[test]
    fn levels_are_rounded_to_the_tick_on_the_safe_side() {
        let (tenth, at) = (ticks("0.1"), price("30000"));
        let two = Ratio::from_percent(money::parse("2.00011").unwrap()).unwrap();
        assert_eq!(tenth.away(at, two, Long, false), Some(price("29399.9")));
        assert_eq!(tenth.away(at, two, Short, false), Some(price("30600.1")));
        assert_eq!(tenth.away(at, two, Long, true), Some(price("30600")));
        assert_eq!(tenth.against(at, 12.34, Long), Some(price("29987.6")));
        assert_eq!(tenth.level(29_987.66, Short), Some(price("29987.7")));
        let triple = Ratio::from_decimal(Decimal::from(3)).unwrap();
        assert_eq!(tenth.reward(at, price("29900"), triple, Long), Some(price("30300")));
        assert_eq!(tenth.reward(at, price("30100"), triple, Short), Some(price("29700")));
    }

    #[test]
    fn invalid_prices_are_rejected() {
        for bad in ["0", "-1", "0.000000001", "99999999999999"] {
            assert_eq!(Price::from_decimal(money::parse(bad).unwrap()), None, "{bad}");
        }
        assert_eq!(ticks("0.1").level(f64::NAN, Long), None);
        assert_eq!(ticks("0.1").level(f64::INFINITY, Long), None);
        assert_eq!(ticks("0.1").against(price("1"), 5.0, Long), None);
        assert_eq!(Ticks::new(Decimal::ZERO), None);
    }

    #[test]
    fn slippage_is_against_us() {
        let share = Ratio::from_decimal(money::parse("0.0001").unwrap()).unwrap();
        assert_eq!(ticks("0.1").slipped(price("30000"), share, true), price("30003"));
        assert_eq!(ticks("0.1").slipped(price("30000.5"), share, false), price("29997.4"));
        assert_eq!(ticks("0.1").slipped(price("30000.55"), Ratio::ZERO, true), price("30000.55"));
    }

    proptest! {
        #[test]
        fn prices_read_as_their_text_does(units in 1_i64..9_000_000_000_000_000) {
            let price = Price::from_units(units).unwrap();
            let parsed: f64 = money::text(price.decimal()).parse().unwrap();
            prop_assert_eq!(price.opinion(), parsed);
            prop_assert_eq!(Price::from_decimal(price.decimal()), Some(price));
        }

        #[test]
        fn decimals_read_as_their_text_does(units in 0_i64..1_000_000_000_000_000, scale in 0_u32..9) {
            let value = Decimal::new(units, scale);
            prop_assert_eq!(opinion(value), money::text(value).parse::<f64>().unwrap());
        }
    }
}
