//! The fan-out: a queued copy for every follower, in batches, in an order that is another one for each signal, so that
//! nobody is always the last.

use crate::{Desk, Result};
use domain::{
    CopyId,
    copy::{Facts, FollowState, Reason, eligibility},
    signal::Action,
};
use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use store::{
    copy::NewCopy,
    follow::{self, Reached},
    signal::Signal,
};

/// Copies of one transaction.
const BATCH: usize = 500;

/// Queues the copies of every signal that not all followers have a copy of. Done twice, or by two instances, it is done
/// once: a follow has one copy of a signal.
///
/// # Errors
/// When the database cannot be asked.
pub(crate) async fn fan_out_due(desk: &Desk) -> Result<()> {
    for signal in store::signal::due(&desk.db).await? {
        fan_out(desk, &signal).await?;
    }
    Ok(())
}

async fn fan_out(desk: &Desk, signal: &Signal) -> Result<()> {
    let mut reached = match signal.action {
        Action::Enter => follow::reached_by_entry(&desk.db, signal.strategy_id).await?,
        Action::Exit => follow::reached_by_exit(&desk.db, signal.strategy_id).await?,
    };
    // The seed is the chance in the signal's id: whoever goes on after a crash shuffles alike.
    let (_, chance) = signal.id.0.as_u64_pair();
    reached.shuffle(&mut StdRng::seed_from_u64(chance));
    for batch in reached.chunks(BATCH) {
        let now = desk.clock.now();
        let mut copies: Vec<NewCopy> = batch
            .iter()
            .map(|follow| NewCopy {
                id: CopyId::mint(&*desk.clock, &*desk.chance),
                follow_id: follow.id,
                user_id: follow.user_id,
                exchange_key_id: follow.exchange_key_id,
                symbol: follow.symbol.clone(),
                risk_percent: follow.percentage.0,
                skipped: left_out(signal.action, follow),
            })
            .collect();
        // Within a millisecond ids are in no order; the rows are written in that of their ids.
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

/// Why an entry isn't queued for a follow that the signal reaches, as far as the follow's row tells: its owner sees it at
/// once, and no worker is asked. An exit is always queued.
fn left_out(action: Action, follow: &Reached) -> Option<Reason> {
    if action == Action::Exit {
        return None;
    }
    // A follow that was stopped is not reached.
    let state = FollowState::of(follow.active, follow.paused_reason, false);
    eligibility(&Facts { follow: Some(state), ..Facts::default() }).err()
}
