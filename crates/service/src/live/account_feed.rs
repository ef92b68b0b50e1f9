//! One market of one account: its events from one upstream, its state to all viewers.

use super::{BACKLOG, locked};
use crate::{Desk, Result, SharedDesk, key, order};
use domain::{
    ExchangeKeyId, Order, Symbol, Trade, TradeType, UserId,
    live::{AccountState, Happening, LiveMessage, What},
    time,
};
use exchange::{AccountEvent, Credentials};
use std::{
    sync::{Arc, Mutex, Weak},
    time::Duration,
};
use tokio::sync::{Notify, broadcast};

/// The state is read again at least this often: no event that got lost stays unseen for longer.
const SWEEP: Duration = Duration::from_secs(30);
/// A state that could not be read is tried again after this long, then after twice as long, and so on.
const RETRY: Duration = Duration::from_millis(500);
/// Events come in bursts; one reading serves a burst.
const BURST: Duration = Duration::from_millis(150);
/// One instance writes an account's events; another takes over when it is silent for so long.
const LEASE: i64 = time::MINUTE;

/// The state of one market of one account, and everyone who watches it.
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
    /// Starts the upstream; it ends when the last holder lets go.
    pub(super) fn start(desk: &SharedDesk, row: &store::key::KeyRow, symbol: Symbol) -> Result<Arc<Self>> {
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
        feed.nudge();
        Ok(feed)
    }

    /// What a new viewer is told first, and every viewer after it.
    pub(super) fn watch(&self) -> (Vec<LiveMessage>, broadcast::Receiver<LiveMessage>) {
        let receiver = self.viewers.subscribe();
        (self.present(), receiver)
    }

    /// The present state as messages.
    pub(super) fn present(&self) -> Vec<LiveMessage> {
        locked(&self.latest).clone().map(|state| LiveMessage::Account(Box::new(state))).into_iter().collect()
    }

    /// Has the state read again soon.
    pub(crate) fn nudge(&self) {
        self.changed.notify_one();
    }

    async fn take(&self, desk: &SharedDesk, event: AccountEvent) -> Result<()> {
        match event {
            AccountEvent::Order(order, fill) if order.symbol == self.symbol => {
                order::touched(desk, &order);
                self.nudge();
                if order::told_as_hit(&order) {
                    return Ok(());
                }
                self.tell(desk, order, fill).await
            }
            AccountEvent::Unauthorized => key::refused(desk, self.key).await,
            AccountEvent::Account { positions, .. }
                if !positions.is_empty() && !positions.contains(&self.symbol) =>
            {
                Ok(())
            }
            AccountEvent::Order(..) | AccountEvent::Disconnected => Ok(()),
            AccountEvent::Connected | AccountEvent::Account { .. } | AccountEvent::Settings(_) => {
                self.nudge();
                Ok(())
            }
        }
    }

    /// Writes what an order came to, unless another instance does, or whoever sent it has.
    async fn tell(&self, desk: &Desk, order: Box<Order>, fill: Option<Trade>) -> Result<()> {
        let now = desk.clock.now();
        let once = order_once(self.key, &order);
        let name = format!("events:{}:{}", self.key, self.symbol);
        let mut tx = desk.db.begin().await?;
        if !store::lease::claim(&mut tx, &name, &desk.instance, now, now.plus(LEASE)).await? {
            return Ok(());
        }
        if store::event::first(&mut tx, self.user, &once, now).await? {
            let what = What::Order(order, fill);
            append(&mut tx, self.user, &Happening { key: Some(self.key), at: now, what }).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Reads the state and shows it.
    async fn read(&self, desk: &Desk, who: &Credentials) -> Result<()> {
        let state = order::read_state(desk, who, self.key, self.trade_type, &self.symbol).await?;
        *locked(&self.latest) = Some(state.clone());
        // Nobody watching is no failure.
        let _ = self.viewers.send(LiveMessage::Account(Box::new(state)));
        Ok(())
    }
}

/// Names what an order has come to: whoever finds it out first tells it.
pub(crate) fn order_once(key: ExchangeKeyId, order: &Order) -> String {
    format!("order:{key}:{}:{}:{}", order.client_order_id, order.status, order.filled.normalize())
}

/// Writes a happening where every instance's tabs will hear of it.
pub(crate) async fn record(desk: &Desk, user: UserId, happening: &Happening) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    append(&mut tx, user, happening).await?;
    Ok(tx.commit().await?)
}

/// The same within a transaction.
pub(crate) async fn append(tx: &mut store::Tx, user: UserId, happening: &Happening) -> Result<()> {
    let body = serde_json::to_string(happening).map_err(crate::Error::fault)?;
    store::event::append(tx, user, &body, happening.at).await?;
    Ok(())
}

async fn events(desk: SharedDesk, feed: Weak<AccountFeed>, who: Credentials) {
    let Some(kind) = feed.upgrade().map(|f| f.trade_type) else { return };
    let mut events = desk.exchange.account_stream(who, kind);
    let mut alive = tokio::time::interval(SWEEP);
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            _ = alive.tick() => if feed.strong_count() > 0 { continue } else { return },
        };
        let (Some(event), Some(feed)) = (event, feed.upgrade()) else { return };
        if let Err(error) = feed.take(&desk, event).await {
            tracing::warn!(%error, "could not forward an account event to the browser");
        }
    }
}

async fn states(desk: SharedDesk, feed: Weak<AccountFeed>, who: Credentials, changed: Arc<Notify>) {
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
        // Let go of while waiting, or the feed would never end.
        drop(feed);
        // A sweep is as good a reason to read as a change.
        let _ = tokio::time::timeout(wait, changed.notified()).await;
        tokio::time::sleep(BURST).await;
    }
}
