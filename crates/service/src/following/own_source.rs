//! Private signal sources: strategies that a trader feeds with alerts through a webhook of their own. Only the owner
//! sees them and copies them; every query is scoped by the owner.

mod approval;
mod calls;
mod manage;
mod receive;

pub use approval::{decide_source, list_requests, request_approval, withdraw_request};
pub use calls::list_calls;
pub use manage::{
    NewSource, SourceChange, change_source, create_source, remove_source, revoke_token, rotate_token,
};
pub use receive::{SourceVerdict, receive, test_alert};

use crate::{
    actor::Actor,
    error::{Error, Result},
    following::{Following, strategy},
};
use domain::{
    Role, StrategyId,
    own_source::{OwnSource, SourceOwner, SourceRules},
    strategy::Strategy,
};
use std::collections::HashMap;
use store::own_source::OwnSource as Row;

/// Returns the caller's sources, oldest first.
///
/// # Errors
/// If the database cannot be queried.
pub async fn list_sources(desk: &Following, actor: &Actor) -> Result<Vec<OwnSource>> {
    let rows = store::own_source::list_by_user(&desk.db, actor.user).await?;
    let strategies = strategy::list_visible(desk, actor).await?;
    let strategies: HashMap<StrategyId, Strategy> =
        strategies.into_iter().map(|strategy| (strategy.id, strategy)).collect();
    let webhooks = store::strategy::list_with_webhook(&desk.db).await?;
    let follows = store::follow::list_by_user(&desk.db, actor.user).await?;
    let requests = store::source_approval::list_by_user(&desk.db, actor.user).await?;
    let sized = store::signal_size::list_sized(&desk.db, actor.user).await?;
    let requested = |id| requests.iter().find(|request| request.strategy_id == id);
    let mut sources = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(strategy) = strategies.get(&row.strategy_id) else { continue };
        let followed = follows.iter().filter(|follow| follow.strategy_id == strategy.id).count();
        sources.push(OwnSource {
            rules: rules(&row)?,
            visibility: row.visibility,
            webhook: webhooks.contains(&strategy.id),
            live_since: row.live_since,
            follows: i64::try_from(followed).unwrap_or(i64::MAX),
            size_from_alert: sized.iter().any(|sized| sized.strategy_id == strategy.id),
            approval_requested_at: requested(strategy.id).and_then(|request| request.approval_requested_at),
            strategy: strategy.clone(),
        });
    }
    Ok(sources)
}

/// Returns one of the caller's sources.
///
/// # Errors
/// Not found.
pub async fn get_source(desk: &Following, actor: &Actor, id: StrategyId) -> Result<OwnSource> {
    let all = list_sources(desk, actor).await?;
    all.into_iter().find(|source| source.strategy.id == id).ok_or(Error::NotFound)
}

/// Returns the owners of all sources, for the admins' list of strategies.
///
/// # Errors
/// Forbidden for everyone but admins.
pub async fn list_owners(desk: &Following, actor: &Actor) -> Result<Vec<SourceOwner>> {
    actor.must(Role::Admin)?;
    let owner = |row: store::own_source::Owner| SourceOwner {
        strategy: row.strategy_id,
        user: row.user_id,
        email: row.email,
        visibility: row.visibility,
    };
    Ok(store::own_source::list_owners(&desk.db).await?.into_iter().map(owner).collect())
}

/// The rules of a stored source.
fn rules(row: &Row) -> Result<SourceRules> {
    Ok(SourceRules {
        stop_percent: row.stop_percent.map(|text| text.0),
        target_percents: row.target_percents.value()?,
        max_distance_percent: row.max_distance_percent.0,
    })
}
