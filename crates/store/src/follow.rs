//! Follows: exchange keys following strategies, and the risk profiles they may choose from.

use crate::{DecimalText, Result, Source, Tx};
use domain::{ExchangeKeyId, FollowId, Micros, RiskProfileId, StrategyId, Symbol, UserId, copy::Paused};
use sqlx::FromRow;

/// A risk profile.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RiskProfile {
    /// Its id.
    pub id: RiskProfileId,
    /// Its name.
    pub name: String,
    /// The share of equity that being stopped out loses, in percent.
    pub percentage: DecimalText,
    /// When it was made.
    pub created_at: Micros,
    /// When it last changed.
    pub updated_at: Micros,
}

/// A follow.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Follow {
    /// Its id.
    pub id: FollowId,
    /// Whose.
    pub user_id: UserId,
    /// With which key.
    pub exchange_key_id: ExchangeKeyId,
    /// Which strategy.
    pub strategy_id: StrategyId,
    /// The strategy's pair.
    pub symbol: Symbol,
    /// At which risk.
    pub risk_profile_id: RiskProfileId,
    /// Whether new signals are copied.
    pub active: bool,
    /// No copy uses more leverage than this.
    pub max_leverage: Option<i64>,
    /// No copy is entered on a UTC day on which the key's copies have lost this much.
    pub daily_loss_limit_usd: Option<DecimalText>,
    /// Why it is not active.
    pub paused_reason: Option<Paused>,
    /// When a copy of it was last sent.
    pub last_copy_at: Option<Micros>,
    /// When it ended; it stays as history.
    pub stopped_at: Option<Micros>,
    /// When it began.
    pub created_at: Micros,
    /// When it last changed.
    pub updated_at: Micros,
}

/// The risk profiles, the most careful first.
///
/// # Errors
/// A database error.
pub async fn risk_profiles(from: impl Source) -> Result<Vec<RiskProfile>> {
    rows!(
        RiskProfile,
        from,
        fetch_all,
        "select id, name, percentage, created_at, updated_at from risk_profiles order by created_at, id"
    )
}

/// A risk profile.
///
/// # Errors
/// A database error.
pub async fn risk_profile(from: impl Source, id: RiskProfileId) -> Result<Option<RiskProfile>> {
    rows!(
        RiskProfile,
        from,
        fetch_optional,
        "select id, name, percentage, created_at, updated_at from risk_profiles where id = $1",
        id
    )
}

/// Adds a follow.
///
/// # Errors
/// [`crate::Kind::Unique`] when the key follows a strategy on this market already (1309);
/// [`crate::Kind::ForeignKey`] when the key is gone.
pub async fn insert(tx: &mut Tx, follow: &Follow) -> Result<()> {
    exec!(
        tx,
        "insert into follows (id, user_id, exchange_key_id, strategy_id, symbol, risk_profile_id, active, \
           max_leverage, daily_loss_limit_usd, paused_reason, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        follow.id,
        follow.user_id,
        follow.exchange_key_id,
        follow.strategy_id,
        &follow.symbol,
        follow.risk_profile_id,
        follow.active,
        follow.max_leverage,
        follow.daily_loss_limit_usd,
        follow.paused_reason,
        follow.created_at,
        follow.updated_at
    )?;
    Ok(())
}

/// A person's follow.
///
/// # Errors
/// A database error.
pub async fn get(from: impl Source, owner: UserId, id: FollowId) -> Result<Option<Follow>> {
    rows!(
        Follow,
        from,
        fetch_optional,
        "select id, user_id, exchange_key_id, strategy_id, symbol, risk_profile_id, active, max_leverage, \
           daily_loss_limit_usd, paused_reason, last_copy_at, stopped_at, created_at, updated_at \
         from follows where id = $1 and user_id = $2",
        id,
        owner
    )
}

/// A person's follows that were not stopped, oldest first.
///
/// # Errors
/// A database error.
pub async fn list_by_user(from: impl Source, owner: UserId) -> Result<Vec<Follow>> {
    rows!(
        Follow,
        from,
        fetch_all,
        "select id, user_id, exchange_key_id, strategy_id, symbol, risk_profile_id, active, max_leverage, \
           daily_loss_limit_usd, paused_reason, last_copy_at, stopped_at, created_at, updated_at \
         from follows where user_id = $1 and stopped_at is null order by id",
        owner
    )
}

/// A key's follows that were not stopped, oldest first.
///
/// # Errors
/// A database error.
pub async fn list_by_key(from: impl Source, owner: UserId, key: ExchangeKeyId) -> Result<Vec<Follow>> {
    rows!(
        Follow,
        from,
        fetch_all,
        "select id, user_id, exchange_key_id, strategy_id, symbol, risk_profile_id, active, max_leverage, \
           daily_loss_limit_usd, paused_reason, last_copy_at, stopped_at, created_at, updated_at \
         from follows where exchange_key_id = $1 and user_id = $2 and stopped_at is null order by id",
        key,
        owner
    )
}

/// What changes of a follow; written whole, as it was read in the same transaction.
///
/// # Errors
/// [`crate::Kind::Unique`] when the key follows a strategy on this market already.
pub async fn update(tx: &mut Tx, follow: &Follow) -> Result<bool> {
    let rows = exec!(
        tx,
        "update follows set strategy_id = $3, symbol = $4, risk_profile_id = $5, active = $6, max_leverage = $7, \
           daily_loss_limit_usd = $8, paused_reason = $9, stopped_at = $10, updated_at = $11 \
         where id = $1 and user_id = $2",
        follow.id,
        follow.user_id,
        follow.strategy_id,
        &follow.symbol,
        follow.risk_profile_id,
        follow.active,
        follow.max_leverage,
        follow.daily_loss_limit_usd,
        follow.paused_reason,
        follow.stopped_at,
        follow.updated_at
    )?;
    Ok(rows == 1)
}

/// A follow that a signal reaches, with what its copy begins with.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Reached {
    /// The follow.
    pub id: FollowId,
    /// Whose.
    pub user_id: UserId,
    /// With which key.
    pub exchange_key_id: ExchangeKeyId,
    /// On which pair.
    pub symbol: Symbol,
    /// The profile's share of equity, in percent.
    pub percentage: DecimalText,
    /// Whether its owner wants copies.
    pub active: bool,
    /// Why not.
    pub paused_reason: Option<Paused>,
}

/// Whom a strategy's entry reaches: its follows, of which the paused ones are told that they were left out.
///
/// # Errors
/// A database error.
pub async fn reached_by_entry(from: impl Source, strategy: StrategyId) -> Result<Vec<Reached>> {
    rows!(
        Reached,
        from,
        fetch_all,
        "select f.id, f.user_id, f.exchange_key_id, f.symbol, r.percentage, f.active, f.paused_reason \
         from follows f join risk_profiles r on r.id = f.risk_profile_id \
         where f.strategy_id = $1 and f.stopped_at is null order by f.id",
        strategy
    )
}

/// Whom a strategy's exit reaches: its active follows, and those that stand in a position which it entered, though they are
/// paused by now or follow another.
///
/// # Errors
/// A database error.
pub async fn reached_by_exit(from: impl Source, strategy: StrategyId) -> Result<Vec<Reached>> {
    rows!(
        Reached,
        from,
        fetch_all,
        "select f.id, f.user_id, f.exchange_key_id, f.symbol, r.percentage, f.active, f.paused_reason \
         from follows f join risk_profiles r on r.id = f.risk_profile_id \
         where f.stopped_at is null and ((f.strategy_id = $1 and f.active = true) or f.id in ( \
           select c.follow_id from copies c join signals s on s.id = c.signal_id \
           where c.status = 'OPEN' and s.strategy_id = $1) or f.id in ( \
           select c.follow_id from copies c join signals s on s.id = c.signal_id \
           where c.status = 'SENDING' and c.action = 'ENTER' and s.strategy_id = $1)) order by f.id",
        strategy
    )
}

/// Notes that a copy of the follow is being sent, unless it was paused or stopped, its key switched off, or its owner's account
/// frozen or suspended: whoever pauses
/// it and whoever sends take turns at this row, so that after a pause nothing new is begun.
///
/// # Errors
/// A database error.
pub async fn begin_copy(tx: &mut Tx, id: FollowId, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update follows set last_copy_at = $2 where id = $1 and active = true and exists ( \
           select 1 from exchange_keys k where k.id = follows.exchange_key_id and k.active = true) and exists ( \
           select 1 from users u where u.id = follows.user_id and u.frozen_at is null and u.suspended_at is null)",
        id,
        at
    )?;
    Ok(rows == 1)
}

/// Pauses the active follows of a key; how many there were.
///
/// # Errors
/// A database error.
pub async fn pause_key(tx: &mut Tx, key: ExchangeKeyId, why: Paused, at: Micros) -> Result<u64> {
    exec!(
        tx,
        "update follows set active = false, paused_reason = $2, updated_at = $3 \
         where exchange_key_id = $1 and active = true",
        key,
        why,
        at
    )
}

/// Pauses a person's active follows; how many there were.
///
/// # Errors
/// A database error.
pub async fn pause_person(tx: &mut Tx, owner: UserId, why: Paused, at: Micros) -> Result<u64> {
    exec!(
        tx,
        "update follows set active = false, paused_reason = $2, updated_at = $3 \
         where user_id = $1 and active = true",
        owner,
        why,
        at
    )
}

/// Takes a person's follow to be changed: until the transaction ends nobody else changes it, so that what was read may be
/// written back whole. None when it was stopped.
///
/// # Errors
/// A database error.
pub async fn take(tx: &mut Tx, owner: UserId, id: FollowId, at: Micros) -> Result<Option<Follow>> {
    rows!(
        Follow,
        tx,
        fetch_optional,
        "update follows set updated_at = $3 where id = $1 and user_id = $2 and stopped_at is null \
         returning id, user_id, exchange_key_id, strategy_id, symbol, risk_profile_id, active, max_leverage, \
           daily_loss_limit_usd, paused_reason, last_copy_at, stopped_at, created_at, updated_at",
        id,
        owner,
        at
    )
}
