//! Periodic billing work: repeats unanswered requests and polls the provider, in case a webhook was lost or a
//! process killed.

use super::{gateway, news::news, operation, sync};
use crate::{
    error::{Error, Result},
    messaging::notify::{Notification, NotificationEvent},
    money::Money,
    platform::audit::Via,
};
use domain::{
    Micros,
    subscription::LEEWAY,
    time::{DAY, HOUR, SECOND},
};
use store::{
    billing as rows,
    subscription::{self, StoredSubscription},
};

/// Operations, users or subscriptions per round.
const ROUND: i64 = 100;
/// How long to wait for an answer before the request is repeated.
const PATIENCE: i64 = 30 * SECOND;
/// Polling intervals: users who may be paying, and all others.
const SOON: i64 = 15 * SECOND;
const LATE: i64 = HOUR;
/// How long before the end of a cancelled plan its owner is reminded.
const NOTICE: i64 = 3 * DAY;
/// How long webhook ids are kept. The provider redelivers an event for up to three days and stores it for
/// thirty.
const EVENTS_KEPT: i64 = 60 * DAY;

/// Runs one round: repeats unanswered requests, polls users who are due, and notifies owners of ending plans.
/// The caller holds the job's lease.
///
/// # Errors
/// When the database cannot be used. A provider that does not answer is not an error here.
pub async fn round(desk: &Money) -> Result<()> {
    if gateway(desk).is_none() {
        return Ok(());
    }
    let now = desk.clock.now();
    for op in rows::list_unanswered(&desk.db, now.plus(-PATIENCE), ROUND).await? {
        let _lock = desk.paying.at(op.user_id).await;
        // It may have been answered while we waited for the lock.
        let still = rows::get_operation(&desk.db, op.user_id, op.id).await?;
        let Some(op) = still.filter(|op| op.status == rows::Status::Working) else { continue };
        let id = op.id;
        passed_over(operation::run(desk, op).await.map(drop))?;
        let mut tx = desk.db.begin().await?;
        rows::record_retry(&mut tx, id, now).await?;
        tx.commit().await?;
    }
    for user in rows::list_due_users(&desk.db, now.plus(-SOON), now.plus(-LATE), ROUND).await? {
        let synced = sync::sync_user(desk, user).await;
        let usable = !matches!(synced, Err(Error::Fault(_)));
        passed_over(synced)?;
        if !usable {
            // A user whose data cannot be read must not block the queue.
            let mut tx = desk.db.begin().await?;
            rows::record_query(&mut tx, user, now).await?;
            tx.commit().await?;
        }
    }
    for kept in subscription::list_ending(&desk.db, now.plus(NOTICE), now.plus(-LEEWAY), ROUND).await? {
        ending(desk, kept, now).await?;
    }
    Ok(())
}

/// Ignores failures of the provider; the next round tries again.
fn passed_over(result: Result<()>) -> Result<()> {
    match result {
        Err(Error::Unavailable { .. } | Error::Refused(_) | Error::NotFound) => Ok(()),
        Err(Error::Fault(fault)) => {
            tracing::error!(fault = format!("{fault:#}"), "could not use the payment provider's response");
            Ok(())
        }
        other => other,
    }
}

async fn ending(desk: &Money, kept: StoredSubscription, now: Micros) -> Result<()> {
    if !kept.subscription.in_force(now) {
        // Poll the provider once more before anyone loses a plan.
        passed_over(sync::sync_user(desk, kept.user_id).await)?;
    }
    let all = subscription::of_user(&desk.db, kept.user_id).await?;
    let Some(before) = all.into_iter().find(|s| s.subscription.id == kept.subscription.id) else {
        return Ok(());
    };
    let mut after = before.clone();
    let found = news(Some(&before), &mut after, now);
    let ends = after.subscription.cancel_at_period_end && after.subscription.in_force(now);
    let soon = ends
        && after.subscription.period_end < now.plus(NOTICE)
        && after.told_ending != Some(after.subscription.period_end);
    if soon {
        after.told_ending = Some(after.subscription.period_end);
    }
    if found.is_empty() && !soon {
        return Ok(());
    }
    let mut tx = desk.db.begin().await?;
    if !subscription::update_subscription(&mut tx, &after).await? {
        return Ok(());
    }
    sync::record_and_notify(desk, &mut tx, &after, &found, Via::Job).await?;
    if soon {
        let plan =
            store::plan::get_plan(&mut tx, after.plan_id).await?.map(|plan| plan.name).unwrap_or_default();
        let (once, at) = (
            format!("plan-lapses:{}:{}", after.subscription.id, after.subscription.period_end.0),
            after.subscription.period_end,
        );
        Notification::new(after.user_id, once, &NotificationEvent::PlanLapses { plan, at }, now)?
            .write(&mut tx)
            .await?;
    }
    Ok(tx.commit().await?)
}

/// Deletes the ids of webhook events that will not be redelivered.
///
/// # Errors
/// When the database cannot be used.
pub async fn prune(desk: &Money) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    rows::prune(&mut tx, desk.clock.now().plus(-EVENTS_KEPT)).await?;
    Ok(tx.commit().await?)
}
