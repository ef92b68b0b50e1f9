//! Private signal sources and the calls of their webhooks. Each source is a strategy, whose other columns are in
//! [`crate::strategy`].

use crate::{DecimalText, Result, Source, Targets, TokenHash, Tx};
use domain::{
    Micros, SignalId, SourceCallId, StrategyId, UserId,
    own_source::{RefusedAlert, Verdict, Visibility},
};
use sqlx::FromRow;

/// A private signal source.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OwnSource {
    /// Id of its strategy.
    pub strategy_id: StrategyId,
    /// The owner.
    pub user_id: UserId,
    /// The audience of its strategy.
    pub visibility: Visibility,
    /// Default distance of the stop, in percent of the price.
    pub stop_percent: Option<DecimalText>,
    /// Default distances of the take-profits, in percent of the price.
    pub target_percents: Targets,
    /// Largest distance of an alert's price from the market's, in percent.
    pub max_distance_percent: DecimalText,
    /// When the first alert was accepted.
    pub live_since: Option<Micros>,
    /// When it was created.
    pub created_at: Micros,
    /// When its owner removed it.
    pub removed_at: Option<Micros>,
}

select! {
    own_sources -> OwnSource,
    "o.strategy_id, o.user_id, o.visibility, o.stop_percent, o.target_percents, o.max_distance_percent, o.live_since, \
     o.created_at, o.removed_at",
    "from own_sources o"
}

/// Adds a source, whose strategy was added before.
pub async fn insert_source(tx: &mut Tx, source: &OwnSource) -> Result<()> {
    exec!(
        tx,
        "insert into own_sources (strategy_id, user_id, visibility, stop_percent, target_percents, \
           max_distance_percent, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        source.strategy_id,
        source.user_id,
        source.visibility,
        source.stop_percent,
        &source.target_percents,
        source.max_distance_percent,
        source.created_at
    )?;
    Ok(())
}

/// Lists a user's sources that were not removed, oldest first.
pub async fn list_by_user(from: impl Source, owner: UserId) -> Result<Vec<OwnSource>> {
    own_sources!(
        from,
        fetch_all,
        "where o.user_id = $1 and o.removed_at is null order by o.strategy_id",
        owner
    )
}

/// Returns a user's source that was not removed.
pub async fn get_source(from: impl Source, owner: UserId, id: StrategyId) -> Result<Option<OwnSource>> {
    own_sources!(
        from,
        fetch_optional,
        "where o.strategy_id = $1 and o.user_id = $2 and o.removed_at is null",
        id,
        owner
    )
}

/// Returns the source of a strategy, regardless of its owner; `None` for a strategy of the install.
pub async fn of_strategy(from: impl Source, id: StrategyId) -> Result<Option<OwnSource>> {
    own_sources!(from, fetch_optional, "where o.strategy_id = $1", id)
}

/// Returns the source whose webhook token has this hash.
pub async fn by_hook(from: impl Source, token: &TokenHash) -> Result<Option<OwnSource>> {
    own_sources!(
        from,
        fetch_optional,
        "join strategies s on s.id = o.strategy_id where s.hook_token_hash = $1 and o.removed_at is null",
        token.as_slice()
    )
}

/// Counts a user's sources that were not removed.
pub async fn count_of_user(from: impl Source, owner: UserId) -> Result<i64> {
    let count = value!(
        i64,
        from,
        "select count(*) from own_sources where user_id = $1 and removed_at is null",
        owner
    )?;
    Ok(count.unwrap_or(0))
}

/// Changes the rules of a user's source; returns whether it exists.
pub async fn update_rules(tx: &mut Tx, source: &OwnSource) -> Result<bool> {
    let rows = exec!(
        tx,
        "update own_sources set stop_percent = $3, target_percents = $4, max_distance_percent = $5 \
         where strategy_id = $1 and user_id = $2 and removed_at is null",
        source.strategy_id,
        source.user_id,
        source.stop_percent,
        &source.target_percents,
        source.max_distance_percent
    )?;
    Ok(rows == 1)
}

/// Changes the visibility of a source; returns whether it exists. The public lists change with it, so the strategy
/// counts as changed.
pub async fn set_visibility(tx: &mut Tx, id: StrategyId, visibility: Visibility) -> Result<bool> {
    exec!(&mut *tx, "update strategies set updated_at = updated_at where id = $1", id)?;
    let rows = exec!(
        tx,
        "update own_sources set visibility = $2 where strategy_id = $1 and removed_at is null",
        id,
        visibility
    )?;
    Ok(rows == 1)
}

/// Records that an alert was accepted, unless one was before.
pub async fn set_live(tx: &mut Tx, id: StrategyId, at: Micros) -> Result<()> {
    exec!(
        tx,
        "update own_sources set live_since = $2 where strategy_id = $1 and live_since is null",
        id,
        at
    )?;
    Ok(())
}

/// Records that the owner is notified of a refused alert at `at`, unless they were after `since`; returns whether they
/// are now.
pub async fn begin_refusal_notice(tx: &mut Tx, id: StrategyId, at: Micros, since: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update own_sources set refusal_notified_at = $2 \
         where strategy_id = $1 and (refusal_notified_at is null or refusal_notified_at <= $3)",
        id,
        at,
        since
    )?;
    Ok(rows == 1)
}

/// Marks a user's source as removed; returns whether it existed.
pub async fn remove_source(tx: &mut Tx, owner: UserId, id: StrategyId, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update own_sources set removed_at = $3 where strategy_id = $1 and user_id = $2 and removed_at is null",
        id,
        owner,
        at
    )?;
    Ok(rows == 1)
}

/// The owner of a source.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Owner {
    /// Id of its strategy.
    pub strategy_id: StrategyId,
    /// The owner.
    pub user_id: UserId,
    /// The owner's e-mail address.
    pub email: String,
    /// The audience of its strategy.
    pub visibility: Visibility,
}

/// Lists the owners of all sources.
pub async fn list_owners(from: impl Source) -> Result<Vec<Owner>> {
    rows!(
        Owner,
        from,
        fetch_all,
        "select o.strategy_id, o.user_id, u.email, o.visibility from own_sources o \
         join users u on u.id = o.user_id order by o.strategy_id"
    )
}

/// A call of a source's webhook.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Call {
    /// Id of the call.
    pub id: SourceCallId,
    /// Id of the source's strategy.
    pub strategy_id: StrategyId,
    /// When it arrived.
    pub at: Micros,
    /// Whether it was a test by the owner.
    pub test: bool,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it was refused.
    pub reason: Option<RefusedAlert>,
    /// The signal that it gave or repeated.
    pub signal_id: Option<SignalId>,
    /// The body without secrets.
    pub body: String,
}

select! {
    source_calls -> Call,
    "c.id, c.strategy_id, c.at, c.test, c.verdict, c.reason, c.signal_id, c.body",
    "from source_calls c"
}

/// Adds a call, and deletes the source's oldest ones above `keep`. The source's row stays locked until the transaction
/// ends, so that concurrent calls delete one after the other.
pub async fn insert_call(tx: &mut Tx, call: &Call, keep: i64) -> Result<()> {
    exec!(
        &mut *tx,
        "update own_sources set created_at = created_at where strategy_id = $1",
        call.strategy_id
    )?;
    exec!(
        &mut *tx,
        "insert into source_calls (id, strategy_id, at, test, verdict, reason, signal_id, body) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        call.id,
        call.strategy_id,
        call.at,
        call.test,
        call.verdict,
        call.reason,
        call.signal_id,
        &call.body
    )?;
    exec!(
        tx,
        "delete from source_calls where strategy_id = $1 and id not in ( \
           select n.id from source_calls n where n.strategy_id = $1 order by n.id desc limit $2)",
        call.strategy_id,
        keep
    )?;
    Ok(())
}

/// Lists the calls of a user's source, newest first.
pub async fn list_calls(from: impl Source, owner: UserId, id: StrategyId, limit: i64) -> Result<Vec<Call>> {
    source_calls!(
        from,
        fetch_all,
        "join own_sources o on o.strategy_id = c.strategy_id \
         where c.strategy_id = $1 and o.user_id = $2 order by c.id desc limit $3",
        id,
        owner,
        limit
    )
}
