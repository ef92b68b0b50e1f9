//! The fan-out: queues a copy for every follower, in batches, and in a different order for each signal, so
//! that no follower is always last.

mod facts;

use crate::{error::Result, following::Following};
use domain::{CopyId, signal::Action};
use facts::EntryFacts;
use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use store::{copy::NewCopy, follow, signal::Signal};

/// Copies per transaction.
const BATCH: usize = 500;

/// Queues the missing copies of every signal that has not been fanned out completely. Repeating it, or
/// running it on two instances, is harmless: a follow has one copy per signal.
///
/// # Errors
/// If the database cannot be queried.
pub(crate) async fn fan_out_due(desk: &Following) -> Result<()> {
    for signal in store::signal::list_due(&desk.db).await? {
        fan_out(desk, &signal).await?;
    }
    Ok(())
}

async fn fan_out(desk: &Following, signal: &Signal) -> Result<()> {
    let mut reached = match signal.action {
        Action::Enter => follow::reached_by_entry(&desk.db, signal.strategy_id).await?,
        Action::Exit => follow::reached_by_exit(&desk.db, signal.strategy_id).await?,
    };
    let facts = match signal.action {
        Action::Enter => Some(EntryFacts::read(desk, signal, &reached).await?),
        // Exits are always queued.
        Action::Exit => None,
    };
    let exit_percent = match signal.action {
        Action::Enter => None,
        Action::Exit => store::signal_size::exit_percent(&desk.db, signal.id).await?,
    };
    // The seed comes from the random part of the signal's id, so that the order is the same after a crash.
    let (_, entropy) = signal.id.0.as_u64_pair();
    reached.shuffle(&mut StdRng::seed_from_u64(entropy));
    for batch in reached.chunks(BATCH) {
        let now = desk.clock.now();
        let mut copies: Vec<NewCopy> = batch
            .iter()
            .map(|follow| {
                let (skipped, detail) =
                    facts.as_ref().and_then(|facts| facts.objection(desk, follow)).unzip();
                NewCopy {
                    id: CopyId::mint(&*desk.clock, &*desk.entropy),
                    follow_id: follow.id,
                    user_id: follow.user_id,
                    exchange_key_id: follow.exchange_key_id,
                    symbol: follow.symbol.clone(),
                    risk_percent: follow.percentage.0,
                    exit_percent,
                    skipped,
                    detail: detail.flatten(),
                }
            })
            .collect();
        // Ids minted within the same millisecond are not ordered; the rows are inserted in id order.
        copies.sort_by_key(|copy| copy.id);
        let mut tx = desk.db.begin().await?;
        store::copy::insert_all(&mut tx, signal.id, signal.action, signal.side, &copies, now).await?;
        tx.commit().await?;
    }
    let mut tx = desk.db.begin().await?;
    store::signal::set_fanned_out(&mut tx, signal.id, desk.clock.now()).await?;
    tx.commit().await?;
    tracing::info!(signal = %signal.id, followers = reached.len(), "queued the copies of a signal");
    Ok(())
}
