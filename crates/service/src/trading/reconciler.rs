//! Periodic order work: resumes unfinished intents, and watches accounts with an entry that waits for a fill.

use crate::{
    error::Result,
    trading::{SharedTrading, live::AccountFeed, order},
};
use domain::Symbol;
use std::{collections::HashMap, sync::Arc};
use store::intent::Status;

/// Keeps account feeds open for waiting intents, so that a fill gets its stop immediately and not at the next
/// sweep.
#[derive(Default)]
pub struct Reconciler {
    watched: HashMap<(domain::ExchangeKeyId, Symbol), Arc<AccountFeed>>,
}

impl Reconciler {
    /// Runs one round: resumes unfinished intents, and opens and closes feeds as needed.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn tick(&mut self, desk: &SharedTrading) -> Result<()> {
        order::sweep(desk).await?;
        let mut wanted = HashMap::new();
        // Only waiting intents need a stream; the outcome of one that is being sent arrives without it.
        let unfinished = store::intent::list_unfinished(&desk.db).await?;
        for row in unfinished.into_iter().filter(|row| row.status == Status::Waiting) {
            let place = (row.exchange_key_id, row.symbol);
            if let Some(feed) = self.watched.remove(&place) {
                wanted.insert(place, feed);
            } else if let Some(key) = store::key::get_any(&desk.db, row.exchange_key_id).await? {
                // Without a feed, the entry's fill is noticed at the next sweep.
                match desk.hub.account(desk, &key, &place.1) {
                    Ok(feed) => drop(wanted.insert(place, feed)),
                    Err(error) => tracing::warn!(key = %place.0, %error, "an account cannot be watched"),
                }
            }
        }
        self.watched = wanted;
        desk.heartbeats.orders_reconciled(desk.clock.now());
        Ok(())
    }
}
