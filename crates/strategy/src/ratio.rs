//! Fractions, rates and profits as integers in units of 10^-10.

use domain::Decimal;

/// A fraction: 0.01 is one percent. It has ten decimal places, so that a percentage has the eight that the
/// API shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ratio(i64);

impl Ratio {
    /// The number of parts in one.
    pub const ONE: i64 = 10_000_000_000;
    /// Zero.
    pub const ZERO: Self = Self(0);
    /// Minus one: a total loss.
    pub const LOST: Self = Self(-Self::ONE);
    const SCALE: u32 = 10;

    /// Creates a ratio from parts of 10^-10.
    #[must_use]
    pub const fn from_parts(parts: i64) -> Self {
        Self(parts)
    }

    /// The ratio in parts of 10^-10.
    #[must_use]
    pub const fn parts(self) -> i64 {
        self.0
    }

    /// `numerator / denominator`, rounded down and saturating at the largest ratio. Zero if the denominator
    /// is not positive.
    pub(crate) fn of(numerator: i128, denominator: i128) -> Self {
        if denominator <= 0 {
            return Self::ZERO;
        }
        let parts = numerator.saturating_mul(i128::from(Self::ONE)).div_euclid(denominator);
        Self::clamp(parts)
    }

    pub(crate) fn clamp(parts: i128) -> Self {
        Self(i64::try_from(parts).unwrap_or(if parts < 0 { i64::MIN } else { i64::MAX }))
    }

    /// Converts a decimal; `None` if it has more than ten decimal places or is too large.
    #[must_use]
    pub fn from_decimal(value: Decimal) -> Option<Self> {
        let parts = value.checked_mul(Decimal::from(Self::ONE))?;
        if !parts.is_integer() {
            return None;
        }
        parts.try_into().ok().map(Self)
    }

    /// Converts a percentage: 1 becomes 0.01.
    #[must_use]
    pub fn from_percent(percent: Decimal) -> Option<Self> {
        Self::from_decimal(percent.checked_div(Decimal::ONE_HUNDRED)?)
    }

    /// Converts to a decimal, such as 0.01.
    #[must_use]
    pub fn decimal(self) -> Decimal {
        Decimal::new(self.0, Self::SCALE).normalize()
    }

    /// Converts to a percentage, such as 1.
    #[must_use]
    pub fn percent(self) -> Decimal {
        Decimal::new(self.0, Self::SCALE - 2).normalize()
    }

    /// This fraction of an amount, rounded down.
    pub(crate) fn share(self, amount: i128) -> i128 {
        amount.saturating_mul(i128::from(self.0)).div_euclid(i128::from(Self::ONE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::money;

    #[test]
    fn reads_and_writes_shares_and_percentages() {
        let given = |text| money::parse(text).unwrap();
        let ratio = Ratio::from_percent(given("-5.62505875")).unwrap();
        assert_eq!(ratio.percent(), given("-5.62505875"));
        assert_eq!(ratio.decimal(), given("-0.0562505875"));
        assert_eq!(Ratio::from_decimal(given("0.00000000001")), None);
        assert_eq!(Ratio::from_decimal(given("9999999999")), None);
    }

    #[test]
    fn rounds_against_us() {
        assert_eq!(Ratio::of(-1, 3).parts(), -3_333_333_334);
        assert_eq!(Ratio::of(1, 3).parts(), 3_333_333_333);
        assert_eq!(Ratio::of(1, 0), Ratio::ZERO);
        assert_eq!(Ratio::from_parts(-1).share(10), -1);
        assert_eq!(Ratio::of(i128::MAX, 1).parts(), i64::MAX);
    }
}
