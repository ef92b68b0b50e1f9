//! Beginning to follow, changing how, pausing, and ending it.

use super::{Around, automated, usable};
use crate::{
    Actor, Desk, Error, Result, SharedDesk,
    audit::{self, Deed},
    copy, key, plan,
};
use domain::{
    Decimal, ExchangeKeyId, FollowId, Refusal, RiskProfileId, StrategyId,
    copy::{HIGHEST_LEVERAGE, Paused},
    follow::{Follow, Leaving},
    validation::{FieldProblem, Problem},
};
use store::{DecimalText, follow as rows, strategy::Strategy};

/// How a key is to follow a strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewFollow {
    /// Signals are copied at once.
    pub active: bool,
    /// Which strategy.
    pub strategy: StrategyId,
    /// At which risk.
    pub profile: RiskProfileId,
    /// No copy uses more leverage than this.
    pub max_leverage: Option<u16>,
    /// No copy is entered on a UTC day on which the key's copies have lost this much.
    pub daily_loss_limit_usd: Option<Decimal>,
}

/// What may change; what is none stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FollowChange {
    /// Resumed or paused.
    pub active: Option<bool>,
    /// Another strategy of the same market.
    pub strategy: Option<StrategyId>,
    /// Another risk.
    pub profile: Option<RiskProfileId>,
    /// Another bound, or none any more.
    pub max_leverage: Option<Option<u16>>,
    /// Another limit, or none any more.
    pub daily_loss_limit_usd: Option<Option<Decimal>>,
}

/// Has a key follow a strategy.
///
/// # Errors
/// Fields; not found; 1106, 1110, 1206, 1309, 2103.
pub async fn create(desk: &Desk, actor: &Actor, id: ExchangeKeyId, new: NewFollow) -> Result<Follow> {
    let strategy = Asked {
        strategy: Some(new.strategy),
        profile: Some(new.profile),
        max_leverage: new.max_leverage,
        daily_loss_limit_usd: new.daily_loss_limit_usd,
    };
    // A strategy that was asked for is there, or its field would have had a problem.
    let strategy = strategy.check(desk).await?.ok_or(Error::NotFound)?;
    let key = key::find(desk, actor, id).await?.key;
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
    if !plan::of(desk, actor).await?.limits.strategy_automated {
        return Err(Refusal::PlanFeature.into());
    }
    let row = begun(desk, actor, id, &new, &strategy);
    let mut tx = desk.db.begin().await?;
    match rows::insert(&mut tx, &row).await {
        Ok(()) => {}
        // Another request was faster, or deleted the key.
        Err(error) if error.is_unique() => return Err(Refusal::SymbolFollowed.into()),
        Err(error) if error.kind() == store::Kind::ForeignKey => return Err(Error::NotFound),
        Err(error) => return Err(error.into()),
    }
    audit::record(
        desk,
        &mut tx,
        Some(actor.user),
        Deed::FollowBegun,
        &row.id.to_string(),
        actor.from.as_ref(),
    )
    .await?;
    tx.commit().await?;
    Around::read(desk, actor).await?.one(desk, row).await
}

fn begun(
    desk: &Desk,
    actor: &Actor,
    key: ExchangeKeyId,
    new: &NewFollow,
    strategy: &Strategy,
) -> rows::Follow {
    let now = desk.clock.now();
    rows::Follow {
        id: FollowId::mint(&*desk.clock, &*desk.chance),
        user_id: actor.user,
        exchange_key_id: key,
        strategy_id: strategy.id,
        symbol: strategy.symbol.clone(),
        risk_profile_id: new.profile,
        active: new.active,
        max_leverage: new.max_leverage.map(i64::from),
        daily_loss_limit_usd: new.daily_loss_limit_usd.map(DecimalText),
        paused_reason: (!new.active).then_some(Paused::Owner),
        last_copy_at: None,
        stopped_at: None,
        created_at: now,
        updated_at: now,
    }
}

/// Changes how a key follows. A copied position that stands keeps the size, stop and targets it was given.
///
/// # Errors
/// Fields; not found; 1110 when it is to be active with a key that is not active and AUTHORIZED; 1206, 1306.
pub async fn update(desk: &Desk, actor: &Actor, id: FollowId, change: FollowChange) -> Result<Follow> {
    // A strategy that stays as it was may have been deactivated since.
    let present = rows::get(&desk.db, actor.user, id).await?.map(|row| row.strategy_id);
    let strategy = Asked {
        strategy: change.strategy.filter(|strategy| Some(*strategy) != present),
        profile: change.profile,
        max_leverage: change.max_leverage.flatten(),
        daily_loss_limit_usd: change.daily_loss_limit_usd.flatten(),
    };
    let strategy = strategy.check(desk).await?;
    if change == FollowChange::default() {
        let row = rows::get(&desk.db, actor.user, id).await?.filter(|row| row.stopped_at.is_none());
        return Around::read(desk, actor).await?.one(desk, row.ok_or(Error::NotFound)?).await;
    }
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    let mut row = rows::take(&mut tx, actor.user, id, now).await?.ok_or(Error::NotFound)?;
    let key = store::key::get(&mut tx, actor.user, row.exchange_key_id).await?.ok_or(Error::NotFound)?.key;
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
        row.daily_loss_limit_usd = limit.map(DecimalText);
    }
    match change.active {
        Some(true) => (row.active, row.paused_reason) = (true, None),
        Some(false) if row.active => (row.active, row.paused_reason) = (false, Some(Paused::Owner)),
        // What the panic button paused stays so, and says so.
        _ => {}
    }
    rows::update(&mut tx, &row).await?;
    audit::record(desk, &mut tx, Some(actor.user), Deed::FollowChanged, &id.to_string(), actor.from.as_ref())
        .await?;
    tx.commit().await?;
    Around::read(desk, actor).await?.one(desk, row).await
}

/// Copies nothing new until it is resumed. A copied position stays, and leaves when the strategy does.
///
/// # Errors
/// Not found.
pub async fn pause(desk: &Desk, actor: &Actor, id: FollowId) -> Result<Follow> {
    update(desk, actor, id, FollowChange { active: Some(false), ..FollowChange::default() }).await
}

/// Copies again.
///
/// # Errors
/// Not found; 1110.
pub async fn resume(desk: &Desk, actor: &Actor, id: FollowId) -> Result<Follow> {
    update(desk, actor, id, FollowChange { active: Some(true), ..FollowChange::default() }).await
}

/// Ends following, and then, if it is wanted, the copied position. When that fails, following has ended all the same, and
/// the position stands with its stop.
///
/// # Errors
/// Not found; those of [`copy::close`].
pub async fn stop(desk: &SharedDesk, actor: &Actor, id: FollowId, leaving: Leaving) -> Result<()> {
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    let mut row = rows::take(&mut tx, actor.user, id, now).await?.ok_or(Error::NotFound)?;
    (row.active, row.paused_reason, row.stopped_at) = (false, None, Some(now));
    rows::update(&mut tx, &row).await?;
    audit::record(desk, &mut tx, Some(actor.user), Deed::FollowStopped, &id.to_string(), actor.from.as_ref())
        .await?;
    tx.commit().await?;
    match leaving {
        Leaving::Keep => Ok(()),
        Leaving::Close => {
            // A copy that is being sent at this moment has its position when its turn is over.
            drop(desk.locks.turn(row.exchange_key_id, &row.symbol).await);
            copy::close(desk, id).await
        }
    }
}

/// The fields that both requests have, which are checked before anything else is looked at.
struct Asked {
    strategy: Option<StrategyId>,
    profile: Option<RiskProfileId>,
    max_leverage: Option<u16>,
    daily_loss_limit_usd: Option<Decimal>,
}

/// What is wrong with a strategy and a risk profile that are asked for; what is none is not asked for.
///
/// # Errors
/// When the database cannot be asked.
pub async fn unknown(
    desk: &Desk,
    strategy: Option<StrategyId>,
    profile: Option<RiskProfileId>,
) -> Result<Vec<FieldProblem>> {
    let mut problems = Vec::new();
    if let Some(id) = strategy
        && !store::strategy::get(&desk.db, id).await?.is_some_and(|strategy| strategy.active)
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

/// What is wrong with a follow's own limits.
#[must_use]
pub fn beyond(max_leverage: Option<u16>, daily_loss_limit_usd: Option<Decimal>) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    if max_leverage.is_some_and(|times| !(1..=HIGHEST_LEVERAGE).contains(&times)) {
        problems.push(FieldProblem::new("maxLeverage", Problem::NotLeverage));
    }
    if daily_loss_limit_usd.is_some_and(|limit| limit <= Decimal::ZERO) {
        problems.push(FieldProblem::new("dailyLossLimitUsd", Problem::NotPositive));
    }
    problems
}

impl Asked {
    /// The strategy that was asked for.
    async fn check(&self, desk: &Desk) -> Result<Option<Strategy>> {
        let mut problems = unknown(desk, self.strategy, self.profile).await?;
        problems.append(&mut beyond(self.max_leverage, self.daily_loss_limit_usd));
        match self.strategy {
            _ if !problems.is_empty() => Err(Error::Fields(problems)),
            Some(id) => Ok(store::strategy::get(&desk.db, id).await?),
            None => Ok(None),
        }
    }
}
