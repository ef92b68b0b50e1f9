//! The parts of a user's accounts that have to be read again, and the state of their streams.

use crate::trading::live::feeds::locked;
use domain::{ExchangeKeyId, Symbol};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Mutex,
};
use tokio::{sync::Notify, time::Instant};

/// Reading more markets than this one by one costs more request weight than reading the whole account.
const MOST_MARKETS: usize = 10;

/// The part of an account that has to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The positions and orders of these markets.
    Markets(BTreeSet<Symbol>),
    /// All positions and orders.
    All,
}

impl Part {
    /// Some markets, or the whole account if that costs less.
    pub(super) fn of(markets: BTreeSet<Symbol>) -> Self {
        if markets.len() > MOST_MARKETS { Self::All } else { Self::Markets(markets) }
    }

    /// One market.
    pub(super) fn one(symbol: &Symbol) -> Self {
        Self::Markets(BTreeSet::from([symbol.clone()]))
    }

    /// Both parts together.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Markets(mut all), Self::Markets(more)) => {
                all.extend(more);
                Self::of(all)
            }
            _ => Self::All,
        }
    }
}

/// The changes of the accounts since they were read.
#[derive(Default)]
pub(super) struct Changes {
    pending: Mutex<Pending>,
    /// Notified after each change.
    pub(super) notify: Notify,
}

#[derive(Default)]
struct Pending {
    parts: HashMap<ExchangeKeyId, Part>,
    /// Number of changes so far.
    number: u64,
    /// When the stream of each account was connected, while it is.
    connected: HashMap<ExchangeKeyId, Instant>,
    /// Accounts whose stream was connected before and is not now.
    lost: HashSet<ExchangeKeyId>,
}

impl Changes {
    /// Requests that a part of an account is read.
    pub(super) fn add(&self, key: ExchangeKeyId, part: Part) {
        let mut pending = locked(&self.pending);
        pending.number += 1;
        let part = match pending.parts.remove(&key) {
            Some(known) => known.and(part),
            None => part,
        };
        pending.parts.insert(key, part);
        drop(pending);
        self.notify.notify_one();
    }

    /// The parts that have to be read, and the number of changes that this covers.
    pub(super) fn take(&self) -> (u64, HashMap<ExchangeKeyId, Part>) {
        let mut pending = locked(&self.pending);
        (pending.number, std::mem::take(&mut pending.parts))
    }

    /// The number of changes so far.
    pub(super) fn number(&self) -> u64 {
        locked(&self.pending).number
    }

    /// An account's stream is connected. What a lost one did not report has to be read.
    pub(super) fn connected(&self, key: ExchangeKeyId) {
        let mut pending = locked(&self.pending);
        pending.connected.insert(key, Instant::now());
        let again = pending.lost.remove(&key);
        drop(pending);
        if again {
            self.add(key, Part::All);
        }
    }

    /// An account's stream is not connected any more.
    pub(super) fn disconnected(&self, key: ExchangeKeyId) {
        let mut pending = locked(&self.pending);
        if pending.connected.remove(&key).is_some() {
            pending.lost.insert(key);
        }
    }

    /// An account's stream is closed.
    pub(super) fn forget(&self, key: ExchangeKeyId) {
        let mut pending = locked(&self.pending);
        pending.connected.remove(&key);
        pending.lost.remove(&key);
    }

    /// When an account's stream was connected; `None` if it is not.
    pub(super) fn connected_at(&self, key: ExchangeKeyId) -> Option<Instant> {
        locked(&self.pending).connected.get(&key).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u128) -> ExchangeKeyId {
        ExchangeKeyId(uuid::Uuid::from_u128(number))
    }

    fn symbol(text: &str) -> Symbol {
        text.parse().unwrap()
    }

    #[test]
    fn changed_markets_add_up_until_the_whole_account_costs_less() {
        let changes = Changes::default();
        changes.add(key(1), Part::one(&symbol("BTC/USDT")));
        changes.add(key(1), Part::one(&symbol("ETH/USDT")));
        changes.add(key(1), Part::one(&symbol("BTC/USDT")));
        for number in 0..=MOST_MARKETS {
            changes.add(key(2), Part::one(&symbol(&format!("A{number}/USDT"))));
        }
        let (number, parts) = changes.take();
        assert_eq!(number, 14);
        let both = BTreeSet::from([symbol("BTC/USDT"), symbol("ETH/USDT")]);
        assert_eq!(parts, HashMap::from([(key(1), Part::Markets(both)), (key(2), Part::All)]));
        assert_eq!(changes.take(), (14, HashMap::new()));
    }

    #[tokio::test]
    async fn only_a_stream_that_was_lost_has_the_account_read() {
        let changes = Changes::default();
        changes.disconnected(key(1));
        changes.connected(key(1));
        assert!(changes.connected_at(key(1)).is_some());
        assert_eq!(changes.number(), 0, "the account was read before its stream was opened");
        changes.disconnected(key(1));
        assert!(changes.connected_at(key(1)).is_none());
        changes.connected(key(1));
        assert_eq!(changes.take(), (1, HashMap::from([(key(1), Part::All)])));
    }
}
