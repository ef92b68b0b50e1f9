//! Number formatting for pages and messages: digits grouped in threes, with a true minus sign. The results
//! are for display only, never for calculation.

use crate::{Decimal, money};

/// Groups the integer digits of a decimal's text in threes: `10800.1` becomes `10,800.1`.
#[must_use]
pub fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("−", rest));
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut out = String::with_capacity(text.len() + 8);
    out.push_str(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out.push_str(rest);
    out
}

/// Formats a decimal at full precision, grouped.
#[must_use]
pub fn decimal(value: Decimal) -> String {
    grouped(&money::text(value))
}

/// Formats an average price, rounded to seven significant figures.
#[must_use]
pub fn price(value: Decimal) -> String {
    decimal(value.round_sf(7).unwrap_or(value))
}

/// Formats a sum, rounded to the cent: `1,234.50`.
#[must_use]
pub fn cents(value: Decimal) -> String {
    let value = value.round_dp(2);
    // Zero is written without a sign, although a decimal zero can be negative.
    let value = if value.is_zero() { Decimal::ZERO } else { value };
    grouped(&format!("{value:.2}"))
}

/// Formats a profit or loss, rounded to the cent, with its sign.
#[must_use]
pub fn signed_cents(value: Decimal) -> String {
    let text = cents(value);
    if value.round_dp(2) > Decimal::ZERO { format!("+{text}") } else { text }
}

/// Formats a profit or loss in percent, with its sign: `−3.15%`.
#[must_use]
pub fn signed_percent(value: Decimal) -> String {
    signed_cents(value) + "%"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        money::parse(text).unwrap()
    }

    #[test]
    fn groups_by_threes() {
        for (plain, shown) in [
            ("0.05", "0.05"),
            ("999", "999"),
            ("10800.1", "10,800.1"),
            ("-1234567.89", "−1,234,567.89"),
            ("", ""),
        ] {
            assert_eq!(grouped(plain), shown);
        }
    }

    #[test]
    fn prices_have_seven_figures_and_amounts_all() {
        assert_eq!(
            (decimal(d("0.0500")), decimal(d("-1234567.89"))),
            ("0.05".into(), "−1,234,567.89".into())
        );
        assert_eq!(
            (price(d("10792.98526")), price(d("0.000123456789"))),
            ("10,792.99".into(), "0.0001234568".into())
        );
    }

    #[test]
    fn sums_end_at_the_cent_and_nothing_has_no_sign() {
        for (value, plain, signed) in [
            (d("10000"), "10,000.00", "+10,000.00"),
            (d("-0.001"), "0.00", "0.00"),
            (-Decimal::ZERO, "0.00", "0.00"),
            (d("-3.146"), "−3.15", "−3.15"),
        ] {
            assert_eq!((cents(value).as_str(), signed_cents(value).as_str()), (plain, signed));
        }
        assert_eq!(
            (signed_percent(d("1.254")), signed_percent(d("-5.62505875"))),
            ("+1.25%".into(), "−5.63%".into())
        );
    }
}
