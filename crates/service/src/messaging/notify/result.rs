//! The result of a closed position in words.

use super::words::{Words, fill};
use domain::{Decimal, figures, sizing::r_multiple};
use store::copy::CopyTrade;

/// A profit as a multiple of what the whole copied position risked.
pub(super) fn in_r(usd: Decimal, copy: &CopyTrade) -> Option<Decimal> {
    r_multiple(usd, copy.entry_price?.0, copy.stop?.0, copy.amount?.0)
}

/// `+12.30 USD (+1.25% of the entry value, +0.80 R)`.
pub(super) fn result_text(
    words: &Words,
    usd: Decimal,
    percent: Option<Decimal>,
    r: Option<Decimal>,
) -> String {
    let percent = percent.map(|percent| fill(words.of_entry, &[&figures::signed_percent(percent)]));
    let r = r.map(|r| fill(words.in_r, &[&figures::signed_cents(r)]));
    let parts: Vec<_> = percent.into_iter().chain(r).collect();
    let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
    format!("{} USD{parts}", figures::signed_cents(usd))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messaging::notify::words::EN;

    #[test]
    fn a_result_has_its_sign_and_two_places() {
        let d = |text: &str| domain::money::parse(text).unwrap();
        assert_eq!(
            result_text(&EN, d("12.3"), Some(d("1.254")), None),
            "+12.30 USD (+1.25% of the entry value)"
        );
        assert_eq!(result_text(&EN, d("-0.005"), None, None), "0.00 USD");
        let text = result_text(&EN, d("-1007"), Some(d("-0.5")), Some(d("-1.02")));
        assert_eq!(text, "−1,007.00 USD (−0.50% of the entry value, −1.02 R)");
        assert_eq!(result_text(&EN, d("20"), None, Some(d("2"))), "+20.00 USD (+2.00 R)");
    }
}
