//! Follows (exchange keys that follow strategies), and the available risk profiles.

mod account;

pub use account::{FollowingKeys, following_keys};

use crate::{DecimalText, Result, Source, Tx};
use domain::{
    AccountMode, ApiKeyStatus, ExchangeKeyId, FollowId, Micros, RiskProfileId, StrategyId, Symbol, UserId,
    copy::Paused,
};
use sqlx::FromRow;

/// A risk profile.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RiskProfile {
    /// Id of the profile.
    pub id: RiskProfileId,
    /// Name of the profile.
    pub name: String,
    /// Share of equity lost if the stop is hit, in percent.
    pub percentage: DecimalText,
    /// When it was created.
    pub created_at: Micros,
    /// When it was last changed.
    pub updated_at: Micros,
}

/// A follow.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Follow {
    /// Id of the follow.
    pub id: FollowId,
    /// The user who owns it.
    pub user_id: UserId,
    /// The exchange key that follows.
    pub exchange_key_id: ExchangeKeyId,
    /// The strategy being followed.
    pub strategy_id: StrategyId,
    /// The strategy's trading pair.
    pub symbol: Symbol,
    /// The risk profile.
    pub risk_profile_id: RiskProfileId,
    /// Whether new signals are copied.
    pub active: bool,
    /// Maximum leverage of a copy.
    pub max_leverage: Option<i64>,
    /// Why it is paused.
    pub paused_reason: Option<Paused>,
    /// When a copy was last sent.
    pub last_copy_at: Option<Micros>,
    /// When it was stopped; stopped follows are kept as history.
    pub stopped_at: Option<Micros>,
    /// When it was created.
    pub created_at: Micros,
    /// When it was last changed.
    pub updated_at: Micros,
}

select! {
    risk_profiles -> RiskProfile,
    "id, name, percentage, created_at, updated_at",
    "from risk_profiles"
}

/// Lists the risk profiles in the order of creation, which is from the lowest to the highest risk.
pub async fn risk_profiles(from: impl Source) -> Result<Vec<RiskProfile>> {
    risk_profiles!(from, fetch_all, "order by created_at, id")
}

/// Returns a risk profile.
pub async fn risk_profile(from: impl Source, id: RiskProfileId) -> Result<Option<RiskProfile>> {
    risk_profiles!(from, fetch_optional, "where id = $1", id)
}

/// Adds a follow.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if the key already follows a strategy on this market (code 1309);
/// [`crate::StoreErrorKind::ForeignKey`] if the key was deleted.
pub async fn insert_follow(tx: &mut Tx, follow: &Follow) -> Result<()> {
    exec!(
        tx,
        "insert into follows (id, user_id, exchange_key_id, strategy_id, symbol, risk_profile_id, active, \
           max_leverage, paused_reason, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        follow.id,
        follow.user_id,
        follow.exchange_key_id,
        follow.strategy_id,
        &follow.symbol,
        follow.risk_profile_id,
        follow.active,
        follow.max_leverage,
        follow.paused_reason,
        follow.created_at,
        follow.updated_at
    )?;
    Ok(())
}

select! {
    follows -> Follow,
    "id, user_id, exchange_key_id, strategy_id, symbol, risk_profile_id, active, max_leverage, \
     paused_reason, last_copy_at, stopped_at, created_at, updated_at",
    "from follows"
}

/// Returns a user's follow.
pub async fn get_follow(from: impl Source, owner: UserId, id: FollowId) -> Result<Option<Follow>> {
    follows!(from, fetch_optional, "where id = $1 and user_id = $2", id, owner)
}

/// Lists a user's follows that were not stopped, oldest first.
pub async fn list_by_user(from: impl Source, owner: UserId) -> Result<Vec<Follow>> {
    follows!(from, fetch_all, "where user_id = $1 and stopped_at is null order by id", owner)
}

/// Lists a key's follows that were not stopped, oldest first.
pub async fn list_by_key(from: impl Source, owner: UserId, key: ExchangeKeyId) -> Result<Vec<Follow>> {
    follows!(
        from,
        fetch_all,
        "where exchange_key_id = $1 and user_id = $2 and stopped_at is null order by id",
        key,
        owner
    )
}

/// A market on which a key follows a strategy.
#[derive(FromRow)]
struct Followed {
    symbol: Symbol,
}

/// Lists the markets on which a key's follows are active.
pub async fn active_markets(from: impl Source, key: ExchangeKeyId) -> Result<Vec<Symbol>> {
    let rows = rows!(
        Followed,
        from,
        fetch_all,
        "select symbol from follows where exchange_key_id = $1 and active = true and stopped_at is null \
         order by symbol",
        key
    )?;
    Ok(rows.into_iter().map(|row| row.symbol).collect())
}

/// Updates the changeable columns of a follow, which must have been read in the same transaction.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if the key already follows a strategy on this market.
pub async fn update_follow(tx: &mut Tx, follow: &Follow) -> Result<bool> {
    let rows = exec!(
        tx,
        "update follows set strategy_id = $3, symbol = $4, risk_profile_id = $5, active = $6, max_leverage = $7, \
           paused_reason = $8, stopped_at = $9, updated_at = $10 \
         where id = $1 and user_id = $2",
        follow.id,
        follow.user_id,
        follow.strategy_id,
        &follow.symbol,
        follow.risk_profile_id,
        follow.active,
        follow.max_leverage,
        follow.paused_reason,
        follow.stopped_at,
        follow.updated_at
    )?;
    Ok(rows == 1)
}

/// A follow that receives a signal, with the inputs of its copy.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Reached {
    /// Id of the follow.
    pub id: FollowId,
    /// The user who owns it.
    pub user_id: UserId,
    /// The exchange key that follows.
    pub exchange_key_id: ExchangeKeyId,
    /// Trading pair.
    pub symbol: Symbol,
    /// Share of equity of the risk profile, in percent.
    pub percentage: DecimalText,
    /// Whether the follow is active.
    pub active: bool,
    /// Why the follow is paused.
    pub paused_reason: Option<Paused>,
    /// Until when a risk rule stops its entries.
    pub halted_until: Option<Micros>,
    /// When its owner's account was frozen; `None` if it is not frozen.
    pub frozen_at: Option<Micros>,
    /// When its owner's account was suspended; `None` if it is not suspended.
    pub suspended_at: Option<Micros>,
    /// Whether the key is enabled.
    pub key_active: bool,
    /// Whether the exchange accepts the key.
    pub key_status: ApiKeyStatus,
    /// Whether the key may withdraw.
    pub may_withdraw: bool,
    /// The mode of the key's account.
    pub account_mode: AccountMode,
    /// Whether rules for all of the owner's accounts cover the key; only read if a rule stops the entries.
    pub covered: Option<bool>,
    /// Whether a copied position is open on the market, or being opened; only read if a rule stops the entries.
    pub occupied: Option<bool>,
}

select! {
    reached_follows -> Reached,
    "f.id, f.user_id, f.exchange_key_id, f.symbol, r.percentage, f.active, f.paused_reason, f.halted_until, \
     u.frozen_at, u.suspended_at, k.active as key_active, k.status as key_status, k.may_withdraw, k.account_mode, \
     (f.halted_until is not null and (k.sandbox = false or not exists ( \
       select 1 from exchange_keys l where l.user_id = f.user_id and l.strategy_type = 'AUTOMATED' \
         and l.sandbox = false))) as covered, \
     (f.halted_until is not null and exists ( \
       select 1 from copies o where o.exchange_key_id = f.exchange_key_id and o.finished_at is null \
         and o.symbol = f.symbol and o.status in ('OPEN', 'SENDING') and o.action = 'ENTER')) as occupied",
    "from follows f join risk_profiles r on r.id = f.risk_profile_id join users u on u.id = f.user_id \
     join exchange_keys k on k.id = f.exchange_key_id"
}

/// Lists the follows that receive a strategy's entry, including paused ones, whose copies are recorded as skipped. An
/// entry of a private signal source reaches only its owner's keys.
pub async fn reached_by_entry(from: impl Source, strategy: StrategyId) -> Result<Vec<Reached>> {
    reached_follows!(
        from,
        fetch_all,
        "where f.strategy_id = $1 and f.stopped_at is null and not exists ( \
           select 1 from own_sources o where o.strategy_id = $1 and o.visibility = 'PRIVATE' \
             and o.user_id <> f.user_id) order by f.id",
        strategy
    )
}

/// Lists the follows that receive a strategy's exit: its active follows, and those with an open position entered by
/// the strategy, even if they are paused or follow another strategy by now.
pub async fn reached_by_exit(from: impl Source, strategy: StrategyId) -> Result<Vec<Reached>> {
    // Written without joins, so that SQLite begins with the few unfinished copies, not with the strategy's signals.
    reached_follows!(
        from,
        fetch_all,
        "where f.stopped_at is null and ((f.strategy_id = $1 and f.active = true) or f.id in ( \
           select c.follow_id from copies c where c.status = 'OPEN' \
             and (select s.strategy_id from signals s where s.id = c.signal_id) = $1) or f.id in ( \
           select c.follow_id from copies c where c.status = 'SENDING' and c.action = 'ENTER' \
             and (select s.strategy_id from signals s where s.id = c.signal_id) = $1)) order by f.id",
        strategy
    )
}

/// Records that a copy of the follow is being sent, unless the follow was paused or stopped, a risk rule has tripped, its
/// key was disabled, or its owner's account frozen or suspended. Pausing, tripping and sending lock the same row, so no
/// new copy is begun after a pause or a trip.
pub async fn begin_copy(tx: &mut Tx, id: FollowId, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update follows set last_copy_at = $2 where id = $1 and active = true \
           and (halted_until is null or halted_until <= $2) and exists ( \
           select 1 from exchange_keys k where k.id = follows.exchange_key_id and k.active = true) and exists ( \
           select 1 from users u where u.id = follows.user_id and u.frozen_at is null and u.suspended_at is null)",
        id,
        at
    )?;
    Ok(rows == 1)
}

/// Pauses the active follows of a key; returns their number.
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

/// Pauses a user's active follows; returns their number.
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

/// Locks a user's follow for a change: no other transaction can change it until this one ends, so the values read
/// can be written back with [`update_follow`]. `None` if it was stopped.
pub async fn lock_follow(tx: &mut Tx, owner: UserId, id: FollowId, at: Micros) -> Result<Option<Follow>> {
    follows!(
        tx,
        fetch_optional,
        "update follows set updated_at = $3 where id = $1 and user_id = $2 and stopped_at is null \
         returning "
            + columns,
        id,
        owner,
        at
    )
}
