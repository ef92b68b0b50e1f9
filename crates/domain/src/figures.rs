//! Number formatting for pages and messages: digits grouped in threes, with a true minus sign. The results
//! are for display only, never for calculation.

use crate::{Decimal, money};

/// Groups the integer digits of a decimal's text in threes: `10800.1` becomes `10,800.1`.
#[must_use]
pub fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("−", rest));
    let point = digits.find('.').unwrap_or(digits.len());
    let mut out = String::with_capacity(text.len() + 8);
    out.push_str(sign);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place < point && (point - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
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

/// The sign that follows the number of a percentage, without a space as is usual in English.
pub const PERCENT: &str = "%";

/// Formats a profit or loss in percent, with its sign: `−3.15%`.
#[must_use]
pub fn signed_percent(value: Decimal) -> String {
    signed_cents(value) + PERCENT
}

/// Formats a percentage at full precision: `1.5%`.
#[must_use]
pub fn plain_percent(value: Decimal) -> String {
    decimal(value) + PERCENT
}

/// Formats a fraction as a percentage with one place: 0.25 is `25.0%`.
#[must_use]
pub fn share(value: Decimal) -> String {
    grouped(&format!("{:.1}", (value * Decimal::ONE_HUNDRED).round_dp(1))) + PERCENT
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
    fn a_percentage_has_no_space_before_its_sign() {
        assert_eq!(
            [plain_percent(d("1.50")), share(d("0.25")), share(d("0.05625059")), share(d("12"))],
            ["1.5%", "25.0%", "5.6%", "1,200.0%"]
        );
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
