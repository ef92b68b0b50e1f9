//! User-data streams of accounts that have open positions or orders or follow a strategy, including manually
//! traded ones. Their events keep cached balances fresh, have fills followed up immediately, and notify the
//! owner of orders that Slipstream did not send.
//!
//! Each account is streamed by exactly one instance (`crate::platform::shares`). If there are more accounts than
//! streams, accounts with something open come first, and the others are read when needed. Spot accounts are streamed only
//! for programs of their owners that receive events.

mod foreign;
mod warm;

use crate::{
    error::Result,
    platform::user_events,
    trading::{SharedTrading, key, order},
};
use domain::{ExchangeKeyId, Order, Trade, TradeType, UserId, client_order_id::is_from_slipstream};
use exchange::{AccountEvent, Credentials};
use std::collections::{HashMap, HashSet};
use tokio::{sync::mpsc::Receiver, task::JoinHandle};
use warm::Warming;

/// Largest number of streams per instance.
const MOST: usize = 1_000;
/// Streams opened per round, so that a start does not spend the whole request budget on them.
const OPENED: usize = 50;
/// The asset in which balances are counted.
const QUOTE: &str = "USDT";

/// The open user-data streams. Dropping this closes them.
#[derive(Default)]
pub struct AccountStreams {
    streams: HashMap<ExchangeKeyId, JoinHandle<()>>,
    warming: Warming,
}

impl Drop for AccountStreams {
    fn drop(&mut self) {
        self.streams.values().for_each(JoinHandle::abort);
    }
}

impl AccountStreams {
    /// Runs one round: opens streams for this instance's accounts that have something open or follow a
    /// strategy, or whose orders are events for programs, and closes all others; then reads a few of the accounts that
    /// follow strategies ahead of the next signal.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn round(&mut self, desk: &SharedTrading) -> Result<()> {
        let mut all = store::key::with_exposure_or_follow(&desk.db).await?;
        all.extend(store::key::spot_with_programs(&desk.db).await?);
        let ours = all.into_iter().filter(|key| desk.is_ours(*key)).take(MOST);
        let wanted: Vec<_> = ours.collect();
        let known: HashSet<_> = wanted.iter().copied().collect();
        self.streams.retain(|key, stream| {
            let keep = known.contains(key) && !stream.is_finished();
            if !keep {
                stream.abort();
                desk.accounts.set_live(*key, false);
            }
            keep
        });
        let missing: Vec<_> = wanted.into_iter().filter(|key| !self.streams.contains_key(key)).collect();
        for id in missing.into_iter().take(OPENED) {
            if let Some(row) = store::key::get_any(&desk.db, id).await? {
                let (who, kind) = (key::credentials(desk, &row)?, row.key.trade_type);
                let stream = desk.exchange.account_stream(who.clone(), kind);
                let listener = Listener { desk: desk.clone(), key: id, kind, owner: row.user_id, who };
                self.streams.insert(id, tokio::spawn(listener.listen(stream)));
            }
        }
        self.warming.round(desk, self.streams.keys().copied()).await
    }
}

/// Handles the events of one account's stream.
struct Listener {
    desk: SharedTrading,
    key: ExchangeKeyId,
    kind: TradeType,
    owner: UserId,
    who: Credentials,
}

impl Listener {
    async fn listen(self, mut stream: Receiver<AccountEvent>) {
        while let Some(event) = stream.recv().await {
            match self.kind {
                TradeType::Futures => self.take(event).await,
                TradeType::Spot => self.take_spot(event).await,
            }
        }
    }

    /// Handles an event of a spot account, whose orders are recorded and whose balances are not cached.
    async fn take_spot(&self, event: AccountEvent) {
        match event {
            AccountEvent::Order(order, fill) => self.record(order, fill).await,
            AccountEvent::Unauthorized => self.disable().await,
            AccountEvent::Connected
            | AccountEvent::Disconnected
            | AccountEvent::Account { .. }
            | AccountEvent::Settings(..) => {}
        }
    }

    async fn take(&self, event: AccountEvent) {
        let (desk, id) = (&self.desk, self.key);
        let accounts = &desk.accounts;
        match event {
            // Events missed while the stream was down are found by reading.
            AccountEvent::Connected => {
                accounts.set_live(id, true);
                if let Err(error) = order::protection::inspect_key(desk, id).await {
                    tracing::debug!(key = %id, %error, "could not inspect an account's positions after a stream event; the next tick does");
                }
            }
            AccountEvent::Disconnected => accounts.set_live(id, false),
            AccountEvent::Account { change, .. } => {
                accounts.apply(id, change.as_ref(), QUOTE, desk.clock.now());
            }
            AccountEvent::Settings(symbol, Some(leverage)) => accounts.set_leverage(id, &symbol, leverage),
            AccountEvent::Settings(symbol, None) => accounts.forget_leverage(id, &symbol),
            AccountEvent::Order(order, fill) => {
                if !order.reduce_only {
                    // It takes or frees margin, which no other event reports.
                    accounts.note_order(id);
                }
                if !is_from_slipstream(&order.client_order_id) {
                    foreign::order_changed(desk, self.owner, id, &order, fill.as_ref()).await;
                    return;
                }
                if order.is_final() && order::protects(&order.client_order_id) {
                    // Most other reports concern orders whose response has just arrived here anyway.
                    order::touched(desk, &order);
                }
                self.record(order, fill).await;
            }
            // The exchange ends the stream after this event.
            AccountEvent::Unauthorized => self.disable().await,
        }
    }

    async fn disable(&self) {
        if let Err(error) = key::disable_rejected(&self.desk, self.key, &self.who).await {
            tracing::warn!(key = %self.key, %error, "could not disable a key that the exchange rejects");
        }
    }

    async fn record(&self, order: Box<Order>, fill: Option<Trade>) {
        if let Err(error) = self.record_for_programs(order, fill).await {
            tracing::warn!(key = %self.key, %error, "could not record an order for the owner's programs");
        }
    }

    /// Records the state of an order for the owner's programs. Without any, orders are recorded only while a page shows
    /// their market, because nothing else needs them.
    async fn record_for_programs(&self, order: Box<Order>, fill: Option<Trade>) -> Result<()> {
        if order::reported_as_hit(&order)
            || !store::event_webhook::has_program(&self.desk.db, self.owner).await?
        {
            return Ok(());
        }
        user_events::record_order(&self.desk, self.owner, self.key, order, fill).await
    }
}
