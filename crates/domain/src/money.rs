//! Exact decimals: parsing that rejects what cannot be represented exactly, and a canonical text form.

pub use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy;
/// A constant decimal: `dec!(0.0005)`.
pub use rust_decimal_macros::dec;

/// Arithmetic for code that is part of the browser's bundles. The checked operations of [`Decimal`] itself are copied into each
/// caller, up to a kilobyte each time; these are compiled once. All return `None` if the result cannot be represented.
pub trait Arithmetic: Sized {
    /// The sum.
    fn plus(self, other: Decimal) -> Option<Decimal>;
    /// The difference.
    fn minus(self, other: Decimal) -> Option<Decimal>;
    /// The product.
    fn times(self, other: Decimal) -> Option<Decimal>;
    /// The quotient; `None` also for a divisor of zero.
    fn over(self, other: Decimal) -> Option<Decimal>;
    /// The remainder of a division; `None` also for a divisor of zero.
    fn rest(self, other: Decimal) -> Option<Decimal>;
}

impl Arithmetic for Decimal {
    #[inline(never)]
    fn plus(self, other: Decimal) -> Option<Decimal> {
        self.checked_add(other)
    }

    #[inline(never)]
    fn minus(self, other: Decimal) -> Option<Decimal> {
        // A zero keeps its sign, as in `checked_sub`.
        self.plus(if other.is_zero() { other } else { -other })
    }

    #[inline(never)]
    fn times(self, other: Decimal) -> Option<Decimal> {
        self.checked_mul(other)
    }

    #[inline(never)]
    fn over(self, other: Decimal) -> Option<Decimal> {
        self.checked_div(other)
    }

    #[inline(never)]
    fn rest(self, other: Decimal) -> Option<Decimal> {
        self.checked_rem(other)
    }
}

/// Error: the text is not a decimal number that can be represented exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number within 28 digits")]
pub struct NotADecimal;

/// Parses plain or exponent notation. Numbers of more than 28 significant digits are rejected, never rounded.
///
/// # Errors
/// [`NotADecimal`] for anything else.
pub fn parse(text: &str) -> Result<Decimal, NotADecimal> {
    let text = text.trim();
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, ""));
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let plain = mantissa
        .bytes()
        .enumerate()
        .all(|(i, b)| b.is_ascii_digit() || b == b'.' || (i == 0 && (b == b'-' || b == b'+')));
    if !plain || digits == 0 || digits > 28 || text.len() > 64 {
        return Err(NotADecimal);
    }
    let value = Decimal::from_str_exact(mantissa).map_err(|_| NotADecimal)?;
    if mantissa.len() == text.len() { Ok(value) } else { shifted(value, exponent).ok_or(NotADecimal) }
}

/// Returns `value` times ten to the power of `exponent`; `None` if that is not a decimal, or `exponent` not a whole number.
/// The parser for exponents of `Decimal` brings a second parser, which rounds.
fn shifted(mut value: Decimal, exponent: &str) -> Option<Decimal> {
    let scale = value.scale();
    if let Some(places) = exponent.strip_prefix('-') {
        let places: u32 = places.parse().ok()?;
        value.set_scale(scale.checked_add(places)?).ok()?;
        return Some(value);
    }
    let places: u32 = exponent.parse().ok()?;
    if places > Decimal::MAX_SCALE {
        return None;
    }
    value.set_scale(scale.saturating_sub(places)).ok()?;
    (scale..places).try_fold(value, |value, _| value.times(Decimal::TEN))
}

/// Returns the canonical text: no exponent, no trailing zeros, no negative zero.
#[must_use]
pub fn text(value: Decimal) -> String {
    value.normalize().to_string()
}

/// Rounds towards zero to a multiple of `step`; a step of zero leaves the value unchanged, and so does one that the value
/// has too many of to count.
#[must_use]
pub fn floor_to(value: Decimal, step: Decimal) -> Decimal {
    if step.is_zero() {
        return value;
    }
    let count = value.over(step).map(|count| count.trunc());
    count.and_then(|count| count.times(step)).unwrap_or(value).normalize()
}

/// Rounds to the nearest multiple of `step`, halves away from zero; otherwise as [`floor_to`].
#[must_use]
pub fn round_to(value: Decimal, step: Decimal) -> Decimal {
    if step.is_zero() {
        return value;
    }
    let nearest = |count: Decimal| count.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    let count = value.over(step).map(nearest);
    count.and_then(|count| count.times(step)).unwrap_or(value).normalize()
}

/// Returns whether `value` is a whole multiple of `step`.
#[must_use]
pub fn on_step(value: Decimal, step: Decimal) -> bool {
    step.is_zero() || value.rest(step).is_some_and(|rest| rest.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_it_can_keep() {
        for (given, kept) in [
            ("0.1", "0.1"),
            ("1e-8", "0.00000001"),
            ("-5.50", "-5.5"),
            ("+2", "2"),
            (".5", "0.5"),
            ("1E3", "1000"),
            ("1.25e1", "12.5"),
            ("-1.2e+10", "-12000000000"),
            ("1e28", "10000000000000000000000000000"),
            ("0.0e5", "0"),
        ] {
            assert_eq!(text(parse(given).unwrap()), kept, "{given}");
        }
    }

    #[test]
    fn refuses_what_it_cannot() {
        let forty = "1234567890123456789012345678901234567890";
        for bad in [
            "", "-", ".", "1_000", "0x10", "NaN", "inf", "1e400", "1e29", "12e28", "1e-29", "1e", "1e-",
            "1e5e5", "1e1.5", "0e400", "--1", "1-1", forty, "1.2.3", "１",
        ] {
            assert_eq!(parse(bad), Err(NotADecimal), "{bad}");
        }
    }

    #[test]
    fn a_difference_is_that_of_the_decimals() {
        let values = ["0", "0.00", "7", "-7", "2.50", "5000000000", "79228162514264337593543950335"];
        let values: Vec<Decimal> =
            values.iter().map(|v| Decimal::from_str_exact(v).unwrap()).flat_map(|v| [v, -v]).collect();
        for (a, b) in values.iter().flat_map(|a| values.iter().map(move |b| (*a, *b))) {
            let exact = |value: Option<Decimal>| value.map(|value| value.serialize());
            assert_eq!(exact(a.minus(b)), exact(a.checked_sub(b)), "{a} - {b}");
        }
    }

    #[test]
    fn a_value_with_too_many_steps_is_unchanged() {
        let (large, tick) = (parse("9999999999999999999999999999").unwrap(), Decimal::new(1, 1));
        assert_eq!(floor_to(large, tick), large);
        assert_eq!(round_to(-large, tick), -large);
    }

    proptest! {
        #[test]
        fn text_round_trips(units in any::<i64>(), scale in 0_u32..18) {
            let value = Decimal::new(units, scale);
            prop_assert_eq!(parse(&text(value)).unwrap(), value);
        }

        #[test]
        fn exponents_are_those_of_the_decimal(units in any::<i64>(), scale in 0_u32..18, exponent in -12_i32..12) {
            let text = format!("{}e{exponent}", Decimal::new(units, scale));
            prop_assert_eq!(parse(&text).ok(), Decimal::from_scientific(&text).ok());
        }

        #[test]
        fn flooring_stays_below_and_on_the_step(units in 0_i64..i64::MAX / 4, step in 1_i64..1_000_000, scale in 0_u32..8) {
            let (value, step) = (Decimal::new(units, 8), Decimal::new(step, scale));
            let floored = floor_to(value, step);
            prop_assert!(floored <= value && value - floored < step);
            prop_assert!(on_step(floored, step));
        }
    }
}
