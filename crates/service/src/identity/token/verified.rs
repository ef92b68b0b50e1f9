//! Cache of verified tokens: checking a signature costs about 80 microseconds, most of a small request.

use crate::actor::Actor;
use domain::{Micros, UserId};
use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

/// Maximum entries; the cache is then cleared.
const MOST: usize = 10_000;

#[derive(Default)]
struct Book {
    entries: HashMap<[u8; 32], (Actor, Micros)>,
    /// Counts revocations: a token verified before one must not be cached after it.
    epoch: u64,
}

/// Cached users by the hash of their token, for half a second at most: another process can end a token, too.
#[derive(Default)]
pub(crate) struct Verified {
    book: RwLock<Book>,
}

impl Verified {
    pub(super) fn get(&self, hash: &[u8; 32], now: Micros) -> Option<Actor> {
        let book = self.read();
        let (actor, until) = book.entries.get(hash)?;
        (now < *until).then(|| actor.clone())
    }

    /// Read before verifying, and passed to [`Verified::put`].
    pub(super) fn epoch(&self) -> u64 {
        self.read().epoch
    }

    pub(super) fn put(&self, hash: [u8; 32], actor: &Actor, until: Micros, epoch: u64) {
        let mut book = self.write();
        if book.epoch != epoch {
            return;
        }
        if book.entries.len() >= MOST {
            book.entries.clear();
        }
        book.entries.insert(hash, (actor.clone(), until));
    }

    /// Removes a user's tokens after a revocation.
    pub(crate) fn forget(&self, user: UserId) {
        let mut book = self.write();
        book.epoch = book.epoch.wrapping_add(1);
        book.entries.retain(|_, (actor, _)| actor.user != user);
    }

    fn read(&self) -> RwLockReadGuard<'_, Book> {
        self.book.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Book> {
        self.book.write().unwrap_or_else(PoisonError::into_inner)
    }
}
