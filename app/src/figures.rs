//! How numbers look. Works on decimal text, so that nothing here can change a value.

#[cfg(any(feature = "ssr", feature = "desk"))]
use domain::Decimal;

/// Groups the whole digits by threes: `10800.1` is `10,800.1`.
pub(crate) fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("−", rest));
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut out = String::with_capacity(text.len() + 8);
    out.push_str(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out.push_str(rest);
    out
}

/// Grouped, with zeros up to so many places, so that a moving price keeps its width.
pub(crate) fn steady(text: &str, places: usize) -> String {
    let mut shown = grouped(text);
    let has = text.find('.').map_or(0, |dot| text.len() - dot - 1);
    if has < places && !text.is_empty() {
        if has == 0 {
            shown.push('.');
        }
        shown.extend(std::iter::repeat_n('0', places - has));
    }
    shown
}

/// A signed percentage with two places: `+1.25%`.
pub(crate) fn percent(text: &str) -> String {
    if text.is_empty() { String::new() } else { signed(text) + "%" }
}

/// A gain or loss with two places: `+1,012.50`.
pub(crate) fn signed(text: &str) -> String {
    let negative = text.starts_with('-');
    let digits = text.trim_start_matches(['-', '+']);
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let cut = rest.get(..2).unwrap_or(rest);
    let zero = whole.bytes().chain(cut.bytes()).all(|b| b == b'0');
    let sign = if zero {
        ""
    } else if negative {
        "−"
    } else {
        "+"
    };
    format!("{sign}{}.{cut:0<2}", grouped(whole))
}

/// A gain or loss in percent, with its sign.
#[cfg(feature = "ssr")]
pub(crate) fn signed_percent(value: Decimal) -> String {
    percent(&domain::money::text(value.round_dp(2)))
}

/// A share of one as a percentage with one place: `0.25` is `25.0%`.
#[cfg(feature = "ssr")]
pub(crate) fn share(value: Decimal) -> String {
    grouped(&format!("{:.1}%", (value * Decimal::ONE_HUNDRED).round_dp(1)))
}

/// A decimal as it is, grouped.
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) fn decimal(value: Decimal) -> String {
    grouped(&domain::money::text(value))
}

/// An average price: nobody reads more than seven figures of it.
#[cfg(feature = "ssr")]
pub(crate) fn price(value: Decimal) -> String {
    decimal(value.round_sf(7).unwrap_or(value))
}

/// A sum in quote units, to the cent.
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) fn cents(value: Decimal) -> String {
    let value = value.round_dp(2);
    // Nothing has no sign, though a decimal's zero may.
    let value = if value.is_zero() { Decimal::ZERO } else { value };
    grouped(&format!("{value:.2}"))
}

/// A gain or loss, to the cent, with its sign.
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) fn signed_cents(value: Decimal) -> String {
    let text = cents(value);
    if value.round_dp(2) > Decimal::ZERO { format!("+{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[cfg(feature = "ssr")]
    #[test]
    fn sums_show_their_cents() {
        for (plain, shown) in [("-0.001", "0.00"), ("1234.5", "+1,234.50"), ("-3.146", "−3.15")] {
            assert_eq!(signed_cents(domain::money::parse(plain).unwrap()), shown);
        }
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn shares_and_profits_are_percentages() {
        let n = |text| domain::money::parse(text).unwrap();
        assert_eq!((share(n("0.25")), share(n("0.05625059"))), ("25.0%".to_owned(), "5.6%".to_owned()));
        assert_eq!(signed_percent(n("-5.62505875")), "−5.63%");
        assert_eq!(
            (price(n("10814.50326")), price(n("0.000123456789"))),
            ("10,814.5".into(), "0.0001234568".to_owned())
        );
        assert_eq!(
            (signed_percent(n("0.001")), signed_percent(n("7"))),
            ("0.00%".into(), "+7.00%".to_owned())
        );
    }

    #[test]
    fn a_price_keeps_its_width() {
        assert_eq!(steady("10850", 1), "10,850.0");
        assert_eq!(steady("10850.2", 2), "10,850.20");
        assert_eq!(steady("10850.25", 1), "10,850.25");
        assert_eq!((steady("", 2), steady("7", 0)), (String::new(), "7".to_owned()));
    }

    #[test]
    fn percentages_are_signed_and_cut() {
        for (plain, shown) in
            [("1.239", "+1.23%"), ("-0.5", "−0.50%"), ("0", "0.00%"), ("-0.001", "0.00%"), ("12", "+12.00%")]
        {
            assert_eq!(percent(plain), shown);
        }
    }
}
