//! Requests to approve private signal sources for everyone, and the decisions of the admins.

use crate::{Result, Source, Tx};
use domain::{Micros, StrategyId, Symbol, UserId};
use sqlx::FromRow;

/// An open request.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ApprovalRequest {
    /// Id of the source's strategy.
    pub strategy_id: StrategyId,
    /// The owner.
    pub user_id: UserId,
    /// The owner's e-mail address.
    pub email: String,
    /// Name of the strategy.
    pub name: String,
    /// Trading pair.
    pub symbol: Symbol,
    /// When the first alert was accepted.
    pub live_since: Option<Micros>,
    /// When it was requested.
    pub approval_requested_at: Option<Micros>,
}

/// Lists the open requests, the longest waiting first.
pub async fn list_requests(from: impl Source) -> Result<Vec<ApprovalRequest>> {
    rows!(
        ApprovalRequest,
        from,
        fetch_all,
        "select o.strategy_id, o.user_id, u.email, s.name, s.symbol, o.live_since, o.approval_requested_at \
         from own_sources o join users u on u.id = o.user_id join strategies s on s.id = o.strategy_id \
         where o.approval_requested_at is not null and o.removed_at is null \
         order by o.approval_requested_at, o.strategy_id"
    )
}

/// The time of a user's open request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct RequestedAt {
    /// Id of the source's strategy.
    pub strategy_id: StrategyId,
    /// When it was requested.
    pub approval_requested_at: Option<Micros>,
}

/// Lists a user's open requests.
pub async fn list_by_user(from: impl Source, owner: UserId) -> Result<Vec<RequestedAt>> {
    rows!(
        RequestedAt,
        from,
        fetch_all,
        "select strategy_id, approval_requested_at from own_sources \
         where user_id = $1 and approval_requested_at is not null order by strategy_id",
        owner
    )
}

/// Opens a request for a user's private source; returns whether there was none.
pub async fn request_approval(tx: &mut Tx, owner: UserId, id: StrategyId, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update own_sources set approval_requested_at = $3 where strategy_id = $1 and user_id = $2 \
           and visibility = 'PRIVATE' and removed_at is null and approval_requested_at is null",
        id,
        owner,
        at
    )?;
    Ok(rows == 1)
}

/// Withdraws a user's open request; returns whether there was one.
pub async fn withdraw_request(tx: &mut Tx, owner: UserId, id: StrategyId) -> Result<bool> {
    let rows = exec!(
        tx,
        "update own_sources set approval_requested_at = null \
         where strategy_id = $1 and user_id = $2 and approval_requested_at is not null",
        id,
        owner
    )?;
    Ok(rows == 1)
}

/// Approves a requested source for everyone; it is live from then on. Returns whether there was a request.
pub async fn approve_source(tx: &mut Tx, id: StrategyId, at: Micros) -> Result<bool> {
    let rows = exec!(
        &mut *tx,
        "update own_sources set visibility = 'APPROVED', live_since = $2, approval_requested_at = null \
         where strategy_id = $1 and visibility = 'PRIVATE' and removed_at is null \
           and approval_requested_at is not null",
        id,
        at
    )?;
    touch_strategy(tx, id).await?;
    Ok(rows == 1)
}

/// Rejects a request; returns whether there was one.
pub async fn reject_request(tx: &mut Tx, id: StrategyId) -> Result<bool> {
    let rows = exec!(
        tx,
        "update own_sources set approval_requested_at = null \
         where strategy_id = $1 and removed_at is null and approval_requested_at is not null",
        id
    )?;
    Ok(rows == 1)
}

/// Makes an approved source private again; returns whether it was approved.
pub async fn revoke_approval(tx: &mut Tx, id: StrategyId) -> Result<bool> {
    let rows = exec!(
        &mut *tx,
        "update own_sources set visibility = 'PRIVATE' where strategy_id = $1 and visibility = 'APPROVED'",
        id
    )?;
    touch_strategy(tx, id).await?;
    Ok(rows == 1)
}

/// The public lists change with the visibility, so the strategy counts as changed.
async fn touch_strategy(tx: &mut Tx, id: StrategyId) -> Result<()> {
    exec!(tx, "update strategies set updated_at = updated_at where id = $1", id)?;
    Ok(())
}
