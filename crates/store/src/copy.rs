//! Copies: the outcome of one signal for one follow. A copy's id is also the id of its intent.

mod entry;
mod exit;
mod position;
mod queue;
mod row;

pub use entry::{EntryRow, list_entries};
pub use exit::{finish_exit, retry_exit};
pub use position::{Ended, close_copy, fail_copy, forget_key, lock_open, mark_checked, open_position};
pub use queue::{
    EntrySize, NewCopy, Work, begin_sending, claim_copies, get_work, has_claimable, insert_all, list_claimed,
    oldest_queued, postpone_copy, release_claimed, skip_copy,
};
pub use row::{CopyTrade, Count};

use crate::{DecimalText, Result, Source};
use domain::{
    CopyId, Decimal, ExchangeKeyId, FollowId, Micros, SignalId, StrategyId, Symbol, UserId, copy::Status,
};
use uuid::Uuid;

select! {
    copies -> CopyTrade,
    "c.id, c.signal_id, s.seq as signal_seq, s.strategy_id, t.name as strategy_name, c.follow_id, \
     c.user_id, c.exchange_key_id, c.symbol, c.action, c.side, c.status, c.reason, c.detail, \
     c.risk_percent, c.exit_percent, c.equity, c.amount, c.leverage, c.entry_price, c.stop, c.targets, c.order_id, \
     c.exit_reason, c.exit_price, c.profit_usd, c.attempts, c.created_at, c.updated_at, c.opened_at, \
     c.finished_at",
    "from copies c join signals s on s.id = c.signal_id join strategies t on t.id = s.strategy_id"
}

/// Returns a copy of any user, for internal use.
pub async fn get_copy(from: impl Source, id: CopyId) -> Result<Option<CopyTrade>> {
    copies!(from, fetch_optional, "where c.id = $1", id)
}

/// Lists a user's copies, newest first, starting before `before`.
pub async fn list_by_user(
    from: impl Source,
    owner: UserId,
    before: Option<CopyId>,
    limit: i64,
) -> Result<Vec<CopyTrade>> {
    let before = before.unwrap_or(CopyId(Uuid::max()));
    copies!(
        from,
        fetch_all,
        "where c.user_id = $1 and c.id < $2 order by c.id desc limit $3",
        owner,
        before,
        limit
    )
}

/// Filters a user's copies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Restricts to this key.
    pub key: Option<ExchangeKeyId>,
    /// Restricts to this strategy.
    pub strategy: Option<StrategyId>,
    /// Restricts to this status.
    pub status: Option<Status>,
}

/// As [`list_by_user`], with a filter.
pub async fn search_copies(
    from: impl Source,
    owner: UserId,
    filter: &Filter,
    before: Option<CopyId>,
    limit: i64,
) -> Result<Vec<CopyTrade>> {
    let before = before.unwrap_or(CopyId(Uuid::max()));
    copies!(
        from,
        fetch_all,
        "where c.user_id = $1 and c.id < $2 and c.exchange_key_id = coalesce($3, c.exchange_key_id) \
           and s.strategy_id = coalesce($4, s.strategy_id) and c.status = coalesce($5, c.status) \
         order by c.id desc limit $6",
        owner,
        before,
        filter.key,
        filter.strategy,
        filter.status,
        limit
    )
}

/// Lists a user's copied positions that were closed between two times, in the order of closing.
pub async fn ended_between(
    from: impl Source,
    owner: UserId,
    start: Micros,
    end: Micros,
) -> Result<Vec<CopyTrade>> {
    copies!(
        from,
        fetch_all,
        "where c.user_id = $1 and c.action = 'ENTER' and c.status = 'CLOSED' and c.finished_at >= $2 \
           and c.finished_at < $3 order by c.finished_at, c.id",
        owner,
        start,
        end
    )
}

/// Returns the signal of a copy.
pub async fn signal_of(from: impl Source, id: CopyId) -> Result<Option<SignalId>> {
    value!(SignalId, from, "select signal_id from copies where id = $1", id)
}

/// Lists the copies of a signal for a user's follows, in the order of queueing.
pub async fn list_by_signal_and_user(
    from: impl Source,
    signal: SignalId,
    owner: UserId,
    limit: i64,
) -> Result<Vec<CopyTrade>> {
    // With `coalesce` the search begins with the signal, which has fewer copies than a user.
    copies!(
        from,
        fetch_all,
        "where c.signal_id = $1 and coalesce(c.user_id, $2) = $2 order by c.id limit $3",
        signal,
        owner,
        limit
    )
}

/// Lists a signal's copies in the order of queueing, starting after `after`.
pub async fn list_by_signal(
    from: impl Source,
    signal: SignalId,
    after: Option<CopyId>,
    limit: i64,
) -> Result<Vec<CopyTrade>> {
    let after = after.unwrap_or(CopyId(Uuid::nil()));
    copies!(
        from,
        fetch_all,
        "where c.signal_id = $1 and c.id > $2 order by c.id limit $3",
        signal,
        after,
        limit
    )
}

/// Counts a signal's copies by status and reason.
pub async fn count_by_outcome(from: impl Source, signal: SignalId) -> Result<Vec<Count>> {
    rows!(
        Count,
        from,
        fetch_all,
        "select status, reason, count(*) as copies from copies where signal_id = $1 group by status, reason \
         order by status, reason",
        signal
    )
}

/// Returns the copy with the open position on a market of a key.
pub async fn open_on(from: impl Source, key: ExchangeKeyId, symbol: &Symbol) -> Result<Option<CopyTrade>> {
    copies!(
        from,
        fetch_optional,
        "where c.exchange_key_id = $1 and c.symbol = $2 and c.status = 'OPEN'",
        key,
        symbol
    )
}

/// Lists the entries on a market of a key that are open or being sent.
pub async fn open_entries(from: impl Source, key: ExchangeKeyId, symbol: &Symbol) -> Result<Vec<CopyTrade>> {
    copies!(
        from,
        fetch_all,
        "where c.exchange_key_id = $1 and c.finished_at is null and c.symbol = $2 \
           and c.status in ('OPEN', 'SENDING') and c.action = 'ENTER' order by c.id",
        key,
        symbol
    )
}

/// Returns a follow's newest unfinished entry for a signal of the strategy before `seq`. `key` is the key it was
/// traded with.
pub async fn unfinished_entry(
    from: impl Source,
    key: ExchangeKeyId,
    follow: FollowId,
    strategy: StrategyId,
    seq: i64,
) -> Result<Option<CopyTrade>> {
    // With `coalesce` the search begins with the key's unfinished copies, not with all signals of the strategy.
    copies!(
        from,
        fetch_optional,
        "where c.exchange_key_id = $1 and c.finished_at is null and c.follow_id = $2 and c.action = 'ENTER' \
           and coalesce(s.strategy_id, $3) = $3 and s.seq < $4 order by s.seq desc limit 1",
        key,
        follow,
        strategy,
        seq
    )
}

/// Returns a follow's newest entry for a signal of the strategy before `seq` whose position was opened and closed.
pub async fn ended_entry(
    from: impl Source,
    follow: FollowId,
    strategy: StrategyId,
    seq: i64,
) -> Result<Option<CopyTrade>> {
    copies!(
        from,
        fetch_optional,
        "where c.follow_id = $1 and c.action = 'ENTER' and c.status = 'CLOSED' and s.strategy_id = $2 and s.seq < $3 \
         order by s.seq desc limit 1",
        follow,
        strategy,
        seq
    )
}

/// Lists a key's copies with open positions.
pub async fn open_of_key(from: impl Source, key: ExchangeKeyId) -> Result<Vec<CopyTrade>> {
    copies!(
        from,
        fetch_all,
        "where c.exchange_key_id = $1 and c.finished_at is null and c.status = 'OPEN' order by c.id",
        key
    )
}

/// The open copied position of an exchange key.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct OpenAmount {
    /// The exchange key.
    pub exchange_key_id: ExchangeKeyId,
    /// Amount in base units, as it was entered.
    pub amount: Option<DecimalText>,
}

/// Lists the open positions that a strategy's signals have entered.
pub async fn open_of_strategy(from: impl Source, strategy: StrategyId) -> Result<Vec<OpenAmount>> {
    // Written without joins, so that SQLite begins with the few open copies.
    rows!(
        OpenAmount,
        from,
        fetch_all,
        "select c.exchange_key_id, c.amount from copies c where c.status = 'OPEN' \
           and (select s.strategy_id from signals s where s.id = c.signal_id) = $1",
        strategy
    )
}

/// Returns a follow's copy with an open position.
pub async fn open_of_follow(from: impl Source, follow: FollowId) -> Result<Option<CopyTrade>> {
    copies!(from, fetch_optional, "where c.follow_id = $1 and c.status = 'OPEN'", follow)
}

/// Lists, newest first, those of a user's copies that the state of their keys follows from: the `newest` last ones
/// of each key, at least one, those with open positions, and those that ended since `since`. One statement for all
/// keys; copies of deleted keys are left out.
pub async fn current(from: impl Source, owner: UserId, newest: u16, since: Micros) -> Result<Vec<CopyTrade>> {
    // `cross join` makes SQLite begin with the keys, and compare each key's newest copies only.
    let (before_last, first) = (i64::from(newest.max(1)) - 1, CopyId(Uuid::nil()));
    copies!(
        from,
        fetch_all,
        "where c.id in ( \
           select n.id from exchange_keys k cross join copies n \
           where k.user_id = $1 and n.exchange_key_id = k.id and n.user_id = k.user_id and n.id >= coalesce( \
             (select o.id from copies o where o.user_id = k.user_id and o.exchange_key_id = k.id \
              order by o.id desc limit 1 offset $2), $3) \
           union \
           select p.id from exchange_keys k join copies p on p.exchange_key_id = k.id \
           where k.user_id = $1 and p.finished_at is null and p.status = 'OPEN' \
           union \
           select e.id from exchange_keys k join copies e on e.exchange_key_id = k.id \
           where k.user_id = $1 and e.finished_at >= $4) \
         order by c.id desc",
        owner,
        before_last,
        first,
        since
    )
}

/// Lists all copies with open positions that have not been checked since `before`, the longest unchecked first.
pub async fn list_unchecked(from: impl Source, before: Micros, limit: i64) -> Result<Vec<CopyTrade>> {
    copies!(
        from,
        fetch_all,
        "where c.status = 'OPEN' and c.updated_at < $1 order by c.updated_at, c.id limit $2",
        before,
        limit
    )
}

/// Lists the profits and losses of a key's copies that were closed since `since`.
pub async fn profits_since(from: impl Source, key: ExchangeKeyId, since: Micros) -> Result<Vec<Decimal>> {
    let rows = rows!(
        Profit,
        from,
        fetch_all,
        "select profit_usd from copies where exchange_key_id = $1 and finished_at >= $2 and profit_usd is not null",
        key,
        since
    )?;
    Ok(rows.into_iter().filter_map(|row| row.profit_usd).map(|text| text.0).collect())
}

#[derive(sqlx::FromRow)]
struct Profit {
    profit_usd: Option<DecimalText>,
}
