//! How numbers are written in messages, for people: grouped by threes, with a real minus. The pages have the same rules
//! for their texts (`app`'s `figures`).

use domain::{Decimal, money};

/// As it is: `0.05`, `10,800.1`.
pub(crate) fn plain(value: Decimal) -> String {
    grouped(&money::text(value))
}

/// A price: nobody reads more than seven figures of it.
pub(crate) fn price(value: Decimal) -> String {
    plain(value.round_sf(7).unwrap_or(value))
}

/// To the cent: `1,234.50`.
pub(crate) fn cents(value: Decimal) -> String {
    let value = value.round_dp(2);
    // Nothing has no sign, though a decimal's zero may.
    let value = if value.is_zero() { Decimal::ZERO } else { value };
    grouped(&format!("{value:.2}"))
}

/// A gain or loss, to the cent, with its sign.
pub(crate) fn signed(value: Decimal) -> String {
    let text = cents(value);
    if value.round_dp(2) > Decimal::ZERO { format!("+{text}") } else { text }
}

/// A gain or loss in percent, with its sign: `−3.15%`.
pub(crate) fn percent(value: Decimal) -> String {
    format!("{}%", signed(value))
}

fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("−", rest));
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut out = sign.to_owned();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_signed() {
        let d = |text: &str| money::parse(text).unwrap();
        assert_eq!((plain(d("0.0500")), plain(d("-1234567.89"))), ("0.05".into(), "−1,234,567.89".into()));
        assert_eq!(
            (price(d("10792.98526")), price(d("0.000123456789"))),
            ("10,792.99".into(), "0.0001234568".into())
        );
        assert_eq!((cents(d("10000")), cents(d("-0.001"))), ("10,000.00".into(), "0.00".into()));
        assert_eq!(cents(-Decimal::ZERO), "0.00");
        assert_eq!(
            (signed(d("12.3")), signed(d("-3.146")), signed(d("-0.005"))),
            ("+12.30".into(), "−3.15".into(), "0.00".into())
        );
        assert_eq!((percent(d("1.254")), percent(d("-4.1"))), ("+1.25%".into(), "−4.10%".into()));
    }
}
