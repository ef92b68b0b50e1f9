//! Feed of the open positions of all of a user's accounts: state from the exchanges, profit from the mark prices.
//!
//! Reading a whole account costs a twentieth of the request weight that all reads may use in a minute. So an event has
//! only its market read, and pages take the positions from here instead of reading them again.

mod changes;
mod holdings;
mod read;
mod upstream;

pub use holdings::OpenAccount;

use super::feeds::{BACKLOG, locked};
use crate::{actor::Actor, trading::SharedTrading};
use changes::{Changes, Part};
use domain::{
    ExchangeKey, ExchangeKeyId, Symbol, UserId,
    live::{LiveMessage, Portfolio},
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    sync::{broadcast, watch},
    time::{sleep, timeout},
};

/// How long a page waits for accounts that have not been read yet.
const PAGE_PATIENCE: Duration = Duration::from_secs(5);
/// A feed without viewers continues this long, so that the next page does not read all accounts again.
const LINGER: Duration = Duration::from_secs(60);

/// The open positions of a user's accounts, and their viewers.
pub(crate) struct PortfolioFeed {
    user: UserId,
    keys: Mutex<HashSet<ExchangeKeyId>>,
    latest: Mutex<Option<Portfolio>>,
    /// The accounts that could be read when they were read last.
    open: Mutex<HashMap<ExchangeKeyId, OpenAccount>>,
    /// One more than the number of changes that have been read.
    done: watch::Sender<u64>,
    viewers: broadcast::Sender<LiveMessage>,
    changes: Arc<Changes>,
}

impl PortfolioFeed {
    /// Starts the upstreams. They end when the last holder drops the feed.
    pub(super) fn start(desk: &SharedTrading, user: UserId) -> Arc<Self> {
        let feed = Arc::new(Self {
            user,
            keys: Mutex::default(),
            latest: Mutex::default(),
            open: Mutex::default(),
            done: watch::channel(0).0,
            viewers: broadcast::channel(BACKLOG).0,
            changes: Arc::default(),
        });
        upstream::start(desk, &feed);
        feed
    }

    /// Keeps the feed for a while without viewers.
    pub(super) fn linger(self: Arc<Self>) {
        tokio::spawn(async move {
            sleep(LINGER).await;
            drop(self);
        });
    }

    /// Returns the current state as messages, and a receiver for all later ones.
    pub(super) fn watch(&self) -> (Vec<LiveMessage>, broadcast::Receiver<LiveMessage>) {
        let receiver = self.viewers.subscribe();
        (self.present(), receiver)
    }

    /// Returns the current state as messages.
    pub(super) fn present(&self) -> Vec<LiveMessage> {
        locked(&self.latest)
            .clone()
            .map(|state| LiveMessage::Portfolio(Box::new(state)))
            .into_iter()
            .collect()
    }

    /// Requests a fresh read of a market of an account, or of all of them, if the account is one of the user's.
    pub(super) fn request_refresh(&self, key: ExchangeKeyId, symbol: Option<&Symbol>) {
        if self.has(key) {
            self.changes.add(key, symbol.map_or(Part::All, Part::one));
        }
    }

    fn has(&self, key: ExchangeKeyId) -> bool {
        locked(&self.keys).contains(&key)
    }

    /// Sends the state to the viewers if it differs from the last one, or if `anyway`. Returns whether it was sent.
    fn publish(&self, state: Portfolio, anyway: bool) -> bool {
        let mut latest = locked(&self.latest);
        if !anyway && latest.as_ref() == Some(&state) {
            return false;
        }
        *latest = Some(state.clone());
        drop(latest);
        // An error only means that there are no viewers.
        let _ = self.viewers.send(LiveMessage::Portfolio(Box::new(state)));
        true
    }

    /// Waits until all changes up to now have been read, or for as long as a page may take.
    async fn settled(&self) {
        let wanted = self.changes.number() + 1;
        let mut done = self.done.subscribe();
        // After a timeout the page shows which accounts have not answered.
        let _ = timeout(PAGE_PATIENCE, done.wait_for(|number| *number >= wanted)).await;
    }

    /// The accounts that could be read, with the profit at the last mark prices.
    fn open_accounts(&self) -> HashMap<ExchangeKeyId, OpenAccount> {
        let mut open = locked(&self.open).clone();
        let latest = locked(&self.latest);
        for profit in latest.iter().flat_map(|state| &state.positions) {
            let positions = open.get_mut(&profit.key).map(|account| &mut account.positions);
            let same = positions.into_iter().flatten();
            for position in same.filter(|p| p.symbol == profit.symbol && p.side == profit.side) {
                position.unrealized_pnl = profit.unrealized;
            }
        }
        open
    }
}

/// Returns the open positions and orders of the active ones of the user's `keys`. An account that cannot be read, or
/// does not answer in time, is missing.
pub async fn list_open(
    desk: &SharedTrading,
    actor: &Actor,
    keys: &[ExchangeKey],
) -> HashMap<ExchangeKeyId, OpenAccount> {
    let feed = desk.hub.portfolio(desk, actor.user);
    Arc::clone(&feed).linger();
    feed.settled().await;
    // Keys that were added since the feed listed them. It reads those that are the user's, and no others.
    let missing: Vec<_> = keys.iter().filter(|key| key.active && !feed.has(key.id)).collect();
    if !missing.is_empty() {
        missing.into_iter().for_each(|key| feed.changes.add(key.id, Part::All));
        feed.settled().await;
    }
    feed.open_accounts()
}
