//! The result of a closed position in words.

use super::words::Words;
use domain::{Decimal, figures, sizing::r_multiple};
use store::copy::CopyTrade;

/// A profit as a multiple of what the whole copied position risked.
pub(super) fn in_r(usd: Decimal, copy: &CopyTrade) -> Option<Decimal> {
    r_multiple(usd, copy.entry_price?.0, copy.stop?.0, copy.amount?.0)
}

/// `+12.30 USD (+1.25 % of the entry value, +0.80 R)`.
pub(super) fn result_text(
    words: &Words,
    usd: Decimal,
    percent: Option<Decimal>,
    r: Option<Decimal>,
) -> String {
    let usd = &figures::signed_cents(usd);
    let percent = percent.map(figures::signed_percent);
    let r = r.map(figures::signed_cents);
    match (percent, r) {
        (None, None) => words.result_usd(usd),
        (Some(percent), None) => words.result_percent(usd, &percent),
        (None, Some(r)) => words.result_r(usd, &r),
        (Some(percent), Some(r)) => words.result_percent_r(usd, &percent, &r),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messaging::notify::words::words;
    use language::Lang;

    #[test]
    fn a_result_has_its_sign_and_two_places() {
        let (d, words) = (|text: &str| domain::money::parse(text).unwrap(), words(Lang::En));
        assert_eq!(
            result_text(words, d("12.3"), Some(d("1.254")), None),
            "+12.30 USD (+1.25% of the entry value)"
        );
        assert_eq!(result_text(words, d("-0.005"), None, None), "0.00 USD");
        let text = result_text(words, d("-1007"), Some(d("-0.5")), Some(d("-1.02")));
        assert_eq!(text, "−1,007.00 USD (−0.50% of the entry value, −1.02 R)");
        assert_eq!(result_text(words, d("20"), None, Some(d("2"))), "+20.00 USD (+2.00 R)");
    }
}
