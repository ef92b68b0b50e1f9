//! Standing work: taking up unfinished intents, and watching accounts that wait for an entry to fill.

use crate::{Result, SharedDesk, live::AccountFeed, order};
use domain::Symbol;
use std::{collections::HashMap, sync::Arc};
use store::intent::Status;

/// Watches the accounts of waiting intents, so that a fill is followed by its stop at once and not at the next sweep.
#[derive(Default)]
pub struct Keeper {
    watched: HashMap<(domain::ExchangeKeyId, Symbol), Arc<AccountFeed>>,
}

impl Keeper {
    /// One round: unfinished intents are taken up, and streams opened and let go of as needed.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn round(&mut self, desk: &SharedDesk) -> Result<()> {
        order::sweep(desk).await?;
        let mut wanted = HashMap::new();
        // What is being sent is heard of without a stream.
        let unfinished = store::intent::unfinished(&desk.db).await?;
        for row in unfinished.into_iter().filter(|row| row.status == Status::Waiting) {
            let place = (row.exchange_key_id, row.symbol);
            if let Some(feed) = self.watched.remove(&place) {
                wanted.insert(place, feed);
            } else if let Some(key) = store::key::get_any(&desk.db, row.exchange_key_id).await? {
                let feed = desk.hub.account(desk, &key, &place.1)?;
                wanted.insert(place, feed);
            }
        }
        self.watched = wanted;
        desk.pulse.orders_kept(desk.clock.now());
        Ok(())
    }
}
