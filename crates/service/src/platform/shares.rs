//! Assignment of exchange keys to instances: an instance runs the user-data streams of its keys and
//! supervises their positions. Every instance that holds a lease is a candidate, and each ranks the
//! candidates for a key in the same way (rendezvous hashing), so they agree without communication, and only
//! the keys of an instance that ends move to others.
//!
//! While the candidates change, two instances or none may briefly own a key. Neither does harm: unfinished intents
//! are claimed in the database, both instances would send a repair under the same client order id, of which the
//! exchange accepts one, and positions that were not inspected are immediately due for the new owner.

use crate::{error::Result, platform::Platform};
use domain::ExchangeKeyId;
use sha2::{Digest as _, Sha256};
use std::sync::{PoisonError, RwLock};

/// The instances that held a lease when last read; empty on SQLite, where a single process owns every key.
#[derive(Default)]
pub(crate) struct Shares {
    candidates: RwLock<Vec<String>>,
}

impl Platform {
    /// Whether this instance owns a key.
    pub(crate) fn is_ours(&self, key: ExchangeKeyId) -> bool {
        let candidates = self.shares.candidates.read().unwrap_or_else(PoisonError::into_inner);
        winner(&candidates, key).is_none_or(|name| name == self.instance)
    }

    /// Reads which instances hold a lease.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub(crate) async fn refresh_shares(&self) -> Result<()> {
        let names = store::instance::list_alive(&self.db).await?;
        *self.shares.candidates.write().unwrap_or_else(PoisonError::into_inner) = names;
        Ok(())
    }
}

/// Returns the candidate that owns a key; `None` without candidates.
fn winner(candidates: &[String], key: ExchangeKeyId) -> Option<&str> {
    candidates.iter().map(String::as_str).max_by_key(|name| rank(name, key))
}

/// The rank of a candidate for a key: the same on every machine and in every release.
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
