//! The precision of balances.

use domain::Decimal;

/// Decimal places of balances.
pub(super) const PLACES: u32 = 8;

/// Rounds to balance precision (8 decimal places).
pub(super) fn cents(value: Decimal) -> Decimal {
    value.round_dp(PLACES).normalize()
}

/// Returns the value, or zero if it is negative. Unlike `max` it never returns a negative zero, which would
/// be serialized as `-0`.
pub(super) fn at_least_zero(value: Decimal) -> Decimal {
    if value > Decimal::ZERO { value } else { Decimal::ZERO }
}
