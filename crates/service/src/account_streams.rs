//! The user streams of accounts that have something open or follow a strategy, those traded by hand as well: what they report
//! keeps balances fresh, has fills followed up at once, and tells the owner of orders that Slipstream did not send.
//!
//! Each account has its stream on exactly one instance (`crate::shares`). Where there are more accounts than streams, those with
//! something open come first, and the others are read when needed.

mod foreign;

use crate::{Result, SharedDesk, key, order};
use domain::{ExchangeKeyId, TradeType, UserId};
use exchange::AccountEvent;
use std::collections::{HashMap, HashSet};
use tokio::{sync::mpsc::Receiver, task::JoinHandle};

/// Streams of one instance.
const MOST: usize = 500;
/// Streams opened in one round: a start must not spend the whole request budget on them.
const OPENED: usize = 50;
/// The asset in which balances are counted.
const QUOTE: &str = "USDT";

/// The open streams. They end when this is dropped.
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
    /// One round: opens streams for accounts of this instance that have something open or follow, and closes the others'.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn round(&mut self, desk: &SharedDesk) -> Result<()> {
        let all = store::key::with_exposure_or_follow(&desk.db).await?;
        let ours = all.into_iter().filter(|key| desk.is_ours(*key)).take(MOST);
        let wanted: Vec<_> = ours.collect();
        let known: HashSet<_> = wanted.iter().copied().collect();
        self.streams.retain(|key, stream| {
            let keep = known.contains(key) && !stream.is_finished();
            if !keep {
                stream.abort();
                desk.copies.accounts.set_live(*key, false);
            }
            keep
        });
        let missing: Vec<_> = wanted.into_iter().filter(|key| !self.streams.contains_key(key)).collect();
        for id in missing.into_iter().take(OPENED) {
            if let Some(row) = store::key::get_any(&desk.db, id).await? {
                let who = key::credentials(desk, &row)?;
                let stream = desk.exchange.account_stream(who, TradeType::Futures);
                let listener = Listener { desk: desk.clone(), key: id, owner: row.user_id };
                self.streams.insert(id, tokio::spawn(listener.listen(stream)));
            }
        }
        Ok(())
    }
}

/// Who listens to one account's stream.
struct Listener {
    desk: SharedDesk,
    key: ExchangeKeyId,
    owner: UserId,
}

impl Listener {
    async fn listen(self, mut stream: Receiver<AccountEvent>) {
        while let Some(event) = stream.recv().await {
            self.take(event).await;
        }
    }

    async fn take(&self, event: AccountEvent) {
        let (desk, id) = (&self.desk, self.key);
        let accounts = &desk.copies.accounts;
        match event {
            // What happened while the stream was down is found by reading.
            AccountEvent::Connected => {
                accounts.set_live(id, true);
                if let Err(error) = order::protection::inspect_key(desk, id).await {
                    tracing::debug!(key = %id, %error, "could not inspect an account's positions after a stream event; the next tick does");
                }
            }
            AccountEvent::Disconnected => accounts.set_live(id, false),
            AccountEvent::Account { change, .. } => {
                accounts.told(id, change.as_ref(), QUOTE, desk.clock.now());
            }
            AccountEvent::Settings(symbol) => accounts.forget_leverage(id, &symbol),
            AccountEvent::Order(order, fill) => {
                if !order::is_of_a_desk(&order.client_order_id) {
                    foreign::order_changed(desk, self.owner, id, &order, fill.as_ref()).await;
                } else if order.is_final() && order::protects(&order.client_order_id) {
                    // Most other reports are about orders whose answer has just arrived here anyway.
                    order::touched(desk, &order);
                }
            }
            // The exchange ends the stream with it.
            AccountEvent::Unauthorized => {
                if let Err(error) = key::refused(desk, id).await {
                    tracing::warn!(key = %id, %error, "could not disable a key that the exchange rejects");
                }
            }
        }
    }
}
