//! User-data streams of accounts that have open positions or orders or follow a strategy, including manually
//! traded ones. Their events keep cached balances fresh, have fills followed up immediately, and notify the
//! owner of orders that Slipstream did not send.
//!
//! Each account is streamed by exactly one instance (`crate::platform::shares`). If there are more accounts than
//! streams, accounts with something open come first, and the others are read when needed.

mod foreign;

use crate::{
    error::Result,
    platform::user_events,
    trading::{SharedTrading, key, order},
};
use domain::{ExchangeKeyId, Order, Trade, UserId, client_order_id::is_from_slipstream};
use exchange::{AccountEvent, Credentials};
use std::collections::{HashMap, HashSet};
use tokio::{sync::mpsc::Receiver, task::JoinHandle};

/// Largest number of streams per instance.
const MOST: usize = 500;
/// Streams opened per round, so that a start does not spend the whole request budget on them.
const OPENED: usize = 50;
/// The asset in which balances are counted.
const QUOTE: &str = "USDT";

/// The open user-data streams. Dropping this closes them.
#[derive(Default)]
pub struct AccountStreams {
    streams: HashMap<ExchangeKeyId, JoinHandle<()>>,
}

impl Drop for AccountStreams {
    fn drop(&mut self) {
        self.streams.values().for_each(JoinHandle::abort);
    }
}

impl AccountStreams {
    /// Runs one round: opens streams for this instance's accounts that have something open or follow a
    /// strategy, and closes all others.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn round(&mut self, desk: &SharedTrading) -> Result<()> {
        let all = store::key::with_exposure_or_follow(&desk.db).await?;
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
                let who = key::credentials(desk, &row)?;
                let stream = desk.exchange.account_stream(who.clone(), row.key.trade_type);
                let listener = Listener { desk: desk.clone(), key: id, owner: row.user_id, who };
                self.streams.insert(id, tokio::spawn(listener.listen(stream)));
            }
        }
        Ok(())
    }
}

/// Handles the events of one account's stream.
struct Listener {
    desk: SharedTrading,
    key: ExchangeKeyId,
    owner: UserId,
    who: Credentials,
}

impl Listener {
    async fn listen(self, mut stream: Receiver<AccountEvent>) {
        while let Some(event) = stream.recv().await {
            self.take(event).await;
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
            AccountEvent::Settings(symbol) => accounts.forget_leverage(id, &symbol),
            AccountEvent::Order(order, fill) => {
                if !is_from_slipstream(&order.client_order_id) {
                    foreign::order_changed(desk, self.owner, id, &order, fill.as_ref()).await;
                    return;
                }
                if order.is_final() && order::protects(&order.client_order_id) {
                    // Most other reports concern orders whose response has just arrived here anyway.
                    order::touched(desk, &order);
                }
                if let Err(error) = self.record(order, fill).await {
                    tracing::warn!(key = %id, %error, "could not record an order for the owner's programs");
                }
            }
            // The exchange ends the stream after this event.
            AccountEvent::Unauthorized => {
                if let Err(error) = key::disable_rejected(desk, id, &self.who).await {
                    tracing::warn!(key = %id, %error, "could not disable a key that the exchange rejects");
                }
            }
        }
    }

    /// Records the state of an order for the owner's programs. Without any, orders are recorded only while a page shows
    /// their market, because nothing else needs them.
    async fn record(&self, order: Box<Order>, fill: Option<Trade>) -> Result<()> {
        if order::reported_as_hit(&order)
            || !store::event_webhook::has_program(&self.desk.db, self.owner).await?
        {
            return Ok(());
        }
        user_events::record_order(&self.desk, self.owner, self.key, order, fill).await
    }
}
