//! One account's orders on one kind of market, indexed by id and by client id.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How many ended orders an account keeps; the oldest are dropped first.
const KEPT: usize = 10_000;

/// The properties a [`Registry`] needs from its entries.
pub trait RegistryEntry {
    /// The engine's id.
    fn id(&self) -> u64;
    /// The caller's order id.
    fn client_id(&self) -> &str;
    /// Whether the order is still open.
    fn is_open(&self) -> bool;
}

/// A reference to an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderRef {
    /// By the engine's id.
    Id(u64),
    /// By the caller's order id.
    Client(String),
}

/// Orders by id. A client id is unique among open orders and refers to the latest order that used it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Registry<T> {
    all: BTreeMap<u64, T>,
    open: BTreeSet<u64>,
    by_client: BTreeMap<String, u64>,
}

impl<T> Default for Registry<T> {
    fn default() -> Self {
        Self { all: BTreeMap::new(), open: BTreeSet::new(), by_client: BTreeMap::new() }
    }
}

impl<T: RegistryEntry> Registry<T> {
    /// Finds an order, open or ended.
    #[must_use]
    pub fn find(&self, which: &OrderRef) -> Option<&T> {
        match which {
            OrderRef::Id(id) => self.all.get(id),
            OrderRef::Client(client) => self.all.get(self.by_client.get(client)?),
        }
    }

    /// The open orders, oldest first.
    pub fn open(&self) -> impl Iterator<Item = &T> {
        self.open.iter().filter_map(|id| self.all.get(id))
    }

    /// All retained orders, oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.all.values()
    }

    /// Whether nothing was ever inserted.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Lets the changed client id of an entry refer to it, and the old one no longer.
    pub(super) fn reindex(&mut self, id: u64, old: &str) {
        if self.by_client.get(old) == Some(&id) {
            self.by_client.remove(old);
        }
        if let Some(entry) = self.all.get(&id) {
            self.by_client.insert(entry.client_id().to_owned(), id);
        }
    }

    /// Whether an open order uses this client id.
    pub(super) fn client_taken(&self, client: &str) -> bool {
        self.by_client.get(client).is_some_and(|id| self.open.contains(id))
    }

    /// Inserts a new or changed order.
    pub(super) fn put(&mut self, entry: T) {
        let id = entry.id();
        let was_open = self.open.contains(&id);
        if entry.is_open() {
            self.open.insert(id);
        } else {
            self.open.remove(&id);
        }
        if !was_open {
            self.by_client.insert(entry.client_id().to_owned(), id);
        }
        self.all.insert(id, entry);
        self.prune();
    }

    /// Changes an order in place. Returns the closure's result, or `None` if the order does not exist.
    pub(super) fn change<R>(&mut self, id: u64, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let entry = self.all.get_mut(&id)?;
        let answer = change(entry);
        if !entry.is_open() {
            self.open.remove(&id);
        }
        Some(answer)
    }

    fn prune(&mut self) {
        if self.all.len() - self.open.len() <= KEPT {
            return;
        }
        let Some(oldest) = self.all.keys().find(|id| !self.open.contains(id)).copied() else { return };
        if let Some(gone) = self.all.remove(&oldest)
            && self.by_client.get(gone.client_id()) == Some(&oldest)
        {
            self.by_client.remove(gone.client_id());
        }
    }
}
