//! Feed of one market of one account: events from one upstream, state for all viewers.

use super::feeds::{BACKLOG, locked};
use crate::{
    error::Result,
    platform::user_events,
    trading::{SharedTrading, Trading, key, order},
};
use domain::{
    ExchangeKeyId, Symbol, TradeType, UserId,
    live::{AccountState, LiveMessage},
};
use exchange::{AccountEvent, Credentials};
use std::{
    sync::{Arc, Mutex, Weak},
    time::Duration,
};
use tokio::sync::{Notify, broadcast};

/// The state is read at least this often, so that a lost event goes unnoticed no longer than this.
const SWEEP: Duration = Duration::from_secs(30);
/// First retry delay after a failed read; it doubles up to [`SWEEP`].
const RETRY: Duration = Duration::from_millis(500);
/// Events come in bursts; one read serves a burst.
const BURST: Duration = Duration::from_millis(150);
/// The state of one market of one account, and its viewers.
pub(crate) struct AccountFeed {
    key: ExchangeKeyId,
    user: UserId,
    trade_type: TradeType,
    symbol: Symbol,
    latest: Mutex<Option<AccountState>>,
    viewers: broadcast::Sender<LiveMessage>,
    changed: Arc<Notify>,
}

impl AccountFeed {
    /// Starts the upstream. It ends when the last holder drops the feed.
    pub(super) fn start(desk: &SharedTrading, row: &store::key::KeyRow, symbol: Symbol) -> Result<Arc<Self>> {
        let who = key::credentials(desk, row)?;
        let feed = Arc::new(Self {
            key: row.key.id,
            user: row.user_id,
            trade_type: row.key.trade_type,
            symbol,
            latest: Mutex::default(),
            viewers: broadcast::channel(BACKLOG).0,
            changed: Arc::default(),
        });
        tokio::spawn(events(desk.clone(), Arc::downgrade(&feed), who.clone()));
        tokio::spawn(states(desk.clone(), Arc::downgrade(&feed), who, feed.changed.clone()));
        feed.request_refresh();
        Ok(feed)
    }

    /// Returns the current state as messages, and a receiver for all later ones.
    pub(super) fn watch(&self) -> (Vec<LiveMessage>, broadcast::Receiver<LiveMessage>) {
        let receiver = self.viewers.subscribe();
        (self.present(), receiver)
    }

    /// Returns the current state as messages.
    pub(super) fn present(&self) -> Vec<LiveMessage> {
        locked(&self.latest).clone().map(|state| LiveMessage::Account(Box::new(state))).into_iter().collect()
    }

    /// Requests a fresh read of the state.
    pub(crate) fn request_refresh(&self) {
        self.changed.notify_one();
    }

    async fn take(&self, desk: &SharedTrading, who: &Credentials, event: AccountEvent) -> Result<()> {
        match event {
            AccountEvent::Order(order, fill) if order.symbol == self.symbol => {
                order::touched(desk, &order);
                self.request_refresh();
                if order::reported_as_hit(&order) {
                    return Ok(());
                }
                user_events::record_order(desk, self.user, self.key, order, fill).await
            }
            AccountEvent::Unauthorized => key::disable_rejected(desk, self.key, who).await,
            AccountEvent::Account { positions, .. }
                if !positions.is_empty() && !positions.contains(&self.symbol) =>
            {
                Ok(())
            }
            AccountEvent::Order(..) | AccountEvent::Disconnected => Ok(()),
            AccountEvent::Connected | AccountEvent::Account { .. } | AccountEvent::Settings(..) => {
                self.request_refresh();
                Ok(())
            }
        }
    }

    /// Reads the state and sends it to the viewers.
    async fn read(&self, desk: &Trading, who: &Credentials) -> Result<()> {
        let state = order::read_state(desk, who, self.key, self.trade_type, &self.symbol).await?;
        *locked(&self.latest) = Some(state.clone());
        // An error only means that there are no viewers.
        let _ = self.viewers.send(LiveMessage::Account(Box::new(state)));
        Ok(())
    }
}

async fn events(desk: SharedTrading, feed: Weak<AccountFeed>, who: Credentials) {
    let Some(kind) = feed.upgrade().map(|f| f.trade_type) else { return };
    let mut events = desk.exchange.account_stream(who.clone(), kind);
    let mut alive = tokio::time::interval(SWEEP);
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            _ = alive.tick() => if feed.strong_count() > 0 { continue } else { return },
        };
        let (Some(event), Some(feed)) = (event, feed.upgrade()) else { return };
        if let Err(error) = feed.take(&desk, &who, event).await {
            tracing::warn!(%error, "could not forward an account event to the browser");
        }
    }
}

async fn states(desk: SharedTrading, feed: Weak<AccountFeed>, who: Credentials, changed: Arc<Notify>) {
    let mut retry = RETRY;
    while let Some(feed) = feed.upgrade() {
        let wait = match feed.read(&desk, &who).await {
            Ok(()) => {
                retry = RETRY;
                SWEEP
            }
            Err(error) => {
                tracing::warn!(%error, "could not read an account's state for the event stream");
                let wait = retry;
                retry = (retry * 2).min(SWEEP);
                wait
            }
        };
        // Released while waiting, otherwise the feed would never end.
        drop(feed);
        // A timeout is as good a reason to read as a change.
        let _ = tokio::time::timeout(wait, changed.notified()).await;
        tokio::time::sleep(BURST).await;
    }
}
