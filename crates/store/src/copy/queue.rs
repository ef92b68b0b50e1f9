//! The queue of copies: filled by the fan-out and claimed with leases by the workers of any instance; each copy is
//! begun once.

use crate::{DecimalText, Result, Source, Targets, Tx};
use domain::{
    CopyId, Decimal, ExchangeKeyId, FollowId, Micros, Side, SignalId, StrategyId, Symbol, UserId,
    copy::{Paused, Reason, Status},
    signal::Action,
    time::{MINUTE, SECOND},
};
use sqlx::FromRow;

/// A copy to queue.
#[derive(Clone, Debug)]
pub struct NewCopy {
    /// Id of the copy and its intent; workers take copies in the order of their ids.
    pub id: CopyId,
    /// The follow it is for.
    pub follow_id: FollowId,
    /// The user who owns it.
    pub user_id: UserId,
    /// The exchange key it trades with.
    pub exchange_key_id: ExchangeKeyId,
    /// Trading pair.
    pub symbol: Symbol,
    /// Share of equity lost if the stop is hit, in percent.
    pub risk_percent: Decimal,
    /// For an exit: share of the position to close, in percent; `None` for the whole position.
    pub exit_percent: Option<Decimal>,
    /// Why it is skipped, if that is already certain; then no worker processes it.
    pub skipped: Option<Reason>,
    /// The detail of that reason.
    pub detail: Option<String>,
}

/// Queues copies of a signal; a follow that already has one keeps it. Returns the number of new copies.
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
    bulk!(
        tx,
        "insert into copies (id, signal_id, follow_id, user_id, exchange_key_id, symbol, action, side, status, \
           reason, detail, exit_percent, risk_percent, lease_until, created_at, updated_at, finished_at) ",
        copies,
        |copy: &NewCopy| [
            copy.id,
            signal,
            copy.follow_id,
            copy.user_id,
            copy.exchange_key_id,
            &copy.symbol,
            action,
            side,
            if copy.skipped.is_some() { Status::Skipped } else { Status::Queued },
            copy.skipped,
            copy.detail.as_deref(),
            copy.exit_percent.map(DecimalText),
            DecimalText(copy.risk_percent),
            0_i64,
            at,
            at,
            copy.skipped.map(|_| at)
        ],
        " on conflict (signal_id, follow_id) do nothing"
    )
}

/// Maximum time for which a copy is postponed. A time further ahead was written before the clock was set back.
const LONGEST_PAUSE: i64 = 10 * SECOND;
/// Maximum time for which a copy is claimed, used in the same way.
const LONGEST_CLAIM: i64 = MINUTE;

/// Returns whether there is anything that `holder` could claim. Checked before writing, so that an idle server
/// writes nothing.
pub async fn has_claimable(from: impl Source, holder: &str, now: Micros) -> Result<bool> {
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

/// Returns when the longest-waiting copy was queued. Rejected exits are left out: they wait for the exchange or for
/// their key, not for a worker.
pub async fn oldest_queued(from: impl Source) -> Result<Option<Micros>> {
    let at =
        value!(i64, from, "select min(created_at) from copies where status = 'QUEUED' and attempts = 0")?;
    Ok(at.map(Micros))
}

/// Claims up to `limit` queued copies until `until`, oldest first; returns their number. `until` identifies the
/// claim, so no two claims of a holder may use the same value; after it, the holder claims again what none of its
/// workers has decided. Copies of other holders are freed only by [`crate::instance::give_back`].
pub async fn claim_copies(tx: &mut Tx, holder: &str, now: Micros, until: Micros, limit: i64) -> Result<u64> {
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

/// A claimed copy with everything needed to decide it without querying the exchange.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Work {
    /// Id of the copy.
    pub id: CopyId,
    /// Id of the signal.
    pub signal_id: SignalId,
    /// Sequence number of the signal within its strategy.
    pub signal_seq: i64,
    /// The follow it is for.
    pub follow_id: FollowId,
    /// The user who owns it.
    pub user_id: UserId,
    /// The exchange key it trades with.
    pub exchange_key_id: ExchangeKeyId,
    /// Trading pair.
    pub symbol: Symbol,
    /// Whether it enters or exits.
    pub action: Action,
    /// Side of the entry; `None` for an exit.
    pub side: Option<Side>,
    /// The reason for the delay of the decision so far.
    pub detail: Option<String>,
    /// For an exit: number of times the exchange rejected closing the position.
    pub attempts: i64,
    /// For an exit: share of the position to close, in percent; `None` for the whole position.
    pub exit_percent: Option<DecimalText>,
    /// Share of equity lost if the stop is hit, in percent.
    pub risk_percent: DecimalText,
    /// When the signal was accepted.
    pub signal_at: Micros,
    /// The signal's price.
    pub signal_price: Option<DecimalText>,
    /// The market's price when the signal was accepted.
    pub market_price: Option<DecimalText>,
    /// Stop price; `None` for an exit.
    pub stop: Option<DecimalText>,
    /// Take-profit prices.
    pub targets: Targets,
    /// The signal's strategy.
    pub strategy_id: StrategyId,
    /// Whether the strategy's signals are copied.
    pub strategy_active: bool,
    /// Whether the follow is active.
    pub follow_active: bool,
    /// Why the follow is paused.
    pub paused_reason: Option<Paused>,
    /// When the follow was stopped.
    pub stopped_at: Option<Micros>,
    /// Maximum leverage.
    pub max_leverage: Option<i64>,
    /// When the account was frozen, by its owner or an admin; `None` if it is not frozen.
    pub frozen_at: Option<Micros>,
    /// When an admin suspended the account; `None` if it is not suspended.
    pub suspended_at: Option<Micros>,
}

select! {
    work -> Work,
    "c.id, c.signal_id, s.seq as signal_seq, c.follow_id, c.user_id, c.exchange_key_id, c.symbol, \
     c.action, c.side, c.detail, c.attempts, c.exit_percent, c.risk_percent, s.at as signal_at, \
     s.price as signal_price, s.market_price, s.stop, s.targets, \
     s.strategy_id, t.active as strategy_active, f.active as follow_active, f.paused_reason, \
     f.stopped_at, f.max_leverage, u.frozen_at, u.suspended_at",
    "from copies c join signals s on s.id = c.signal_id join strategies t on t.id = s.strategy_id \
     join follows f on f.id = c.follow_id join users u on u.id = c.user_id"
}

/// Lists the copies of a claim.
pub async fn list_claimed(from: impl Source, holder: &str, until: Micros) -> Result<Vec<Work>> {
    work!(
        from,
        fetch_all,
        "where c.status = 'QUEUED' and c.lease_holder = $1 and c.lease_until = $2 order by c.id",
        holder,
        until
    )
}

/// Returns the work of one copy, regardless of its holder and status.
pub async fn get_work(from: impl Source, id: CopyId) -> Result<Option<Work>> {
    work!(from, fetch_optional, "where c.id = $1", id)
}

/// The size of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntrySize {
    /// Equity of the account.
    pub equity: Decimal,
    /// Amount in base units.
    pub amount: Decimal,
    /// Leverage of the position.
    pub leverage: u16,
    /// The price it was sized at.
    pub price: Decimal,
    /// Stop price.
    pub stop: Decimal,
    /// Take-profit prices.
    pub targets: Targets,
}

/// Changes the status from queued to sending, in the transaction that records the copy's intent; `size` is given
/// for entries. Returns `false` if the holder no longer holds it, or if it is an entry and all copying or its strategy was
/// paused after the holder decided: a pause by any instance stops every entry that is not committed yet.
pub async fn begin_sending(
    tx: &mut Tx,
    id: CopyId,
    holder: &str,
    size: Option<&EntrySize>,
    at: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update copies set status = 'SENDING', detail = null, equity = $3, amount = $4, leverage = $5, entry_price = $6, stop = $7, \
           targets = $8, updated_at = $9 where id = $1 and status = 'QUEUED' and lease_holder = $2 \
           and (action = 'EXIT' or ( \
             not exists (select 1 from switches p where p.name = 'pause-copies') \
             and exists (select 1 from signals g join strategies s on s.id = g.strategy_id \
               where g.id = copies.signal_id and s.active = true)))",
        id,
        holder,
        size.map(|b| DecimalText(b.equity)),
        size.map(|b| DecimalText(b.amount)),
        size.map(|b| i64::from(b.leverage)),
        size.map(|b| DecimalText(b.price)),
        size.map(|b| DecimalText(b.stop)),
        size.map(|b| b.targets.as_str()),
        at
    )?;
    Ok(rows == 1)
}

/// Finishes a queued copy without trading. Returns `false` if the holder no longer holds it.
pub async fn skip_copy(
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

/// Frees the copies that a holder claimed and had not begun when it was killed; returns their number.
pub async fn release_claimed(tx: &mut Tx, holder: &str) -> Result<u64> {
    exec!(
        tx,
        "update copies set lease_holder = null, lease_until = 0 where status = 'QUEUED' and lease_holder = $1",
        holder
    )
}

/// Postpones a queued copy to `until` and records the cause. Returns `false` if the holder no longer holds it.
pub async fn postpone_copy(
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
