//! Transfers to and from exchanges, recorded before the exchange is called.

use crate::{Result, Source, Tx};
use domain::{
    ExchangeKeyId, LedgerAccountId, LedgerHoldId, Micros, TradeType, TransferId, UserId,
    ledger::{MovementKind, TransferStatus, Units},
};
use sqlx::FromRow;

/// A transfer, as read and written, with status working at first.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct TransferRow {
    /// Id of the transfer, also sent to the exchange.
    pub id: TransferId,
    /// The user who owns it.
    pub user_id: UserId,
    /// The ledger account.
    pub account_id: LedgerAccountId,
    /// The exchange key of the other side.
    pub exchange_key_id: ExchangeKeyId,
    /// The key's public part, in case the key is deleted meanwhile.
    pub api_key: String,
    /// The wallet at the exchange: spot or futures.
    pub trade_type: TradeType,
    /// Direction: to or from the exchange.
    pub kind: MovementKind,
    /// Amount transferred.
    pub amount: Units,
    /// The hold on the funds until they have arrived.
    pub hold_id: Option<LedgerHoldId>,
    /// Current status.
    pub status: TransferStatus,
    /// When it was decided.
    pub created_at: Micros,
}

/// Adds a transfer that is about to be sent to the exchange.
pub async fn insert_transfer(tx: &mut Tx, row: &TransferRow, lease_until: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into transfers (id, user_id, account_id, exchange_key_id, api_key, trade_type, kind, amount, hold_id, \
           status, lease_until, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        row.id,
        row.user_id,
        row.account_id,
        row.exchange_key_id,
        &row.api_key,
        row.trade_type,
        row.kind,
        row.amount,
        row.hold_id,
        row.status,
        lease_until,
        row.created_at,
        row.created_at
    )?;
    Ok(())
}

select! {
    transfers -> TransferRow,
    "id, user_id, account_id, exchange_key_id, api_key, trade_type, kind, amount, hold_id, status, \
     created_at",
    "from transfers"
}

/// Returns a transfer of any user.
pub async fn get_transfer(from: impl Source, id: TransferId) -> Result<Option<TransferRow>> {
    transfers!(from, fetch_optional, "where id = $1", id)
}

/// Lists unsettled transfers whose lease has expired.
pub async fn due_transfers(from: impl Source, now: Micros) -> Result<Vec<TransferRow>> {
    transfers!(from, fetch_all, "where status = 'working' and lease_until <= $1 order by id limit 100", now)
}

/// Lists a user's newest transfers.
pub async fn transfers_of(from: impl Source, user: UserId, limit: i64) -> Result<Vec<TransferRow>> {
    transfers!(from, fetch_all, "where user_id = $1 order by id desc limit $2", user, limit)
}

/// Claims a due transfer until `until`; returns whether the claim succeeded.
pub async fn claim_transfer(tx: &mut Tx, id: TransferId, now: Micros, until: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update transfers set lease_until = $3 where id = $1 and status = 'working' and lease_until <= $2",
        id,
        now,
        until
    )?;
    Ok(rows == 1)
}

/// Settles a transfer, once; returns whether it was still working. `updated_at` is its completion time from then on.
pub async fn settle_transfer(
    tx: &mut Tx,
    id: TransferId,
    status: TransferStatus,
    at: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update transfers set status = $2, updated_at = $3 where id = $1 and status = 'working'",
        id,
        status,
        at
    )?;
    Ok(rows == 1)
}

/// Returns the transfers to an exchange key that were completed after `since`, minus those from it. They are not
/// part of its trading profit.
pub async fn net_transferred(from: impl Source, key: ExchangeKeyId, since: Micros) -> Result<Units> {
    let sum = value!(
        i64,
        from,
        "select cast(coalesce(sum(case kind when 'to-exchange' then amount else -amount end), 0) as bigint) \
         from transfers where exchange_key_id = $1 and status = 'done' and updated_at > $2",
        key,
        since
    )?;
    Ok(Units(sum.unwrap_or(0)))
}

/// A completed transfer to or from an exchange account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Brought {
    /// The exchange key.
    pub exchange_key_id: ExchangeKeyId,
    /// Direction: to or from the exchange.
    pub kind: MovementKind,
    /// Amount transferred.
    pub amount: Units,
    /// When it was completed.
    pub completed_at: Micros,
}

/// Lists the transfers of a user's exchange accounts that were completed from `start` until before `end`, in order
/// of that time.
pub async fn list_completed(
    from: impl Source,
    user: UserId,
    start: Micros,
    end: Micros,
) -> Result<Vec<Brought>> {
    rows!(
        Brought,
        from,
        fetch_all,
        "select exchange_key_id, kind, amount, updated_at as completed_at from transfers \
         where user_id = $1 and status = 'done' and updated_at >= $2 and updated_at < $3 order by updated_at, id",
        user,
        start,
        end
    )
}
