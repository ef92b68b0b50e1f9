//! Client order ids: derived from intent and leg, never random, so that an order can always be found again.

use super::seq;
use domain::IntentId;

/// Our prefix; Binance allows 36 characters of `[A-Za-z0-9-_]` in all.
const PREFIX: &str = "sl";
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62^22 > 2^128.
const DIGITS: usize = 22;

/// The client order id of one leg: `sl-<22 characters>-<leg>`, at most 31 characters.
#[must_use]
pub(crate) fn derive(intent: IntentId, seq: u16) -> String {
    let mut rest = intent.0.as_u128();
    let mut digits = [0_u8; DIGITS];
    for digit in digits.iter_mut().rev() {
        let index = usize::try_from(rest % 62).unwrap_or_default();
        *digit = ALPHABET[index];
        rest /= 62;
    }
    format!("{PREFIX}-{}-{seq}", String::from_utf8_lossy(&digits))
}

/// Whether this is the id of a stop or take-profit that this desk sent.
pub(crate) fn protects(client_order_id: &str) -> bool {
    let rest = client_order_id.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix('-'));
    let seq = rest.and_then(|rest| rest.rsplit_once('-')).and_then(|(_, seq)| seq.parse::<u16>().ok());
    seq.is_some_and(seq::is_protective)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;
    use uuid::Uuid;

    proptest! {
        #[test]
        fn fits_binances_rule_and_never_meets_another(a in any::<u128>(), b in any::<u128>(), seq in 0_u16..20_000) {
            let id = |n: u128, seq| derive(IntentId(Uuid::from_u128(n)), seq);
            let one = id(a, seq);
            prop_assert!(one.len() <= 36);
            prop_assert_eq!(protects(&one), (3..90).contains(&seq) || (100..10_000).contains(&seq));
            prop_assert!(one.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_'));
            let all: HashSet<_> = [(a, seq), (a, seq + 1), (b, seq)].iter().map(|(n, s)| id(*n, *s)).collect();
            prop_assert_eq!(all.len(), if a == b { 2 } else { 3 });
        }
    }
}
