//! Page tokens of histories: opaque to their bearer, and rejected unless we wrote them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{Micros, UserId};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

const VERSION: u8 = 1;
/// Length of the body: from, until, id.
const BODY: usize = 8 + 8 + 16;
/// Length of the checksum, long enough to detect typing errors.
const CHECK: usize = 8;

/// The period of a history, and the last trade shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// Inclusive start of the period.
    pub(crate) from: Micros,
    /// Exclusive end of the period.
    pub(crate) until: Micros,
    /// Only entries older than this one.
    pub(crate) last: Option<Uuid>,
}

impl Token {
    pub(crate) fn write(self, of: &str, owner: UserId) -> String {
        let mut bytes = Vec::with_capacity(1 + BODY + CHECK);
        bytes.push(VERSION);
        bytes.extend(self.from.0.to_be_bytes());
        bytes.extend(self.until.0.to_be_bytes());
        bytes.extend(self.last.unwrap_or(Uuid::max()).into_bytes());
        let check = check(&bytes, of, owner);
        bytes.extend(check);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Parses a token written for this user and history (`of`). A forged token reveals nothing of other
    /// users, so a digest is enough and no secret is needed.
    pub(crate) fn read(text: &str, of: &str, owner: UserId) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == 1 + BODY + CHECK)?;
        let (said, given) = bytes.split_at(1 + BODY);
        let (version, body) = said.split_first()?;
        let (moments, id) = body.split_at(16);
        let (from, until) = moments.split_at(8);
        if *version != VERSION || given != check(said, of, owner) {
            return None;
        }
        Some(Self {
            from: Micros(i64::from_be_bytes(from.try_into().ok()?)),
            until: Micros(i64::from_be_bytes(until.try_into().ok()?)),
            last: Some(Uuid::from_slice(id).ok()?),
        })
    }
}

fn check(said: &[u8], of: &str, owner: UserId) -> [u8; CHECK] {
    let digest =
        Sha256::new().chain_update(said).chain_update(of).chain_update(owner.0.as_bytes()).finalize();
    let mut check = [0; CHECK];
    check.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    check
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn user(number: u128) -> UserId {
        UserId(Uuid::from_u128(number))
    }

    proptest! {
        #[test]
        fn reads_what_it_wrote_and_nothing_else(
            from in any::<i64>(), until in any::<i64>(), id in any::<u128>(), place in 0_usize..54, other in any::<char>(),
        ) {
            let token = Token { from: Micros(from), until: Micros(until), last: Some(Uuid::from_u128(id)) };
            let text = token.write("manual", user(1));
            prop_assert_eq!(Token::read(&text, "manual", user(1)), Some(token));
            prop_assert_eq!(Token::read(&text, "strategy", user(1)), None);
            prop_assert_eq!(Token::read(&text, "manual", user(2)), None);
            let changed: String = text.chars().enumerate().map(|(i, c)| if i == place { other } else { c }).collect();
            prop_assume!(changed != text);
            prop_assert_eq!(Token::read(&changed, "manual", user(1)), None);
        }

        #[test]
        fn rubbish_is_no_token(text in ".{0,80}") {
            prop_assert_eq!(Token::read(&text, "manual", user(1)), None);
        }
    }
}
