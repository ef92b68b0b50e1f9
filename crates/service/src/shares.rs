//! Which instance looks after which exchange key: its stream and the supervision of its positions. Every instance that holds a
//! lease is a candidate, and each ranks the candidates for a key in the same way (rendezvous hashing), so that they agree without
//! asking each other, and only the keys of an instance that ends move to others.
//!
//! While the candidates change, two instances may look after a key for a moment, or none. Neither does harm: the market's turn is
//! a lease of its own, and what nobody looked at is due at once for its new instance.

use crate::{Desk, Result};
use domain::ExchangeKeyId;
use sha2::{Digest as _, Sha256};
use std::sync::{PoisonError, RwLock};

/// The instances that hold a lease, as last read; none on SQLite, where one process has everything.
#[derive(Default)]
pub(crate) struct Shares {
    candidates: RwLock<Vec<String>>,
}

impl Desk {
    /// Whether this instance looks after a key.
    pub(crate) fn is_ours(&self, key: ExchangeKeyId) -> bool {
        let candidates = self.shares.candidates.read().unwrap_or_else(PoisonError::into_inner);
        winner(&candidates, key).is_none_or(|name| name == self.instance)
    }

    /// Reads which instances hold a lease.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(crate) async fn refresh_shares(&self) -> Result<()> {
        let names = store::instance::alive(&self.db).await?;
        *self.shares.candidates.write().unwrap_or_else(PoisonError::into_inner) = names;
        Ok(())
    }
}

/// The candidate that a key belongs to; none without candidates.
fn winner(candidates: &[String], key: ExchangeKeyId) -> Option<&str> {
    candidates.iter().map(String::as_str).max_by_key(|name| rank(name, key))
}

/// How a candidate ranks for a key: the same on every machine and in every release.
fn rank(name: &str, key: ExchangeKeyId) -> [u8; 32] {
    Sha256::new().chain_update(key.0.as_bytes()).chain_update(name.as_bytes()).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn keys() -> impl Iterator<Item = ExchangeKeyId> {
        (0..3_000_u128).map(|n| ExchangeKeyId(Uuid::from_u128(n)))
    }

    fn names(all: &[&str]) -> Vec<String> {
        all.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn keys_are_shared_about_evenly() {
        let three = names(&["a", "b", "c"]);
        for name in &three {
            let share = keys().filter(|key| winner(&three, *key) == Some(name.as_str())).count();
            assert!((900..1_100).contains(&share), "{name}: {share}");
        }
    }

    #[test]
    fn only_the_keys_of_an_instance_that_ended_move() {
        let (three, two) = (names(&["a", "b", "c"]), names(&["a", "c"]));
        for key in keys().filter(|key| winner(&three, *key) != Some("b")) {
            assert_eq!(winner(&three, key), winner(&two, key));
        }
        assert_eq!(winner(&[], ExchangeKeyId(Uuid::nil())), None);
    }
}
