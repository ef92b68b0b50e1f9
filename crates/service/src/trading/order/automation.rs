//! Automation of open trades: the desk moves the stop to breakeven after a take-profit, trails it behind the
//! peak, and closes a trade that has been open for as long as its owner allows.
//!
//! Everything is derived from the trade, its settings (`store::automation`) and the price, so a restart continues where the
//! desk stopped. A move is an ordinary change of the trade: the new stop is placed before the old one is cancelled, and an
//! ordinary stop is at the exchange all the time. While the desk is off, nothing moves. The instance that supervises an
//! account's positions also does this (`platform::shares`).

mod breakeven;
mod memory;
mod prices;
mod time_limit;
mod trail;

pub(crate) use memory::Automations;

use super::account::Access;
use crate::{
    error::{Error, Result},
    trading::{SharedTrading, Trading, key},
};
use domain::ApiKeyStatus;
use futures::{StreamExt as _, stream};
use prices::{Feeds, Prices};
use std::time::Duration;
use store::{
    automation::{self, ActiveAutomation},
    protection::Wanted,
};

/// Trades managed concurrently.
const CONCURRENCY: usize = 16;
/// Interval between two rounds. A stop moves at most once per round.
const BEAT: Duration = Duration::from_secs(1);

/// Manages open trades until the desk stops.
pub async fn run(desk: SharedTrading) {
    let mut feeds = Feeds::default();
    while !desk.work.is_stopping() {
        // Registered before the round, so that a change in between is not missed.
        let woken = desk.automations.woken();
        if let Err(error) = round(&desk, Some(&mut feeds)).await {
            tracing::warn!(%error, "could not manage open trades; the next round retries");
        }
        tokio::select! {
            () = woken => {}
            () = desk.clock.sleep(BEAT) => {}
            () = desk.work.stopping() => {}
        }
    }
}

/// Runs one round, with the current prices only.
///
/// # Errors
/// If the database cannot be read. One trade's failure never delays the others.
pub async fn tick(desk: &SharedTrading) -> Result<()> {
    round(desk, None).await
}

async fn round(desk: &SharedTrading, feeds: Option<&mut Feeds>) -> Result<()> {
    let mut rows = automation::list_active(&desk.db).await?;
    rows.retain(|row| desk.is_ours(row.exchange_key_id));
    desk.automations.keep_only(&rows);
    let prices = Prices::read(desk, &rows, feeds).await;
    let prices = &prices;
    stream::iter(rows)
        .for_each_concurrent(CONCURRENCY, |row| async move {
            match manage(desk, &row, prices).await {
                Ok(()) => {}
                // The last or the mark price has passed the new stop, or the exchange does not answer: a stop must
                // not wait for minutes after an outage.
                Err(Error::Fields(_) | Error::Unavailable { .. }) => {
                    desk.automations.record_wait(row.intent_id, desk.clock.boot());
                }
                Err(error) => {
                    tracing::debug!(trade = %row.intent_id, %error, "could not manage a trade; will retry");
                    desk.automations.record_failure(row.intent_id, desk.clock.boot());
                }
            }
        })
        .await;
    Ok(())
}

/// Does what is due for one trade: at most one change.
async fn manage(desk: &SharedTrading, row: &ActiveAutomation, prices: &Prices) -> Result<()> {
    let ends = row.entered_at.and_then(|entered| row.automation().closes_at(entered));
    if ends.is_some_and(|at| desk.clock.now() >= at) {
        return time_limit::close(desk, row).await;
    }
    let seen = row.trailing_percent.and_then(|_| prices.of(row));
    // The peak is followed even while no move is possible.
    let peak = desk.automations.follow(row, seen);
    if row.wanted != Wanted::Stop || !desk.automations.is_due(row.intent_id, desk.clock.boot()) {
        return Ok(());
    }
    let pending = row.breakeven_after.is_some() && row.breakeven_at.is_none();
    if pending && breakeven::work(desk, row).await? {
        return Ok(());
    }
    match peak.zip(seen) {
        Some((peak, seen)) => trail::work(desk, row, peak, seen).await,
        None => Ok(()),
    }
}

/// Returns the credentials of a trade's account; `None` if they cannot be used.
async fn access(desk: &Trading, row: &ActiveAutomation) -> Result<Option<Access>> {
    let found = store::key::get_any(&desk.db, row.exchange_key_id).await?;
    let Some(found) = found.filter(|found| found.key.status != ApiKeyStatus::Unauthorized) else {
        return Ok(None);
    };
    Ok(Some(Access { who: key::credentials(desk, &found)?, row: found }))
}
