//! When funding is due, and its rate. Pure arithmetic.

use domain::{Decimal, Micros, dec, time};

/// The interval between fundings: 00, 08 and 16 UTC.
pub(super) const EVERY: i64 = 8 * time::HOUR;
/// Interest rate for eight hours: 0.01 %.
const INTEREST: Decimal = dec!(0.0001);
/// Limit of the difference between rate and premium: 0.05 %.
const DAMPER: Decimal = dec!(0.0005);
/// Limit of the absolute rate: 0.3 %.
const BOUND: Decimal = dec!(0.003);

/// The first funding time after `at`.
pub(super) fn next(at: Micros) -> Micros {
    Micros((at.0.div_euclid(EVERY) + 1) * EVERY)
}

/// The funding rate for a premium, by Binance's formula: premium + clamp(interest - premium, ±0.05 %),
/// bounded.
pub(super) fn rate(premium: Decimal) -> Decimal {
    let rate = premium + (INTEREST - premium).clamp(-DAMPER, DAMPER);
    rate.clamp(-BOUND, BOUND).round_dp(8).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fundings_come_at_their_hours() {
        let day = Micros::from_date("2026-11-21").unwrap();
        assert_eq!(next(day), day.plus(8 * time::HOUR));
        assert_eq!(next(day.plus(EVERY - 1)), day.plus(8 * time::HOUR));
        assert_eq!(next(day.plus(23 * time::HOUR)), day.plus(24 * time::HOUR));
    }

    #[test]
    fn rates_are_bounded_and_rest_at_the_interest() {
        let d = |text: &str| text.parse::<Decimal>().unwrap();
        for (premium, want) in [
            ("0", "0.0001"),
            ("0.0002", "0.0001"),
            ("0.001", "0.0005"),
            ("-0.001", "-0.0005"),
            ("0.5", "0.003"),
            ("-0.5", "-0.003"),
        ] {
            assert_eq!(rate(d(premium)), d(want), "{premium}");
        }
    }
}
