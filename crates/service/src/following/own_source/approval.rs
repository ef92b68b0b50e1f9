//! Approval of private signal sources: the owner asks, and an admin decides whether everyone may follow the strategy. Its
//! follow rules stay as they are, and only its owner changes it.

use super::get_source;
use crate::{
    actor::Actor,
    error::{Error, Result},
    following::Following,
    identity::step_up,
    messaging::notify::{Notification, NotificationEvent},
    platform::audit::{self, AuditAction},
};
use domain::{
    Role, StrategyId, UserId,
    own_source::{ApprovalRequest, OwnSource, SourceDecision},
    validation::Problem,
};
use store::{Tx, source_approval as rows};

/// Asks the admins to approve one of the caller's private sources for everyone.
///
/// # Errors
/// Not found; a field problem if the source is public or a request is open.
pub async fn request_approval(desk: &Following, actor: &Actor, id: StrategyId) -> Result<OwnSource> {
    let source = get_source(desk, actor, id).await?;
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    if !rows::request_approval(&mut tx, actor.user, id, now).await? {
        return Err(Error::field("visibility", Problem::ApprovalRequested));
    }
    note(desk, &mut tx, actor, AuditAction::SourceRequested, id).await?;
    let name = source.strategy.name;
    let event = NotificationEvent::ApprovalRequested { strategy: id, name, email: actor.email.clone() };
    for admin in store::user::list_admins(&mut tx).await? {
        // Once a day, however often it is withdrawn and requested again.
        let once = format!("approval-requested:{id}:{}", now.day());
        Notification::new(admin.id, once, &event, now)?.write(&mut tx).await?;
    }
    tx.commit().await?;
    get_source(desk, actor, id).await
}

/// Withdraws the caller's open request.
///
/// # Errors
/// Not found if there is none.
pub async fn withdraw_request(desk: &Following, actor: &Actor, id: StrategyId) -> Result<OwnSource> {
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    if !rows::withdraw_request(&mut tx, actor.user, id).await? {
        return Err(Error::NotFound);
    }
    note(desk, &mut tx, actor, AuditAction::SourceRequested, id).await?;
    tx.commit().await?;
    get_source(desk, actor, id).await
}

/// Returns the open requests, the longest waiting first.
///
/// # Errors
/// Forbidden for everyone but admins.
pub async fn list_requests(desk: &Following, actor: &Actor) -> Result<Vec<ApprovalRequest>> {
    actor.must(Role::Admin)?;
    let request = |row: rows::ApprovalRequest| {
        Some(ApprovalRequest {
            strategy: row.strategy_id,
            name: row.name,
            symbol: row.symbol,
            email: row.email,
            live_since: row.live_since,
            requested_at: row.approval_requested_at?,
        })
    };
    Ok(rows::list_requests(&desk.db).await?.into_iter().filter_map(request).collect())
}

/// Approves or rejects a request, or makes an approved source private again. An approved source is live from now on,
/// whatever its owner did with it before. The owner and the admins are notified.
///
/// # Errors
/// Not found if there is no such request or no approved source; forbidden for everyone but admins; [`Error::StepUp`].
pub async fn decide_source(
    desk: &Following,
    actor: &Actor,
    id: StrategyId,
    decision: SourceDecision,
) -> Result<()> {
    step_up::must_be_admin(desk, actor).await?;
    let source = store::own_source::of_strategy(&desk.db, id).await?.ok_or(Error::NotFound)?;
    let strategy = store::strategy::get_strategy(&desk.db, id).await?.ok_or(Error::NotFound)?;
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    let done = match decision {
        SourceDecision::Approve => rows::approve_source(&mut tx, id, now).await?,
        SourceDecision::Reject => rows::reject_request(&mut tx, id).await?,
        SourceDecision::Revoke => rows::revoke_approval(&mut tx, id).await?,
    };
    if !done {
        return Err(Error::NotFound);
    }
    note(desk, &mut tx, actor, AuditAction::SourceDecided, id).await?;
    for (user, own) in notified(&mut tx, source.user_id).await? {
        let name = strategy.name.clone();
        let event = NotificationEvent::SourceDecided { strategy: id, name, decision, own };
        let once = format!("source-decided:{id}:{}", now.0);
        Notification::new(user, once, &event, now)?.write(&mut tx).await?;
    }
    Ok(tx.commit().await?)
}

/// The owner and the admins; whether each is the owner.
async fn notified(tx: &mut Tx, owner: UserId) -> Result<Vec<(UserId, bool)>> {
    let admins = store::user::list_admins(&mut *tx).await?.into_iter().map(|admin| (admin.id, false));
    Ok(std::iter::once((owner, true)).chain(admins.filter(|(admin, _)| *admin != owner)).collect())
}

async fn note(
    desk: &Following,
    tx: &mut Tx,
    actor: &Actor,
    action: AuditAction,
    id: StrategyId,
) -> Result<()> {
    audit::record(desk, tx, Some(actor.user), action, &id.to_string(), actor.from.as_ref()).await
}
