//! Feed of the open positions of all of a user's accounts: state from the exchanges, profit from the mark prices.

mod holdings;

use super::feeds::{BACKLOG, locked};
use crate::{
    error::Result,
    trading::{SharedTrading, key},
};
use domain::{
    ExchangeKeyId, TradeType, UserId,
    live::{LiveMessage, Portfolio},
};
use exchange::{AccountEvent, Credentials};
use holdings::{Account, Holdings};
use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::{Arc, Mutex, Weak},
    time::Duration,
};
use tokio::{
    sync::{Notify, broadcast, mpsc},
    task::JoinHandle,
    time::{Instant, MissedTickBehavior, interval, sleep, sleep_until},
};

/// The accounts are read at least this often, so that a lost event goes unnoticed no longer than this.
const SWEEP: Duration = Duration::from_secs(30);
/// Events come in bursts; one read serves a burst.
const BURST: Duration = Duration::from_millis(150);
/// How often the profit is computed again from the mark prices.
const TICK: Duration = Duration::from_secs(1);
/// A message is sent at least once in this many ticks, so that a tab notices a silent connection.
const HEARTBEAT: u32 = 4;

/// The open positions of a user's accounts, and their viewers.
pub(crate) struct PortfolioFeed {
    user: UserId,
    keys: Mutex<HashSet<ExchangeKeyId>>,
    latest: Mutex<Option<Portfolio>>,
    viewers: broadcast::Sender<LiveMessage>,
    changes: Arc<Changes>,
}

/// The accounts that have changed since they were read.
#[derive(Default)]
struct Changes {
    keys: Mutex<HashSet<ExchangeKeyId>>,
    notify: Notify,
}

impl Changes {
    fn add(&self, key: ExchangeKeyId) {
        locked(&self.keys).insert(key);
        self.notify.notify_one();
    }

    fn take(&self) -> HashSet<ExchangeKeyId> {
        std::mem::take(&mut locked(&self.keys))
    }
}

impl PortfolioFeed {
    /// Starts the upstreams. They end when the last holder drops the feed.
    pub(super) fn start(desk: &SharedTrading, user: UserId) -> Arc<Self> {
        let feed = Arc::new(Self {
            user,
            keys: Mutex::default(),
            latest: Mutex::default(),
            viewers: broadcast::channel(BACKLOG).0,
            changes: Arc::default(),
        });
        let upstream = Upstream {
            desk: desk.clone(),
            feed: Arc::downgrade(&feed),
            changes: Arc::clone(&feed.changes),
            streams: HashMap::new(),
            holdings: Holdings::default(),
        };
        tokio::spawn(upstream.run());
        feed
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

    /// Requests a fresh read of an account, if it is one of the user's.
    pub(super) fn request_refresh(&self, key: ExchangeKeyId) {
        if locked(&self.keys).contains(&key) {
            self.changes.add(key);
        }
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
}

/// The reason why a wait ended.
enum Next {
    /// Accounts have changed.
    Changed,
    /// All accounts are due.
    Sweep,
    /// The feed has no holder any more.
    End,
}

/// Reads the accounts while the feed has holders.
struct Upstream {
    desk: SharedTrading,
    feed: Weak<PortfolioFeed>,
    changes: Arc<Changes>,
    /// The user-data streams, by key.
    streams: HashMap<ExchangeKeyId, JoinHandle<()>>,
    holdings: Holdings,
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.streams.values().for_each(JoinHandle::abort);
    }
}

impl Upstream {
    async fn run(mut self) {
        let mut all = true;
        while let Some(feed) = self.feed.upgrade() {
            match self.read(&feed, all).await {
                Ok(()) => {
                    feed.publish(self.holdings.portfolio(), true);
                }
                Err(error) => {
                    tracing::warn!(%error, "could not read a user's accounts for the event stream");
                }
            }
            // Released while waiting, otherwise the feed would never end.
            drop(feed);
            match self.wait().await {
                Next::Changed => all = false,
                Next::Sweep => all = true,
                Next::End => return,
            }
        }
    }

    /// Waits for a change or the next sweep, and sends the profit as prices move.
    async fn wait(&self) -> Next {
        let sweep = sleep_until(Instant::now() + SWEEP);
        tokio::pin!(sweep);
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut silent = 0;
        loop {
            tokio::select! {
                () = self.changes.notify.notified() => break,
                () = &mut sweep => return Next::Sweep,
                _ = ticks.tick() => {
                    let Some(feed) = self.feed.upgrade() else { return Next::End };
                    silent += 1;
                    if feed.publish(self.holdings.portfolio(), silent >= HEARTBEAT) {
                        silent = 0;
                    }
                }
            }
        }
        sleep(BURST).await;
        Next::Changed
    }

    /// Reads all active accounts, or those that have changed or are not known yet.
    async fn read(&mut self, feed: &PortfolioFeed, all: bool) -> Result<()> {
        let changed = self.changes.take();
        let keys = store::key::list_by_user(&self.desk.db, feed.user).await?;
        let active: HashSet<_> = keys.into_iter().filter(|key| key.active).map(|key| key.id).collect();
        self.streams.retain(|key, stream| {
            let keep = active.contains(key) && !stream.is_finished();
            if !keep {
                stream.abort();
            }
            keep
        });
        locked(&feed.keys).clone_from(&active);
        let desk = &self.desk;
        let due =
            active.iter().copied().filter(|key| all || changed.contains(key) || !self.holdings.knows(*key));
        let reads = due.map(|key| async move { (key, read_account(desk, key).await) });
        let read = futures::future::join_all(reads).await;
        let mut found = Vec::new();
        for (id, answer) in read {
            match answer {
                Ok(Some((account, who, kind))) => {
                    if let Entry::Vacant(place) = self.streams.entry(id) {
                        let events = self.desk.exchange.account_stream(who.clone(), kind);
                        let listener = listen(self.desk.clone(), id, who, events, Arc::clone(&self.changes));
                        place.insert(tokio::spawn(listener));
                    }
                    found.push((id, Some(account)));
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!(key = %id, %error, "could not read an account for the event stream");
                    found.push((id, None));
                }
            }
        }
        self.holdings.update(&self.desk, &active, found);
        Ok(())
    }
}

/// An account's state with its credentials and kind; `None` if its key was deleted meanwhile.
type ReadAccount = Option<(Account, Credentials, TradeType)>;

async fn read_account(desk: &SharedTrading, id: ExchangeKeyId) -> Result<ReadAccount> {
    let Some(row) = store::key::get_any(&desk.db, id).await? else { return Ok(None) };
    let (who, kind) = (key::credentials(desk, &row)?, row.key.trade_type);
    let orders = desk.exchange.open_orders(&who, kind, None).await;
    let orders = key::disable_if_unauthorized(desk, id, &who, orders).await?;
    let positions = match kind {
        TradeType::Futures => {
            let positions = desk.exchange.positions(&who, None).await;
            key::disable_if_unauthorized(desk, id, &who, positions).await?
        }
        TradeType::Spot => Vec::new(),
    };
    Ok(Some((Account { positions, orders }, who, kind)))
}

/// Requests a read after each event of an account's stream.
async fn listen(
    desk: SharedTrading,
    id: ExchangeKeyId,
    who: Credentials,
    mut events: mpsc::Receiver<AccountEvent>,
    changes: Arc<Changes>,
) {
    while let Some(event) = events.recv().await {
        match event {
            AccountEvent::Unauthorized => {
                if let Err(error) = key::disable_rejected(&desk, id, &who).await {
                    tracing::warn!(key = %id, %error, "could not disable a key that the exchange rejects");
                }
                changes.add(id);
            }
            AccountEvent::Disconnected => {}
            AccountEvent::Connected
            | AccountEvent::Order(..)
            | AccountEvent::Account { .. }
            | AccountEvent::Settings(_) => changes.add(id),
        }
    }
}
