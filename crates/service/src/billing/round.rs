//! Standing work: what a lost message or a killed process left open is found out by asking.

use super::{gateway, news::news, operation, sync};
use crate::{
    Desk, Error, Result,
    notify::{Event, Telling},
};
use domain::{
    Micros,
    subscription::LEEWAY,
    time::{DAY, HOUR, SECOND},
};
use store::{
    billing as rows,
    subscription::{self, Kept},
};

/// People of one round.
const ROUND: i64 = 100;
/// How long an answer is waited for before the question is asked again.
const PATIENCE: i64 = 30 * SECOND;
/// Whoever may be paying is asked about this often, everyone else that often.
const SOON: i64 = 15 * SECOND;
const LATE: i64 = HOUR;
/// How long before its end a plan's owner is reminded.
const NOTICE: i64 = 3 * DAY;
/// The provider tells a message again for three days at most, and keeps it for thirty.
const EVENTS_KEPT: i64 = 60 * DAY;

/// One round: unanswered questions are asked again, people are asked about, and whose plan ends hears of it. The caller
/// holds the job's lease.
///
/// # Errors
/// When the database cannot be used. A provider that does not answer is no error here.
pub async fn round(desk: &Desk) -> Result<()> {
    if gateway(desk).is_none() {
        return Ok(());
    }
    let now = desk.clock.now();
    for op in rows::unanswered(&desk.db, now.plus(-PATIENCE), ROUND).await? {
        let _turn = desk.paying.at(op.user_id).await;
        // It may have been answered while we waited for our turn.
        let still = rows::operation(&desk.db, op.user_id, op.id).await?;
        let Some(op) = still.filter(|op| op.status == rows::Status::Working) else { continue };
        let id = op.id;
        passed_over(operation::run(desk, op).await.map(drop))?;
        let mut tx = desk.db.begin().await?;
        rows::asked_again(&mut tx, id, now).await?;
        tx.commit().await?;
    }
    for user in rows::due(&desk.db, now.plus(-SOON), now.plus(-LATE), ROUND).await? {
        let synced = sync::person(desk, user).await;
        let usable = !matches!(synced, Err(Error::Fault(_)));
        passed_over(synced)?;
        if !usable {
            // Whoever cannot be read must not stand before all others.
            let mut tx = desk.db.begin().await?;
            rows::asked(&mut tx, user, now).await?;
            tx.commit().await?;
        }
    }
    for kept in subscription::ending(&desk.db, now.plus(NOTICE), now.plus(-LEEWAY), ROUND).await? {
        ending(desk, kept, now).await?;
    }
    Ok(())
}

/// What the provider keeps us waiting for is for the next round.
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

async fn ending(desk: &Desk, kept: Kept, now: Micros) -> Result<()> {
    if !kept.told.in_force(now) {
        // Before anybody loses a plan the provider is asked once more.
        passed_over(sync::person(desk, kept.user_id).await)?;
    }
    let all = subscription::of_user(&desk.db, kept.user_id).await?;
    let Some(before) = all.into_iter().find(|s| s.told.id == kept.told.id) else { return Ok(()) };
    let mut after = before.clone();
    let found = news(Some(&before), &mut after, now);
    let ends = after.told.cancel_at_period_end && after.told.in_force(now);
    let soon =
        ends && after.told.period_end < now.plus(NOTICE) && after.told_ending != Some(after.told.period_end);
    if soon {
        after.told_ending = Some(after.told.period_end);
    }
    if found.is_empty() && !soon {
        return Ok(());
    }
    let mut tx = desk.db.begin().await?;
    if !subscription::update(&mut tx, &after).await? {
        return Ok(());
    }
    sync::tell(desk, &mut tx, &after, &found).await?;
    if soon {
        let plan = store::plan::get(&mut tx, after.plan_id).await?.map(|plan| plan.name).unwrap_or_default();
        let (once, at) =
            (format!("plan-lapses:{}:{}", after.told.id, after.told.period_end.0), after.told.period_end);
        Telling::new(after.user_id, once, &Event::PlanLapses { plan, at }, now)?.write(&mut tx).await?;
    }
    Ok(tx.commit().await?)
}

/// Forgets messages that will not be told again.
///
/// # Errors
/// When the database cannot be used.
pub async fn prune(desk: &Desk) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    rows::prune(&mut tx, desk.clock.now().plus(-EVENTS_KEPT)).await?;
    Ok(tx.commit().await?)
}
