//! Exits: a strategy closes the position of an earlier signal. An exit is never too late and never dropped:
//! if the exchange refuses it, it is retried with growing pauses while the position is open. The owner is
//! notified once of the reason.

mod part;

use super::{decision::Decided, end, outcome::AttemptOutcome};
use crate::{
    error::Result,
    following::SharedFollowing,
    messaging::notify::{Notification, NotificationEvent},
    trading::{key, order::Access},
};
use domain::{
    ApiKeyStatus, Micros,
    copy::{CopyDetail, Exit, Reason, Status, WaitReason, exit_pause},
    order_failure::{FailureCause, OrderFailure},
};
use store::{
    copy::{CopyTrade, Work},
    group_commit::CommitOutcome as Written,
};

/// Closes the position entered by an earlier signal of the strategy, or the share of it that the signal names. It ignores
/// positions of later signals, and those of a strategy that was followed before.
pub(super) async fn carry_out(desk: &SharedFollowing, work: &Work) -> Result<AttemptOutcome> {
    let Some(row) = store::key::get_any(&desk.db, work.exchange_key_id).await? else {
        return Ok(AttemptOutcome::No(Reason::KeyDeleted, None));
    };
    let refused = row.key.status == ApiKeyStatus::Unauthorized;
    let access = Access { who: key::credentials(desk, &row)?, row };
    // Uses the entry's market, not the follow's current one: the follow may have changed its strategy since.
    let Some(copy) = entered(desk, work).await? else { return nothing_open(desk, work).await };
    let _lock = desk.locks.lock(work.exchange_key_id, &copy.symbol).await;
    let Some(copy) = entered(desk, work).await? else { return nothing_open(desk, work).await };
    match copy.status {
        Status::Queued => return Ok(AttemptOutcome::Later(WaitReason::EntryQueued)),
        Status::Sending => return Ok(AttemptOutcome::Later(WaitReason::EntrySending)),
        _ if refused => return Ok(AttemptOutcome::Refused(FailureCause::KeyRejected.into())),
        _ => {}
    }
    if let Some(percent) = work.exit_percent {
        return part::reduce(desk, &access, work, &copy, percent.0).await;
    }
    // The first attempt's intent takes the id of the exit's copy, so that both end in one transaction.
    // Retries get new ids.
    let first = work.attempts == 0;
    let written = end::end_copy(desk, &access, &copy, Exit::Signal, first.then_some(work.id)).await?;
    if written == Written::Conflict {
        return Ok(AttemptOutcome::Later(WaitReason::EarlierOrder));
    }
    if first {
        return after_first(desk, work).await;
    }
    Ok(match store::copy::get_copy(&desk.db, copy.id).await? {
        Some(CopyTrade { status: Status::Open, .. }) => {
            AttemptOutcome::Refused(failure_of(work.detail.as_deref()))
        }
        _ => AttemptOutcome::Exited,
    })
}

/// Returns the entry that the exit is for, unless it has ended.
async fn entered(desk: &SharedFollowing, work: &Work) -> Result<Option<CopyTrade>> {
    let (key, follow) = (work.exchange_key_id, work.follow_id);
    Ok(store::copy::unfinished_entry(&desk.db, key, follow, work.strategy_id, work.signal_seq).await?)
}

/// Decides an exit without an open position: there is nothing to close, or a resumed intent of a refused
/// attempt closed it.
async fn nothing_open(desk: &SharedFollowing, work: &Work) -> Result<AttemptOutcome> {
    let (follow, strategy, seq) = (work.follow_id, work.strategy_id, work.signal_seq);
    if work.attempts > 0 {
        let ended = store::copy::ended_entry(&desk.db, follow, strategy, seq).await?;
        if ended.is_some_and(|copy| copy.exit_reason == Some(Exit::Signal)) {
            return Ok(AttemptOutcome::Exited);
        }
    }
    Ok(AttemptOutcome::No(Reason::NothingOpen, None))
}

/// Checks the exit's copy after the first attempt. If the exit was refused, the copy is queued again;
/// notifies the owner.
async fn after_first(desk: &SharedFollowing, work: &Work) -> Result<AttemptOutcome> {
    let copy = store::copy::get_copy(&desk.db, work.id).await?;
    if let Some(copy) = copy.filter(|copy| copy.status == Status::Queued && copy.attempts > 0) {
        let notification = late(work, failure_of(copy.detail.as_deref()), desk.clock.now())?;
        let mut tx = desk.db.begin().await?;
        notification.write(&mut tx).await?;
        tx.commit().await?;
    }
    Ok(AttemptOutcome::Done)
}

/// Schedules a refused exit for a retry after its pause.
pub(super) fn retry_exit(work: &Work, why: OrderFailure, now: Micros) -> Result<Decided> {
    let until = now.plus(exit_pause(work.attempts));
    let notification = late(work, why.clone(), now)?;
    Ok(Decided::RetryExit(until, why, notification))
}

/// The notification about a late exit. Its idempotency key makes it a single one, however often the exit is
/// refused.
fn late(work: &Work, why: OrderFailure, at: Micros) -> Result<Notification> {
    let event = NotificationEvent::ExitLate {
        key: work.exchange_key_id,
        symbol: work.symbol.clone(),
        why,
        copy: Some(work.id),
    };
    Notification::new(work.user_id, format!("exit-late:{}", work.id), &event, at)
}

/// Why the exit was not carried out. What it waited for before is no answer of the exchange.
fn failure_of(detail: Option<&str>) -> OrderFailure {
    match detail.map(CopyDetail::read) {
        Some(CopyDetail::Failure(failure)) => failure,
        _ => FailureCause::OrderRejected.into(),
    }
}
