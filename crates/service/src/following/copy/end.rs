//! Ends a copied position: by its strategy, by its owner, or because it lost its protection.

use super::follow_up;
use crate::{
    error::{Error, Result},
    following::{Following, SharedFollowing},
    trading::{
        key,
        order::{Access, BeginCondition, Exiting, copied},
    },
};
use domain::{
    CopyId, FollowId, IntentId,
    copy::{Exit, Status},
};
use store::{copy::CopyTrade, group_commit::CommitOutcome};

/// Ends a follow's copied position because its owner stopped following. It is not an error if nothing is
/// open. The caller has verified that the follow belongs to the actor.
///
/// # Errors
/// 1103; unavailable if the exchange does not answer. The closing then continues in the background, and a
/// repeated call reports its result.
pub async fn close_position(desk: &SharedFollowing, follow: FollowId) -> Result<()> {
    let Some(copy) = store::copy::open_of_follow(&desk.db, follow).await? else { return Ok(()) };
    let Some(row) = store::key::get_any(&desk.db, copy.exchange_key_id).await? else { return Ok(()) };
    let who = key::credentials(desk, &row)?;
    let access = Access { row, who };
    // Runs detached: it continues if the caller disconnects.
    let shared = desk.clone();
    let work = async move {
        let _lock = shared.locks.lock(copy.exchange_key_id, &copy.symbol).await;
        match end_copy(&shared, &access, &copy, Exit::Owner, None).await? {
            CommitOutcome::Conflict => Err(Error::Unavailable { retry_after_s: 2 }),
            CommitOutcome::PreconditionFailed => Ok(()),
            CommitOutcome::Committed => is_closed(&shared, copy.id).await,
        }
    };
    desk.work.run(work).await
}

/// Ends an open copied position for a reason of its own, such as a risk rule. Nothing happens to a copy that is not open
/// any more, which returns `None`. A copy that is being sent, or whose close is under way, is left to the next call.
///
/// # Errors
/// 1103; unavailable during shutdown.
pub(in crate::following) async fn close_copy(
    desk: &SharedFollowing,
    id: CopyId,
    why: Exit,
) -> Result<Option<CommitOutcome>> {
    let Some(copy) = store::copy::get_copy(&desk.db, id).await? else { return Ok(None) };
    let Some(row) = store::key::get_any(&desk.db, copy.exchange_key_id).await? else { return Ok(None) };
    let who = key::credentials(desk, &row)?;
    let access = Access { row, who };
    let shared = desk.clone();
    let work = async move {
        let _lock = shared.locks.lock(copy.exchange_key_id, &copy.symbol).await;
        match store::copy::get_copy(&shared.db, id).await? {
            Some(copy) if copy.status == Status::Open => {
                end_copy(&shared, &access, &copy, why, None).await.map(Some)
            }
            _ => Ok(None),
        }
    };
    desk.work.run(work).await
}

/// Returns `Ok` once the copy is closed, or unavailable while its closing continues in the background.
async fn is_closed(desk: &Following, id: CopyId) -> Result<()> {
    let copy = store::copy::get_copy(&desk.db, id).await?;
    let open = copy.is_some_and(|copy| copy.status == Status::Open);
    if open { Err(Error::Unavailable { retry_after_s: 2 }) } else { Ok(()) }
}

/// Closes a copy's position and records why. `by` is the exit's own copy, whose id then becomes the intent's
/// id. The caller holds the per-market lock.
pub(super) async fn end_copy(
    desk: &Following,
    access: &Access,
    copy: &CopyTrade,
    why: Exit,
    by: Option<CopyId>,
) -> Result<CommitOutcome> {
    let Some((side, amount)) = copy.side.zip(copy.amount) else {
        return Err(Error::fault("an open copy has no side or no amount"));
    };
    let amount = copied::remaining(desk, copy.id, amount.0).await?;
    let mint = || IntentId::mint(&*desk.clock, &*desk.entropy);
    let id = by.map_or_else(mint, |copy| IntentId(copy.0));
    let exiting = Exiting { copy: copy.id, side, amount, why };
    let intent = copied::exiting(desk, id, access, copy.symbol.clone(), exiting);
    let close = BeginCondition::Close { copy: copy.id };
    let begin = by.map_or(close, |copy| BeginCondition::Exit { copy });
    let written = copied::work(desk, access, intent, begin).await?;
    desk.accounts.note_order(copy.exchange_key_id);
    if written == CommitOutcome::Committed {
        follow_up::settle_if_ended(desk, access, copy, true).await?;
    }
    Ok(written)
}
