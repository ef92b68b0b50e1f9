//! The task that keeps a portfolio feed current.

use super::{
    PortfolioFeed,
    changes::{Changes, Part},
    holdings::Holdings,
    read::{AccountRead, listen, read},
};
use crate::{
    error::Result,
    trading::{SharedTrading, live::feeds::locked},
};
use domain::ExchangeKeyId;
use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{
    task::{JoinHandle, JoinSet},
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};

/// The list of keys, accounts that could not be read, and positions without a price are read this often.
const SWEEP: Duration = Duration::from_secs(30);
/// An account whose stream is connected is read as a whole this often, so that a lost event goes unnoticed no longer.
const STREAMED: Duration = Duration::from_secs(300);
/// The same for an account without a stream.
const UNSTREAMED: Duration = Duration::from_secs(120);
/// Events come in bursts; one read serves a burst.
const BURST: Duration = Duration::from_millis(150);
/// The shortest time from one batch of reads to the next.
const GAP: Duration = Duration::from_secs(1);
/// How often the profit is computed again from the mark prices.
const TICK: Duration = Duration::from_secs(1);
/// A message is sent at least once in this many ticks, so that a tab notices a silent connection.
const HEARTBEAT: u32 = 4;

/// Starts the task of a feed. It ends when the last holder drops the feed.
pub(super) fn start(desk: &SharedTrading, feed: &Arc<PortfolioFeed>) {
    let now = Instant::now();
    let upstream = Upstream {
        // A page that has seen an earlier feed of this user must not take a revision of this one for that one's.
        holdings: Holdings::starting_at(desk.clock.now().0 / 1_000),
        desk: desk.clone(),
        feed: Arc::downgrade(feed),
        changes: Arc::clone(&feed.changes),
        streams: HashMap::new(),
        active: HashSet::new(),
        whole: HashMap::new(),
        reads: JoinSet::new(),
        batch: 0,
        began: now,
        ready: false,
    };
    tokio::spawn(upstream.run());
}

/// Reads the accounts while the feed has holders.
struct Upstream {
    desk: SharedTrading,
    feed: Weak<PortfolioFeed>,
    changes: Arc<Changes>,
    /// The user-data streams, by key.
    streams: HashMap<ExchangeKeyId, JoinHandle<()>>,
    holdings: Holdings,
    /// The user's active keys.
    active: HashSet<ExchangeKeyId>,
    /// When each account was read as a whole.
    whole: HashMap<ExchangeKeyId, Instant>,
    /// The reads of the current batch that have not ended.
    reads: JoinSet<AccountRead>,
    /// The number of changes that the current batch covers.
    batch: u64,
    /// When the current batch began.
    began: Instant,
    /// Whether all accounts have been asked once.
    ready: bool,
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.streams.values().for_each(JoinHandle::abort);
    }
}

impl Upstream {
    async fn run(mut self) {
        let (mut ticks, mut sweeps) = (interval(TICK), interval(SWEEP));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        sweeps.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let changes = Arc::clone(&self.changes);
        let (mut begin, mut sweep, mut silent): (Option<Instant>, bool, u32) = (None, false, 0);
        loop {
            let idle = self.reads.is_empty();
            let start = begin.filter(|_| idle);
            tokio::select! {
                () = changes.notify.notified() => {
                    let next = (Instant::now() + BURST).max(self.began + GAP);
                    begin = begin.or(Some(next));
                }
                _ = sweeps.tick() => {
                    sweep = true;
                    begin = Some(Instant::now());
                }
                () = sleep_until(start.unwrap_or(self.began)), if start.is_some() => {
                    begin = None;
                    let Some(feed) = self.feed.upgrade() else { return };
                    self.start_batch(&feed, std::mem::take(&mut sweep)).await;
                }
                Some(read) = self.reads.join_next(), if !idle => {
                    let Some(feed) = self.feed.upgrade() else { return };
                    // A read that was aborted by a fault is repeated with the next batch.
                    if let Ok(read) = read {
                        self.take(&feed, read);
                    }
                    if self.reads.is_empty() {
                        self.finish(&feed);
                    }
                }
                _ = ticks.tick() => {
                    let Some(feed) = self.feed.upgrade() else { return };
                    silent += 1;
                    if self.ready && feed.publish(self.holdings.portfolio(), silent >= HEARTBEAT) {
                        silent = 0;
                    }
                }
            }
        }
    }

    /// Starts to read what has changed and what is not known yet; with `sweep`, what is due as well.
    async fn start_batch(&mut self, feed: &PortfolioFeed, sweep: bool) {
        self.began = Instant::now();
        let parts = match self.parts(feed, sweep).await {
            Ok(parts) => parts,
            Err(error) => {
                tracing::warn!(%error, "could not list a user's accounts for the event stream");
                return;
            }
        };
        for (key, part) in parts {
            self.reads.spawn(read(self.desk.clone(), key, part));
        }
        if self.reads.is_empty() {
            self.finish(feed);
        }
    }

    /// The parts of the accounts that have to be read now.
    async fn parts(&mut self, feed: &PortfolioFeed, sweep: bool) -> Result<HashMap<ExchangeKeyId, Part>> {
        let keys = store::key::list_by_user(&self.desk.db, feed.user).await?;
        self.active = keys.into_iter().filter(|key| key.active).map(|key| key.id).collect();
        self.leave_others(feed);
        let (batch, mut parts) = self.changes.take();
        self.batch = batch;
        parts.retain(|key, _| self.active.contains(key));
        for key in &self.active {
            let changed = parts.remove(key);
            let due = if sweep { self.due(*key) } else { None };
            let part = match (changed, due) {
                _ if !self.holdings.knows(*key) => Part::All,
                // Changes while it could not be read are not known.
                (Some(_), _) if self.holdings.has_failed(*key) => Part::All,
                (Some(changed), Some(due)) => changed.and(due),
                (Some(part), None) | (None, Some(part)) => part,
                (None, None) => continue,
            };
            parts.insert(*key, part);
        }
        Ok(parts)
    }

    /// Drops what belongs to keys that are not active any more, and streams that have ended.
    fn leave_others(&mut self, feed: &PortfolioFeed) {
        let (active, changes) = (&self.active, &self.changes);
        self.streams.retain(|key, stream| {
            let keep = active.contains(key) && !stream.is_finished();
            if !keep {
                stream.abort();
                changes.forget(*key);
            }
            keep
        });
        self.whole.retain(|key, _| active.contains(key));
        locked(&feed.open).retain(|key, _| active.contains(key));
        locked(&feed.keys).clone_from(active);
        self.holdings.update(&self.desk, active, Vec::new());
    }

    /// The part of a known account that a sweep reads.
    fn due(&self, key: ExchangeKeyId) -> Option<Part> {
        let connected = self.changes.connected_at(key);
        let most = if connected.is_some() { STREAMED } else { UNSTREAMED };
        // Changes before the stream was connected were not reported.
        let current = self.whole.get(&key).is_some_and(|read| {
            read.elapsed() < most && connected.is_none_or(|connected| connected <= *read)
        });
        if !current || self.holdings.has_failed(key) {
            return Some(Part::All);
        }
        let unpriced = self.holdings.unpriced(key);
        (!unpriced.is_empty()).then(|| Part::of(unpriced))
    }

    /// Takes the result of a read, and opens the account's stream if it has none.
    fn take(&mut self, feed: &PortfolioFeed, AccountRead { key, part, found }: AccountRead) {
        let account = match found {
            // The key was deleted meanwhile.
            Some(None) => return,
            Some(Some((account, who, kind))) => {
                if let Entry::Vacant(place) = self.streams.entry(key) {
                    let events = self.desk.exchange.account_stream(who.clone(), kind);
                    let listener = listen(self.desk.clone(), key, who, events, Arc::clone(&self.changes));
                    place.insert(tokio::spawn(listener));
                }
                Some(match &part {
                    Part::All => account,
                    Part::Markets(markets) => self.holdings.with_markets(key, markets, account),
                })
            }
            None => None,
        };
        if part == Part::All && account.is_some() {
            self.whole.insert(key, self.began);
        }
        let mut open = locked(&feed.open);
        match &account {
            Some(account) => drop(open.insert(key, account.clone())),
            None => drop(open.remove(&key)),
        }
        drop(open);
        self.holdings.update(&self.desk, &self.active, vec![(key, account)]);
    }

    /// Sends the state after a batch.
    fn finish(&mut self, feed: &PortfolioFeed) {
        self.ready = true;
        feed.publish(self.holdings.portfolio(), true);
        feed.done.send_replace(self.batch + 1);
    }
}
