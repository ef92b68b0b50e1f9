//! Number formatting as on Binance: strings with a fixed number of decimals.

use super::time_unit::stamp;
use domain::{Decimal, Micros};
use rust_decimal::RoundingStrategy;

/// Decimal places of spot assets and of amounts of money on futures.
const ASSET: u32 = 8;

/// Formats with exactly `decimals` digits after the decimal point, truncating further digits.
pub(crate) fn fixed(value: Decimal, decimals: u32) -> String {
    let mut value = value.round_dp_with_strategy(decimals, RoundingStrategy::ToZero);
    value.rescale(decimals);
    if value.is_zero() {
        // Avoids a negative zero.
        value.set_sign_positive(true);
    }
    value.to_string()
}

/// Formats with eight decimals.
pub(crate) fn asset(value: Decimal) -> String {
    fixed(value, ASSET)
}

/// Formats with as many decimals as the step has, or more if the value needs them, so nothing is truncated.
pub(crate) fn stepped(value: Decimal, step: Decimal) -> String {
    fixed(value, step.normalize().scale().max(value.normalize().scale()))
}

/// A time since the Unix epoch in the present unit, or zero for `None`.
pub(crate) fn stamp_or_zero(at: Option<Micros>) -> i64 {
    at.map_or(0, stamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_a_fixed_number_of_decimals() {
        assert_eq!(asset(Decimal::new(5, 1)), "0.50000000");
        assert_eq!(asset(Decimal::new(-1, 12)), "0.00000000");
        assert_eq!(stepped(Decimal::new(12_345, 1), Decimal::new(10, 2)), "1234.5");
        assert_eq!(stepped(Decimal::from(7), Decimal::new(1, 3)), "7.000");
        assert_eq!(stepped(Decimal::from(7), Decimal::ONE), "7");
        assert_eq!(stepped(Decimal::new(70_010, 4), Decimal::ONE), "7.001");
    }
}
