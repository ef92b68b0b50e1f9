//! The streams of followers' accounts: what they tell keeps equity fresh and has fills followed up at once. Where there
//! are more accounts than streams, the others are read and walked over.

use super::follow_up;
use crate::{Result, SharedDesk, key, order};
use domain::{ExchangeKeyId, TradeType};
use exchange::AccountEvent;
use std::collections::{HashMap, HashSet};
use tokio::task::JoinHandle;

/// Streams of one instance.
const MOST: i64 = 500;
/// Streams opened in one round: a start must not spend the whole rate budget on them.
const OPENED: usize = 50;
/// What equity is counted in.
const QUOTE: &str = "USDT";

/// The streams that stand. They end when this is dropped.
#[derive(Default)]
pub struct Watch {
    streams: HashMap<ExchangeKeyId, JoinHandle<()>>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.streams.values().for_each(JoinHandle::abort);
    }
}

impl Watch {
    /// One round: opens streams for accounts that follow or hold a copied position, and lets go of the others'.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn round(&mut self, desk: &SharedDesk) -> Result<()> {
        let wanted: HashSet<_> = store::follow::watched_keys(&desk.db, MOST).await?.into_iter().collect();
        self.streams.retain(|key, stream| {
            let keep = wanted.contains(key) && !stream.is_finished();
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
                self.streams.insert(id, tokio::spawn(listen(desk.clone(), id, stream)));
            }
        }
        Ok(())
    }
}

async fn listen(desk: SharedDesk, id: ExchangeKeyId, mut stream: tokio::sync::mpsc::Receiver<AccountEvent>) {
    while let Some(event) = stream.recv().await {
        match event {
            // What happened while it was away is found by reading.
            AccountEvent::Connected => {
                desk.copies.accounts.set_live(id, true);
                follow_up::look_at_key(&desk, id).await;
            }
            AccountEvent::Disconnected => desk.copies.accounts.set_live(id, false),
            AccountEvent::Account { change, .. } => {
                desk.copies.accounts.told(id, change.as_ref(), QUOTE, desk.clock.now());
            }
            // Most of what is told of orders is what we have just been answered ourselves.
            AccountEvent::Order(order, _) if order.is_final() && order::protects(&order.client_order_id) => {
                order::touched(&desk, &order);
            }
            AccountEvent::Order(..) | AccountEvent::Settings(_) => {}
            AccountEvent::Unauthorized => {
                if let Err(error) = key::refused(&desk, id).await {
                    tracing::warn!(%error, "a refused key is not switched off");
                }
                return;
            }
        }
    }
}
