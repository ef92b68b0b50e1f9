//! Protection: every position that the desk opened has its stop, unless its owner chose otherwise.
//!
//! The wanted protection of a position is a row (`store::protection`), written with the intent that opens it.
//! The supervisor compares it with what the exchange reports and makes the smallest next repair until both
//! agree, whatever caused the difference. docs/ARCHITECTURE.md has a diagram.

mod answer;
mod breaker;
mod budget;
mod decide;
mod notices;
mod pass;
mod release;
pub(super) mod rules;
mod settle;
pub(super) mod shown;
pub(super) mod state;
mod stop;
mod supervise;

pub(super) use decide::is_stop;
pub use release::set_supervised;
pub use rules::Rule;
pub use state::Unprotected;
pub(crate) use state::{Supervision, Watched};

use super::{account::Access, sharing::is_superseded};
use crate::{
    error::Result,
    trading::{SharedTrading, Trading, key},
};
use domain::{ApiKeyStatus, CopyId, ExchangeKeyId, IntentId, PositionSlot, Symbol};
use futures::{StreamExt as _, stream};
use pass::Pass;
use std::{collections::BTreeSet, time::Duration};
pub(super) use stop::{BETWEEN_READINGS, READINGS_LAG, Seen, just_entered};
use store::{
    intent::Status,
    protection::{self as rows, Protection},
};
pub(crate) use supervise::Known;

/// Markets inspected concurrently.
const CONCURRENCY: usize = 16;
/// Interval between two ticks if nothing wakes the supervisor.
const BEAT: Duration = Duration::from_millis(500);

/// Supervises positions until the desk stops.
pub async fn run(desk: SharedTrading) {
    while !desk.work.is_stopping() {
        // Registered before the tick, so that a change in between is not missed.
        let woken = desk.supervision.woken();
        if let Err(error) = tick(&desk).await {
            tracing::warn!(%error, "could not run the protection supervisor; the next tick retries");
        }
        tokio::select! {
            () = woken => {}
            () = desk.clock.sleep(BEAT) => {}
            () = desk.work.stopping() => {}
        }
    }
}

/// Runs one tick: inspects the positions that are due.
///
/// # Errors
/// If the database cannot be read. One position's failure never delays the others.
pub async fn tick(desk: &SharedTrading) -> Result<()> {
    let now = desk.clock.boot();
    if desk.supervision.must_load(now) {
        let mut all = rows::list_all(&desk.db).await?;
        all.retain(|row| desk.is_ours(row.exchange_key_id));
        desk.supervision.load(all, now);
    }
    let due = desk.supervision.due(now, |key| desk.accounts.is_live(key));
    stream::iter(due)
        .for_each_concurrent(CONCURRENCY, |(key, symbol)| async move {
            if let Err(error) = inspect_market(desk, key, &symbol, Known::Nothing).await {
                tracing::debug!(%key, %symbol, %error, "could not inspect a position");
                desk.supervision.record_failed_inspection(key, &symbol, desk.clock.boot());
            }
        })
        .await;
    desk.heartbeats.copies_reconciled(desk.clock.now());
    Ok(())
}

/// Inspects all supervised positions on one market now. `known` is what the caller knows about the position.
///
/// # Errors
/// If the database or the exchange cannot be queried.
pub(crate) async fn inspect_market(
    desk: &SharedTrading,
    id: ExchangeKeyId,
    symbol: &Symbol,
    known: Known,
) -> Result<()> {
    let Some(row) = store::key::get_any(&desk.db, id).await? else { return forget(desk, id, symbol).await };
    if row.key.status == ApiKeyStatus::Unauthorized {
        // The key cannot be used, and its owner has already been notified.
        desk.supervision.postpone(id, symbol, desk.clock.boot());
        return Ok(());
    }
    let access = Access { who: key::credentials(desk, &row)?, row };
    let _lock = desk.locks.lock(id, symbol).await;
    let at_work = positions_at_work(desk, id, symbol).await?;
    let wanted = rows::on_market(&desk.db, id, symbol).await?;
    desk.supervision.remember(&wanted, desk.clock.boot());
    for slot in PositionSlot::ALL {
        if at_work.contains(slot) {
            let left_alone = wanted.iter().filter(|row| row.position_side == *slot);
            let left_alone = left_alone.map(|row| row.intent_id).collect::<Vec<_>>();
            desk.supervision.record_work(&left_alone, desk.clock.boot());
            continue;
        }
        inspect_position(desk, &access, &wanted, *slot, known).await?;
    }
    desk.supervision.keep_only(id, symbol, &wanted);
    Ok(())
}

/// Inspects all supervised trades of one position, oldest first. `wanted` are those of its market.
async fn inspect_position(
    desk: &Trading,
    access: &Access,
    wanted: &[Protection],
    slot: PositionSlot,
    known: Known,
) -> Result<()> {
    for row in wanted.iter().filter(|row| row.position_side == slot) {
        let known = if is_superseded(wanted, row.intent_id) { Known::Superseded } else { known };
        inspect(desk, access, row, known).await?;
    }
    Ok(())
}

/// Inspects all supervised positions of one account in full now.
///
/// # Errors
/// If the database or the exchange cannot be queried. Positions not yet inspected are due at the next tick.
pub(crate) async fn inspect_key(desk: &SharedTrading, id: ExchangeKeyId) -> Result<()> {
    desk.supervision.wake_key(id);
    let rows = rows::of_key(&desk.db, id).await?;
    let symbols: BTreeSet<Symbol> = rows.into_iter().map(|row| row.symbol).collect();
    for symbol in symbols {
        inspect_market(desk, id, &symbol, Known::Nothing).await?;
    }
    Ok(())
}

/// Returns whether a copy's position is still open. `closed` means that an order that closed it has filled.
/// The caller holds the per-market lock.
pub(crate) async fn inspect_copy(
    desk: &Trading,
    access: &Access,
    copy: CopyId,
    closed: bool,
) -> Result<bool> {
    let Some(row) = rows::get_protection(&desk.db, IntentId(copy.0)).await? else { return Ok(false) };
    let known = if closed { Known::Closed } else { Known::Nothing };
    Ok(!matches!(inspect(desk, access, &row, known).await?, Pass::Ending | Pass::Ended))
}

async fn inspect(desk: &Trading, access: &Access, row: &Protection, known: Known) -> Result<Pass> {
    let watched = Watched::of(row);
    let supervision = &desk.supervision;
    let plain = known == Known::Nothing && row.wanted == rows::Wanted::Stop && row.ended_at.is_none();
    let streamed = streamed(desk, row);
    let cheap = plain && supervision.may_inspect_cheaply(&watched, streamed);
    if cheap && supervise::stop_is_alive(desk, access, &watched).await? {
        supervision.record_inspection(&watched, Pass::Agrees, desk.clock.boot(), streamed);
        return Ok(Pass::Agrees);
    }
    let pass = supervise::pass(desk, access, row, known).await?;
    supervision.record_inspection(&watched, pass, desk.clock.boot(), streamed);
    Ok(pass)
}

/// Whether the account's user-data stream is connected and reports changes.
fn streamed(desk: &Trading, row: &Protection) -> bool {
    desk.accounts.is_live(row.exchange_key_id)
}

/// Returns the positions of a market on which an intent is being worked. Its intermediate states must not be taken for
/// differences.
async fn positions_at_work(
    desk: &Trading,
    key: ExchangeKeyId,
    symbol: &Symbol,
) -> Result<BTreeSet<PositionSlot>> {
    if !Rule::WorkingIntentIsLeftAlone.holds() {
        return Ok(BTreeSet::new());
    }
    let mut working = store::intent::unfinished_for_key(&desk.db, key).await?;
    working.retain(|row| row.status == Status::Working && row.symbol == *symbol);
    Ok(working.into_iter().map(|row| row.position_side).collect())
}

/// Drops the protection rows of a deleted key: nothing can be done for its positions. Their trades end.
async fn forget(desk: &Trading, key: ExchangeKeyId, symbol: &Symbol) -> Result<()> {
    let gone = rows::on_market(&desk.db, key, symbol).await?;
    let (mut tx, now) = (desk.db.begin().await?, desk.clock.now());
    store::trade::forget_key(&mut tx, key, now).await?;
    for row in &gone {
        rows::delete_protection(&mut tx, row.intent_id).await?;
    }
    tx.commit().await?;
    desk.supervision.keep_only(key, symbol, &[]);
    Ok(())
}
