//! Number formatting: what pages and messages share (`domain::figures`), and formatting of decimals that the
//! browser has as text only.

use domain::figures::PERCENT;
pub(crate) use domain::figures::grouped;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) use domain::figures::{cents, decimal, signed_cents};
#[cfg(feature = "ssr")]
pub(crate) use domain::figures::{plain_percent, price, share, signed_percent};

/// Grouped, padded with zeros to this many places, so that a changing price keeps its width.
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
    if text.is_empty() { String::new() } else { signed(text) + PERCENT }
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

#[cfg(test)]
mod tests {
    use super::*;

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
            [("1.239", "+1.23"), ("-0.5", "−0.50"), ("0", "0.00"), ("-0.001", "0.00"), ("12", "+12.00")]
        {
            assert_eq!(percent(plain), format!("{shown}%"));
        }
    }
}
