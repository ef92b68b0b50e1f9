//! The queue of copies: written by the fan-out, claimed with leases by workers of any instance, each begun once.

use crate::{
    DecimalText, Result, Source, Tx,
    tx::{Lend as _, Lent},
};
use domain::{
    CopyId, Decimal, ExchangeKeyId, FollowId, Micros, Side, SignalId, StrategyId, Symbol, UserId,
    copy::{Paused, Reason, Status},
    signal::Action,
    time::{MINUTE, SECOND},
};
use sqlx::{FromRow, QueryBuilder};

/// A copy to queue.
#[derive(Clone, Debug)]
pub struct NewCopy {
    /// Its id, and its intent's; workers take copies in the order of their ids.
    pub id: CopyId,
    /// For which follow.
    pub follow_id: FollowId,
    /// Whose.
    pub user_id: UserId,
    /// On which account.
    pub exchange_key_id: ExchangeKeyId,
    /// On which pair.
    pub symbol: Symbol,
    /// The share of equity that being stopped out loses, in percent.
    pub risk_percent: Decimal,
    /// Why it is not traded, where that is certain already: then no worker is asked.
    pub skipped: Option<Reason>,
}

/// One statement for all rows, as for an intent's legs.
macro_rules! insert_copies {
    ($engine:ty, $on:expr, $signal:expr, $action:expr, $side:expr, $copies:expr, $at:expr) => {{
        let columns = "insert into copies (id, signal_id, follow_id, user_id, exchange_key_id, symbol, action, side, \
                       status, reason, risk_percent, lease_until, created_at, updated_at, finished_at) ";
        let mut query = QueryBuilder::<$engine>::new(columns);
        query.push_values($copies, |mut row, copy: &NewCopy| {
            let status = if copy.skipped.is_some() { Status::Skipped } else { Status::Queued };
            row.push_bind(copy.id)
                .push_bind($signal)
                .push_bind(copy.follow_id)
                .push_bind(copy.user_id)
                .push_bind(copy.exchange_key_id)
                .push_bind(&copy.symbol)
                .push_bind($action)
                .push_bind($side)
                .push_bind(status)
                .push_bind(copy.skipped)
                .push_bind(DecimalText(copy.risk_percent))
                .push_bind(0_i64)
                .push_bind($at)
                .push_bind($at)
                .push_bind(copy.skipped.map(|_| $at));
        });
        query.push(" on conflict (signal_id, follow_id) do nothing");
        query.build().execute(&mut **$on).await.map(|done| done.rows_affected())
    }};
}

/// Queues copies of a signal; a follow that has one already keeps it. How many are new.
///
/// # Errors
/// A database error.
pub async fn insert_all(
    tx: &mut Tx,
    signal: SignalId,
    action: Action,
    side: Option<Side>,
    copies: &[NewCopy],
    at: Micros,
) -> Result<u64> {
    if copies.is_empty() {
        return Ok(0);
    }
    let mut lent = tx.connection()?;
    let done = match &mut lent {
        Lent::Sqlite(on) => insert_copies!(sqlx::Sqlite, on, signal, action, side, copies, at),
        Lent::Postgres(on) => insert_copies!(sqlx::Postgres, on, signal, action, side, copies, at),
    };
    lent.settled(done)
}

/// Nobody postpones a copy for longer than this. A time that is further ahead was written before the clock was set back.
const LONGEST_PAUSE: i64 = 10 * SECOND;
/// The same of the time for which a copy is claimed.
const LONGEST_CLAIM: i64 = MINUTE;

/// Whether there is anything that `holder` could claim: asked before writing, so that an idle desk writes nothing.
///
/// # Errors
/// A database error.
pub async fn waiting(from: impl Source, holder: &str, now: Micros) -> Result<bool> {
    let one = value!(
        i64,
        from,
        "select min(lease_until) from copies where status = 'QUEUED' \
           and ((lease_holder is null and (lease_until <= $2 or lease_until > $3)) \
             or (lease_holder = $1 and (lease_until <= $2 or lease_until > $4)))",
        holder,
        now,
        now.plus(LONGEST_PAUSE),
        now.plus(LONGEST_CLAIM)
    )?;
    Ok(one.is_some())
}

/// When the longest waiting copy was queued. Exits that an exchange refused are left out: they wait for the exchange or for
/// their key, not for a worker.
///
/// # Errors
/// A database error.
pub async fn oldest_queued(from: impl Source) -> Result<Option<Micros>> {
    let at =
        value!(i64, from, "select min(created_at) from copies where status = 'QUEUED' and attempts = 0")?;
    Ok(at.map(Micros))
}

/// Claims up to `limit` queued copies until `until`, the oldest first; how many. `until` names the claim: no two claims
/// of a holder may have the same, and after it the holder claims again what no worker of its own has decided. What others
/// hold is freed by [`crate::instance::give_back`] alone.
///
/// # Errors
/// A database error.
pub async fn claim(tx: &mut Tx, holder: &str, now: Micros, until: Micros, limit: i64) -> Result<u64> {
    exec!(
        tx,
        "update copies set lease_holder = $1, lease_until = $3 where status = 'QUEUED' \
           and ((lease_holder is null and (lease_until <= $2 or lease_until > $5)) \
             or (lease_holder = $1 and (lease_until <= $2 or lease_until > $6))) \
           and id in (select id from copies where status = 'QUEUED' \
             and ((lease_holder is null and (lease_until <= $2 or lease_until > $5)) \
               or (lease_holder = $1 and (lease_until <= $2 or lease_until > $6))) \
             order by id limit $4)",
        holder,
        now,
        until,
        limit,
        now.plus(LONGEST_PAUSE),
        now.plus(LONGEST_CLAIM)
    )
}

/// Everything that is decided about a claimed copy without asking the exchange.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Work {
    /// The copy.
    pub id: CopyId,
    /// Of which signal.
    pub signal_id: SignalId,
    /// The signal's place among its strategy's signals.
    pub signal_seq: i64,
    /// For which follow.
    pub follow_id: FollowId,
    /// Whose.
    pub user_id: UserId,
    /// On which account.
    pub exchange_key_id: ExchangeKeyId,
    /// On which pair.
    pub symbol: Symbol,
    /// To enter or to leave.
    pub action: Action,
    /// Which way; none for leaving.
    pub side: Option<Side>,
    /// What kept it from being decided until now.
    pub detail: Option<String>,
    /// For an exit: how often the exchange refused to close the position.
    pub attempts: i64,
    /// The share of equity that being stopped out loses, in percent.
    pub risk_percent: DecimalText,
    /// When the signal was accepted.
    pub signal_at: Micros,
    /// Where to be stopped out; none for leaving.
    pub stop: Option<DecimalText>,
    /// Where to take profits, as JSON.
    pub targets: String,
    /// Whose signal.
    pub strategy_id: StrategyId,
    /// Whether the strategy's signals are copied.
    pub strategy_active: bool,
    /// Whether the follow's owner wants copies.
    pub follow_active: bool,
    /// Why not.
    pub paused_reason: Option<Paused>,
    /// When the follow ended.
    pub stopped_at: Option<Micros>,
    /// The most leverage.
    pub max_leverage: Option<i64>,
    /// The most that may be lost on a UTC day.
    pub daily_loss_limit_usd: Option<DecimalText>,
    /// When its owner froze the account, while it is frozen.
    pub frozen_at: Option<Micros>,
    /// When the operator suspended the account, while it is suspended.
    pub suspended_at: Option<Micros>,
}

/// [`Work`] rows: the columns are written here once.
macro_rules! work {
    ($from:expr, $method:ident, $rest:literal $(, $bind:expr)* $(,)?) => {
        rows!(
            Work,
            $from,
            $method,
            "select c.id, c.signal_id, s.seq as signal_seq, c.follow_id, c.user_id, c.exchange_key_id, c.symbol, c.action, c.side, \
               c.detail, c.attempts, c.risk_percent, s.at as signal_at, s.stop, s.targets, s.strategy_id, t.active as strategy_active, \
               f.active as follow_active, f.paused_reason, f.stopped_at, f.max_leverage, f.daily_loss_limit_usd, \
               u.frozen_at, u.suspended_at \
             from copies c join signals s on s.id = c.signal_id join strategies t on t.id = s.strategy_id \
               join follows f on f.id = c.follow_id join users u on u.id = c.user_id " + $rest
            $(, $bind)*
        )
    };
}

/// What a claim got.
///
/// # Errors
/// A database error.
pub async fn claimed(from: impl Source, holder: &str, until: Micros) -> Result<Vec<Work>> {
    work!(
        from,
        fetch_all,
        "where c.status = 'QUEUED' and c.lease_holder = $1 and c.lease_until = $2 order by c.id",
        holder,
        until
    )
}

/// One copy's work, whoever holds it and wherever it stands.
///
/// # Errors
/// A database error.
pub async fn sole(from: impl Source, id: CopyId) -> Result<Option<Work>> {
    work!(from, fetch_optional, "where c.id = $1", id)
}

/// What an entry was sized to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// What the account was worth.
    pub equity: Decimal,
    /// How much, in base units.
    pub amount: Decimal,
    /// Times margin.
    pub leverage: u16,
    /// The price it was sized at.
    pub price: Decimal,
    /// Where it is stopped out.
    pub stop: Decimal,
    /// Where it takes profits, as JSON.
    pub targets: String,
}

/// From queued to sending, in the transaction that writes its intent; `begun` for entries. False when it is not the
/// holder's any more.
///
/// # Errors
/// A database error.
pub async fn begin(tx: &mut Tx, id: CopyId, holder: &str, begun: Option<&Begun>, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update copies set status = 'SENDING', detail = null, equity = $3, amount = $4, leverage = $5, entry_price = $6, stop = $7, \
           targets = $8, updated_at = $9 where id = $1 and status = 'QUEUED' and lease_holder = $2",
        id,
        holder,
        begun.map(|b| DecimalText(b.equity)),
        begun.map(|b| DecimalText(b.amount)),
        begun.map(|b| i64::from(b.leverage)),
        begun.map(|b| DecimalText(b.price)),
        begun.map(|b| DecimalText(b.stop)),
        begun.map(|b| b.targets.as_str()),
        at
    )?;
    Ok(rows == 1)
}

/// Ends a queued copy without trading. False when it is not the holder's any more.
///
/// # Errors
/// A database error.
pub async fn skip(
    tx: &mut Tx,
    id: CopyId,
    holder: &str,
    reason: Reason,
    detail: Option<&str>,
    at: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update copies set status = 'SKIPPED', reason = $3, detail = $4, updated_at = $5, finished_at = $5, \
           lease_holder = null, lease_until = 0 where id = $1 and status = 'QUEUED' and lease_holder = $2",
        id,
        holder,
        reason,
        detail,
        at
    )?;
    Ok(rows == 1)
}

/// Gives back what a holder claimed and had not begun when it was killed; how many there were.
///
/// # Errors
/// A database error.
pub async fn requeue(tx: &mut Tx, holder: &str) -> Result<u64> {
    exec!(
        tx,
        "update copies set lease_holder = null, lease_until = 0 where status = 'QUEUED' and lease_holder = $1",
        holder
    )
}

/// Has a queued copy looked at again at `until`, and notes what keeps it. False when it is not the holder's any more.
///
/// # Errors
/// A database error.
pub async fn postpone(
    tx: &mut Tx,
    id: CopyId,
    holder: &str,
    until: Micros,
    why: &str,
    at: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update copies set lease_holder = null, lease_until = $3, detail = $4, updated_at = $5 \
         where id = $1 and status = 'QUEUED' and lease_holder = $2",
        id,
        holder,
        until,
        why,
        at
    )?;
    Ok(rows == 1)
}
