//! Closes the positions of tripped rules. The trip is on disk before, and stops the follows' entries; each close is an
//! intent of its own, as an exit's. So a killed process loses nothing: what is still open is closed by the next round.

use super::measure::RuleBook;
use crate::{
    error::Result,
    following::{SharedFollowing, copy},
    messaging::notify::{Notification, NotificationEvent},
};
use domain::{
    CopyId, Micros, UserId,
    copy::{Exit, Status, exit_pause},
    order_failure::FailureCause,
};
use futures::future::join_all;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use store::{
    group_commit::CommitOutcome,
    risk_rule::{CountedCopy, OwnedRule},
};

/// The copies whose close was not carried out: how often, and when it is tried again by the boot clock. Lost with the
/// process: then they are tried immediately.
#[derive(Default)]
pub(super) struct Rejected(Mutex<HashMap<CopyId, (i64, Micros)>>);

impl Rejected {
    fn locked(&self) -> MutexGuard<'_, HashMap<CopyId, (i64, Micros)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waits(&self, copy: CopyId, boot: Micros) -> bool {
        self.locked().get(&copy).is_some_and(|(_, next)| *next > boot)
    }

    /// Notes an attempt; returns their number.
    fn again_after_pause(&self, copy: CopyId, boot: Micros) -> i64 {
        let mut all = self.locked();
        let (attempts, next) = all.entry(copy).or_default();
        *next = boot.plus(exit_pause(*attempts));
        *attempts += 1;
        *attempts
    }
}

/// Closes the open copied positions of every tripped rule that closes. A position whose close the exchange rejects is
/// tried again with the growing pauses of an exit.
///
/// # Errors
/// If the database cannot be queried.
pub async fn close_due(desk: &SharedFollowing) -> Result<()> {
    let due = store::risk_rule::list_closing(&desk.db).await?;
    if due.is_empty() {
        desk.readings.closes.locked().clear();
    }
    let each = due.into_iter().map(|owned| async move {
        if let Err(error) = close_positions(desk, &owned).await {
            tracing::warn!(rule = %owned.rule.id, %error, "could not close the positions of a risk rule; will retry");
        }
    });
    join_all(each).await;
    Ok(())
}

/// Closes what is open now. Once nothing is open or being sent, the rule's closing has ended.
async fn close_positions(desk: &SharedFollowing, owned: &OwnedRule) -> Result<()> {
    let book = RuleBook::with(desk, owned.user_id, vec![owned.rule]).await?;
    let Some(trip) = owned.rule.trip else { return Ok(()) };
    let active = |copy: &&CountedCopy| matches!(copy.status, Status::Open | Status::Sending);
    // After the trip has ended, new copies are entered again, and are not its concern.
    let before_end = |copy: &&CountedCopy| trip.until.is_none_or(|until| copy.created_at < until);
    let concerned = book.concerned(&owned.rule).into_iter();
    let due: Vec<_> = concerned.filter(active).filter(before_end).map(|copy| copy.id).collect();
    if due.is_empty() {
        let mut tx = desk.db.begin().await?;
        store::risk_rule::end_closing(&mut tx, owned.rule.id, trip.at).await?;
        return Ok(tx.commit().await?);
    }
    let boot = desk.clock.boot();
    let due = due.into_iter().filter(|id| !desk.readings.closes.waits(*id, boot));
    let closes = due.map(|id| async move { (id, copy::close_copy(desk, id, Exit::Rule).await) });
    let mut failed = Ok(());
    for (id, closed) in join_all(closes).await {
        match closed {
            // Another order on the market, or the entry, is under way.
            Ok(None | Some(CommitOutcome::Conflict)) => {}
            Ok(Some(_)) => {
                // The intent of the first attempt has ended, and did not close the position.
                if desk.readings.closes.again_after_pause(id, desk.clock.boot()) > 1 {
                    report_late(desk, owned.user_id, id).await?;
                }
            }
            Err(error) => failed = Err(error),
        }
    }
    failed
}

/// Notifies the owner that the exchange has not closed a position, once for each copy.
async fn report_late(desk: &SharedFollowing, owner: UserId, id: CopyId) -> Result<()> {
    let copy = store::copy::get_copy(&desk.db, id).await?;
    let Some(copy) = copy.filter(|copy| copy.status == Status::Open) else { return Ok(()) };
    let event = NotificationEvent::ExitLate {
        key: copy.exchange_key_id,
        symbol: copy.symbol,
        why: FailureCause::OrderRejected.into(),
        copy: Some(id),
    };
    let notification = Notification::new(owner, format!("exit-late:{id}"), &event, desk.clock.now())?;
    let mut tx = desk.db.begin().await?;
    notification.write(&mut tx).await?;
    Ok(tx.commit().await?)
}
