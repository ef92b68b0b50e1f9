//! Starting, changing, pausing and stopping a follow.

use super::{FollowContext, automated, get_follow, usable};
use crate::{
    actor::Actor,
    error::{Error, Result},
    following::{Following, SharedFollowing, copy, risk},
    identity::plan,
    platform::audit::{self, AuditAction},
    trading::key,
};
use domain::{
    Decimal, ExchangeKeyId, FollowId, Refusal, RiskProfileId, StrategyId,
    copy::{HIGHEST_LEVERAGE, Paused},
    follow::{Follow, Leaving},
    validation::{FieldProblem, Problem},
};
use store::{follow as rows, strategy::Strategy};

/// Input for following a strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewFollow {
    /// Whether signals are copied immediately.
    pub active: bool,
    /// The strategy to follow.
    pub strategy: StrategyId,
    /// The risk profile to use.
    pub profile: RiskProfileId,
    /// Upper limit of the leverage of every copy.
    pub max_leverage: Option<u16>,
    /// Daily loss limit of the key's copies in USD. Once it is reached, no entries are copied until the next
    /// UTC day.
    pub daily_loss_limit_usd: Option<Decimal>,
}

/// Changes to a follow. Fields that are `None` stay as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FollowChange {
    /// Resumes or pauses the follow.
    pub active: Option<bool>,
    /// Another strategy on the same market.
    pub strategy: Option<StrategyId>,
    /// Another risk profile.
    pub profile: Option<RiskProfileId>,
    /// Another leverage limit, or `Some(None)` to remove it.
    pub max_leverage: Option<Option<u16>>,
    /// Another daily loss limit, or `Some(None)` to remove it.
    pub daily_loss_limit_usd: Option<Option<Decimal>>,
}

/// Makes a key follow a strategy.
///
/// # Errors
/// Fields; not found; 1106, 1110, 1206, 1309, 2103.
pub async fn create_follow(
    desk: &Following,
    actor: &Actor,
    id: ExchangeKeyId,
    new: NewFollow,
) -> Result<Follow> {
    let strategy = RequestedFields {
        strategy: Some(new.strategy),
        profile: Some(new.profile),
        max_leverage: new.max_leverage,
        daily_loss_limit_usd: new.daily_loss_limit_usd,
    };
    // A requested strategy exists, otherwise the check has reported a field problem.
    let strategy = strategy.check(desk, actor).await?.ok_or(Error::NotFound)?;
    let key = key::find_key(desk, actor, id).await?.key;
    automated(&key)?;
    if new.active {
        usable(&key)?;
    } else if !key.active {
        return Err(Refusal::KeyInactive.into());
    }
    if key.exchange_id != strategy.exchange_id {
        return Err(Refusal::ExchangeMismatch.into());
    }
    let present = rows::list_by_key(&desk.db, actor.user, id).await?;
    if present.iter().any(|follow| follow.symbol == strategy.symbol) {
        return Err(Refusal::SymbolFollowed.into());
    }
    if !plan::plan_of(desk, actor).await?.limits.strategy_automated {
        return Err(Refusal::PlanFeature.into());
    }
    let row = new_row(desk, actor, id, &new, &strategy);
    let mut tx = desk.db.begin().await?;
    match rows::insert_follow(&mut tx, &row).await {
        Ok(()) => {}
        // A concurrent request was faster, or deleted the key.
        Err(error) if error.is_unique() => return Err(Refusal::SymbolFollowed.into()),
        Err(error) if error.kind() == store::StoreErrorKind::ForeignKey => return Err(Error::NotFound),
        Err(error) => return Err(error.into()),
    }
    if new.daily_loss_limit_usd.is_some() {
        risk::set_daily_limit(desk, &mut tx, actor.user, row.id, new.daily_loss_limit_usd).await?;
    }
    audit::record(
        desk,
        &mut tx,
        Some(actor.user),
        AuditAction::FollowStarted,
        &row.id.to_string(),
        actor.from.as_ref(),
    )
    .await?;
    tx.commit().await?;
    FollowContext::read(desk, actor).await?.one(desk, row.id).await
}

fn new_row(
    desk: &Following,
    actor: &Actor,
    key: ExchangeKeyId,
    new: &NewFollow,
    strategy: &Strategy,
) -> rows::Follow {
    let now = desk.clock.now();
    rows::Follow {
        id: FollowId::mint(&*desk.clock, &*desk.entropy),
        user_id: actor.user,
        exchange_key_id: key,
        strategy_id: strategy.id,
        symbol: strategy.symbol.clone(),
        risk_profile_id: new.profile,
        active: new.active,
        max_leverage: new.max_leverage.map(i64::from),
        paused_reason: (!new.active).then_some(Paused::Owner),
        last_copy_at: None,
        stopped_at: None,
        created_at: now,
        updated_at: now,
    }
}

/// Changes a follow. An open copied position keeps its size, stop and targets.
///
/// # Errors
/// Fields; not found; 1110 if it should be active but its key is not active and AUTHORIZED; 1206, 1306.
pub async fn update_follow(
    desk: &Following,
    actor: &Actor,
    id: FollowId,
    change: FollowChange,
) -> Result<Follow> {
    // A strategy that is not changed may have been deactivated since, and is not checked again.
    let present = rows::get_follow(&desk.db, actor.user, id).await?.map(|row| row.strategy_id);
    let strategy = RequestedFields {
        strategy: change.strategy.filter(|strategy| Some(*strategy) != present),
        profile: change.profile,
        max_leverage: change.max_leverage.flatten(),
        daily_loss_limit_usd: change.daily_loss_limit_usd.flatten(),
    };
    let strategy = strategy.check(desk, actor).await?;
    if change == FollowChange::default() {
        return get_follow(desk, actor, id).await;
    }
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    let mut row = rows::lock_follow(&mut tx, actor.user, id, now).await?.ok_or(Error::NotFound)?;
    let key =
        store::key::get_key(&mut tx, actor.user, row.exchange_key_id).await?.ok_or(Error::NotFound)?.key;
    if change.active == Some(true) {
        usable(&key)?;
    }
    if let Some(strategy) = strategy {
        if strategy.exchange_id != key.exchange_id {
            return Err(Refusal::ExchangeMismatch.into());
        }
        if strategy.symbol != row.symbol {
            return Err(Refusal::SymbolMismatch.into());
        }
        row.strategy_id = strategy.id;
    }
    row.risk_profile_id = change.profile.unwrap_or(row.risk_profile_id);
    if let Some(bound) = change.max_leverage {
        row.max_leverage = bound.map(i64::from);
    }
    if let Some(limit) = change.daily_loss_limit_usd {
        risk::set_daily_limit(desk, &mut tx, actor.user, id, limit).await?;
    }
    match change.active {
        Some(true) => (row.active, row.paused_reason) = (true, None),
        Some(false) if row.active => (row.active, row.paused_reason) = (false, Some(Paused::Owner)),
        // A follow paused by the panic button keeps that reason.
        _ => {}
    }
    rows::update_follow(&mut tx, &row).await?;
    audit::record(
        desk,
        &mut tx,
        Some(actor.user),
        AuditAction::FollowChanged,
        &id.to_string(),
        actor.from.as_ref(),
    )
    .await?;
    tx.commit().await?;
    FollowContext::read(desk, actor).await?.one(desk, id).await
}

/// Pauses a follow: no new entries are copied. An open copied position stays and is closed when the strategy
/// exits.
///
/// # Errors
/// Not found.
pub async fn pause_follow(desk: &Following, actor: &Actor, id: FollowId) -> Result<Follow> {
    update_follow(desk, actor, id, FollowChange { active: Some(false), ..FollowChange::default() }).await
}

/// Resumes a follow.
///
/// # Errors
/// Not found; 1110.
pub async fn resume_follow(desk: &Following, actor: &Actor, id: FollowId) -> Result<Follow> {
    update_follow(desk, actor, id, FollowChange { active: Some(true), ..FollowChange::default() }).await
}

/// Stops following and then closes the copied position if requested. If closing fails, following has ended
/// anyway and the position keeps its stop.
///
/// # Errors
/// Not found; the errors of [`copy::close_position`].
pub async fn stop_follow(
    desk: &SharedFollowing,
    actor: &Actor,
    id: FollowId,
    leaving: Leaving,
) -> Result<()> {
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    let mut row = rows::lock_follow(&mut tx, actor.user, id, now).await?.ok_or(Error::NotFound)?;
    (row.active, row.paused_reason, row.stopped_at) = (false, None, Some(now));
    rows::update_follow(&mut tx, &row).await?;
    audit::record(
        desk,
        &mut tx,
        Some(actor.user),
        AuditAction::FollowStopped,
        &id.to_string(),
        actor.from.as_ref(),
    )
    .await?;
    tx.commit().await?;
    match leaving {
        Leaving::Keep => Ok(()),
        Leaving::Close => {
            // Waits for a copy that is being sent, so that its position is closed too.
            drop(desk.locks.lock(row.exchange_key_id, &row.symbol).await);
            copy::close_position(desk, id).await
        }
    }
}

/// The fields common to both requests, which are checked before anything else.
struct RequestedFields {
    strategy: Option<StrategyId>,
    profile: Option<RiskProfileId>,
    max_leverage: Option<u16>,
    daily_loss_limit_usd: Option<Decimal>,
}

/// Returns the problems of a requested strategy and risk profile. `None` means not requested. A private signal source of
/// another user does not exist for the caller.
///
/// # Errors
/// If the database cannot be queried.
pub async fn unknown_choices(
    desk: &Following,
    actor: &Actor,
    strategy: Option<StrategyId>,
    profile: Option<RiskProfileId>,
) -> Result<Vec<FieldProblem>> {
    let mut problems = Vec::new();
    if let Some(id) = strategy
        && !store::strategy::get_visible(&desk.db, id, actor.user)
            .await?
            .is_some_and(|strategy| strategy.active)
    {
        problems.push(FieldProblem::new("strategyAutomatedId", Problem::NotActiveStrategy));
    }
    if let Some(id) = profile
        && rows::risk_profile(&desk.db, id).await?.is_none()
    {
        problems.push(FieldProblem::new("strategyRiskProfileId", Problem::NotRiskProfile));
    }
    Ok(problems)
}

/// Returns the problems of a follow's own limits.
#[must_use]
pub fn limit_problems(max_leverage: Option<u16>, daily_loss_limit_usd: Option<Decimal>) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    if max_leverage.is_some_and(|times| !(1..=HIGHEST_LEVERAGE).contains(&times)) {
        problems.push(FieldProblem::new("maxLeverage", Problem::NotLeverage));
    }
    if daily_loss_limit_usd.is_some_and(|limit| limit <= Decimal::ZERO) {
        problems.push(FieldProblem::new("dailyLossLimitUsd", Problem::NotPositive));
    }
    problems
}

impl RequestedFields {
    /// Checks the fields, and returns the requested strategy.
    async fn check(&self, desk: &Following, actor: &Actor) -> Result<Option<Strategy>> {
        let mut problems = unknown_choices(desk, actor, self.strategy, self.profile).await?;
        problems.append(&mut limit_problems(self.max_leverage, self.daily_loss_limit_usd));
        match self.strategy {
            _ if !problems.is_empty() => Err(Error::Fields(problems)),
            Some(id) => Ok(store::strategy::get_visible(&desk.db, id, actor.user).await?),
            None => Ok(None),
        }
    }
}
