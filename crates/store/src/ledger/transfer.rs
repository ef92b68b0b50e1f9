//! Transfers: funds on their way to or from an exchange, written before the exchange is told.

use crate::{Result, Source, Tx};
use domain::{
    ExchangeKeyId, LedgerAccountId, LedgerHoldId, Micros, TradeType, TransferId, UserId,
    ledger::{MovementKind, TransferStatus, Units},
};
use sqlx::FromRow;

/// A transfer. Written as it is read; it begins as working.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct TransferRow {
    /// Its id: what the exchange knows it by.
    pub id: TransferId,
    /// Whose.
    pub user_id: UserId,
    /// From or to which account of ours.
    pub account_id: LedgerAccountId,
    /// To or from which exchange account.
    pub exchange_key_id: ExchangeKeyId,
    /// The exchange's name for it, should the key be deleted meanwhile.
    pub api_key: String,
    /// Which of its wallets.
    pub trade_type: TradeType,
    /// To the exchange, or from it.
    pub kind: MovementKind,
    /// How much.
    pub amount: Units,
    /// What holds it here until it is there.
    pub hold_id: Option<LedgerHoldId>,
    /// How it stands.
    pub status: TransferStatus,
    /// When it was decided.
    pub created_at: Micros,
}

/// Writes a transfer that is about to be told to the exchange.
///
/// # Errors
/// A database error.
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

/// A transfer, whosever it is.
///
/// # Errors
/// A database error.
pub async fn get_transfer(from: impl Source, id: TransferId) -> Result<Option<TransferRow>> {
    rows!(
        TransferRow,
        from,
        fetch_optional,
        "select id, user_id, account_id, exchange_key_id, api_key, trade_type, kind, amount, hold_id, status, \
           created_at from transfers where id = $1",
        id
    )
}

/// Transfers that nobody is at and that are not settled.
///
/// # Errors
/// A database error.
pub async fn due_transfers(from: impl Source, now: Micros) -> Result<Vec<TransferRow>> {
    rows!(
        TransferRow,
        from,
        fetch_all,
        "select id, user_id, account_id, exchange_key_id, api_key, trade_type, kind, amount, hold_id, status, \
           created_at from transfers where status = 'working' and lease_until <= $1 order by id limit 100",
        now
    )
}

/// A person's newest transfers.
///
/// # Errors
/// A database error.
pub async fn transfers_of(from: impl Source, user: UserId, limit: i64) -> Result<Vec<TransferRow>> {
    rows!(
        TransferRow,
        from,
        fetch_all,
        "select id, user_id, account_id, exchange_key_id, api_key, trade_type, kind, amount, hold_id, status, \
           created_at from transfers where user_id = $1 order by id desc limit $2",
        user,
        limit
    )
}

/// Claims a due transfer until `until`; whether it is ours.
///
/// # Errors
/// A database error.
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

/// Settles a transfer, once; whether it was still working.
///
/// # Errors
/// A database error.
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

/// What came to an exchange account since a moment, less what went: no profit of its trading.
///
/// # Errors
/// A database error.
pub async fn net_transferred(from: impl Source, key: ExchangeKeyId, since: Micros) -> Result<Units> {
    let sum = value!(
        i64,
        from,
        "select cast(coalesce(sum(case kind when 'to-exchange' then amount else -amount end), 0) as bigint) \
         from transfers where exchange_key_id = $1 and status = 'done' and created_at > $2",
        key,
        since
    )?;
    Ok(Units(sum.unwrap_or(0)))
}

/// What was brought to an exchange account, or taken from it (less than nothing).
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Brought {
    /// To which exchange account.
    pub exchange_key_id: ExchangeKeyId,
    /// To the exchange, or from it.
    pub kind: MovementKind,
    /// How much.
    pub amount: Units,
    /// When.
    pub created_at: Micros,
}

/// What a person's exchange accounts were brought and what was taken between two moments, in the order of time.
///
/// # Errors
/// A database error.
pub async fn brought(from: impl Source, user: UserId, start: Micros, end: Micros) -> Result<Vec<Brought>> {
    rows!(
        Brought,
        from,
        fetch_all,
        "select exchange_key_id, kind, amount, created_at from transfers \
         where user_id = $1 and status = 'done' and created_at >= $2 and created_at < $3 order by created_at, id",
        user,
        start,
        end
    )
}
