//! Client order ids, derived from install, intent and leg and never random, so that an order can always be
//! found again, and a desk recognizes its own orders at an exchange even if its database does not know them.

use super::seq;
use domain::{
    Entropy, IntentId,
    client_order_id::{self, INTENT_CHARACTERS, PREFIX},
};
use uuid::Uuid;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Two characters that mark the orders of one install. They are stored in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Install([u8; 2]);

impl Install {
    /// Generates the characters of a new install.
    pub(crate) fn draw(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0_u8; 2];
        entropy.fill(&mut bytes);
        Self(bytes.map(|byte| character(byte, entropy)))
    }

    /// Parses the output of [`Self::code`].
    pub(crate) fn parse(code: &str) -> Option<Self> {
        let bytes: [u8; 2] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_alphanumeric).then_some(Self(bytes))
    }

    /// Returns the characters.
    pub(crate) fn code(self) -> String {
        self.0.map(char::from).iter().collect()
    }
}

/// Returns the character of a random byte. Bytes from 248 on are replaced by another: 62 doesn't divide 256, and
/// they would make the first eight characters likelier than the others.
fn character(mut byte: u8, entropy: &dyn Entropy) -> u8 {
    const EVEN: usize = 256 / ALPHABET.len() * ALPHABET.len();
    while usize::from(byte) >= EVEN {
        let mut next = [0_u8];
        entropy.fill(&mut next);
        byte = next[0];
    }
    ALPHABET[usize::from(byte) % ALPHABET.len()]
}

/// The parts of one of our client order ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parsed {
    /// The install that sent the order; `None` in ids of releases before install characters were introduced.
    pub(crate) install: Option<Install>,
    pub(crate) intent: IntentId,
    /// The number of the leg.
    pub(crate) seq: u16,
}

/// Returns the client order id of one leg: `sl<install>-<22 characters>-<leg>`, at most 33 characters. The
/// install is left out while it is not known yet.
#[must_use]
pub(crate) fn derive(install: Option<Install>, intent: IntentId, seq: u16) -> String {
    let mut rest = intent.0.as_u128();
    let mut digits = [0_u8; INTENT_CHARACTERS];
    for digit in digits.iter_mut().rev() {
        let index = usize::try_from(rest % 62).unwrap_or_default();
        *digit = ALPHABET[index];
        rest /= 62;
    }
    let install = install.map(Install::code).unwrap_or_default();
    format!("{PREFIX}{install}-{}-{seq}", String::from_utf8_lossy(&digits))
}

/// Parses a client order id; `None` if no desk created it.
pub(crate) fn parse(id: &str) -> Option<Parsed> {
    let parts = client_order_id::split(id)?;
    let install = if parts.install.is_empty() { None } else { Some(Install::parse(parts.install)?) };
    let value = parts.intent.bytes().try_fold(0_u128, |value, byte| {
        let digit = ALPHABET.iter().position(|letter| *letter == byte)?;
        value.checked_mul(62)?.checked_add(u128::try_from(digit).ok()?)
    })?;
    Some(Parsed { install, intent: IntentId(Uuid::from_u128(value)), seq: parts.leg })
}

/// Whether this is the id of a stop or take-profit order that a desk sent.
pub(crate) fn protects(client_order_id: &str) -> bool {
    parse(client_order_id).is_some_and(|parsed| seq::is_protective(parsed.seq))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{
        collections::{BTreeMap, HashSet},
        sync::Mutex,
    };

    /// Entropy that returns these bytes in turn.
    struct Given(Mutex<Vec<u8>>);

    impl Entropy for Given {
        fn fill(&self, out: &mut [u8]) {
            let mut left = self.0.lock().unwrap();
            let rest = left.split_off(out.len());
            out.copy_from_slice(&left);
            *left = rest;
        }
    }

    proptest! {
        #[test]
        fn fits_binances_rule_and_never_meets_another(
            a in any::<u128>(),
            b in any::<u128>(),
            seq in 0_u16..40_000,
            code in proptest::option::of("[0-9A-Za-z]{2}"),
        ) {
            let install = code.as_deref().map(|code| Install::parse(code).unwrap());
            let id = |n: u128, seq| derive(install, IntentId(Uuid::from_u128(n)), seq);
            let one = id(a, seq);
            prop_assert!(one.len() <= 36);
            let protective = [3..90, 100..10_000, 20_000..30_000];
            prop_assert_eq!(protects(&one), protective.iter().any(|range| range.contains(&seq)));
            prop_assert!(one.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_'));
            prop_assert_eq!(parse(&one), Some(Parsed { install, intent: IntentId(Uuid::from_u128(a)), seq }));
            let all: HashSet<_> = [(a, seq), (a, seq + 1), (b, seq)].iter().map(|(n, s)| id(*n, *s)).collect();
            prop_assert_eq!(all.len(), if a == b { 2 } else { 3 });
        }

        #[test]
        fn nothing_else_is_taken_for_one(text in "[A-Za-z0-9_-]{0,36}") {
            if let Some(parsed) = parse(&text) {
                prop_assert_eq!(derive(parsed.install, parsed.intent, parsed.seq).len(), text.len());
            }
        }
    }

    #[test]
    fn every_install_is_drawn_equally_often() {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        // All pairs of bytes that are used; the test below replaces the others.
        for first in 0..248 {
            for second in 0..248 {
                let given = Given(Mutex::new(vec![first, second]));
                *counts.entry(Install::draw(&given).code()).or_default() += 1;
                assert!(given.0.lock().unwrap().is_empty());
            }
        }
        assert_eq!(counts.len(), 62 * 62);
        assert!(counts.values().all(|count| *count == 16), "{counts:?}");
    }

    #[test]
    fn bytes_that_would_favour_a_character_are_replaced() {
        for uneven in 248..=u8::MAX {
            let given = Given(Mutex::new(vec![uneven, uneven, uneven, 61, 255, 0]));
            assert_eq!(Install::draw(&given).code(), "z0", "{uneven}");
            assert!(given.0.lock().unwrap().is_empty());
        }
    }

    #[test]
    fn ids_of_earlier_releases_are_read() {
        let parsed = parse("sl-0355qhtT7I19h4oxHrvoac-2").unwrap();
        assert_eq!((parsed.install, parsed.seq), (None, 2));
        assert!(parse("sl-zzzzzzzzzzzzzzzzzzzzzz-2").is_none(), "more than an id holds");
        assert!(parse("web-1").is_none() && parse("sl-").is_none());
    }
}
