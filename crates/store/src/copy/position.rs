//! The position of a copy: opened, checked and closed.

use super::exit::requeue_exit;
use crate::{DecimalText, Result, Tx};
use domain::{
    CopyId, Decimal, ExchangeKeyId, Micros,
    copy::{Exit, Reason},
};

/// Records the entry: the position is open with its protection. Returns `false` if the copy was not being sent.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if another copy has an open position on the market.
pub async fn open_position(
    tx: &mut Tx,
    id: CopyId,
    order: &str,
    price: Decimal,
    amount: Decimal,
    at: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update copies set status = 'OPEN', order_id = $2, entry_price = $3, amount = $4, opened_at = $5, \
           updated_at = $5, lease_holder = null, lease_until = 0 where id = $1 and status = 'SENDING'",
        id,
        order,
        DecimalText(price),
        DecimalText(amount),
        at
    )?;
    Ok(rows == 1)
}

/// Locks an open copy until the transaction ends, so that no other intent closes it meanwhile. Returns `false` if it is not
/// open any more.
pub async fn lock_open(tx: &mut Tx, id: CopyId) -> Result<bool> {
    let rows = exec!(tx, "update copies set updated_at = updated_at where id = $1 and status = 'OPEN'", id)?;
    Ok(rows == 1)
}

/// Records that an open copy was checked.
pub async fn mark_checked(tx: &mut Tx, id: CopyId, at: Micros) -> Result<()> {
    exec!(tx, "update copies set updated_at = $2 where id = $1 and status = 'OPEN'", id, at)?;
    Ok(())
}

/// How a copied position was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The reason for closing.
    pub exit: Exit,
    /// Average exit price, if known.
    pub price: Option<Decimal>,
    /// Net profit or loss, if known.
    pub profit: Option<Decimal>,
}

/// Records that a copy's position was closed, or that an exit was carried out. Returns `false` if it was neither
/// open nor being sent.
pub async fn close_copy(tx: &mut Tx, id: CopyId, ended: Ended, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update copies set status = 'CLOSED', exit_reason = $2, exit_price = $3, profit_usd = $4, updated_at = $5, \
           finished_at = $5, lease_holder = null, lease_until = 0 where id = $1 and status in ('SENDING', 'OPEN')",
        id,
        ended.exit,
        ended.price.map(DecimalText),
        ended.profit.map(DecimalText),
        at
    )?;
    Ok(rows == 1)
}

/// Records that a copy being sent failed. An exit returns to the queue instead: it is retried until the position is
/// closed, unless its key was deleted. Returns `false` if the copy was not being sent.
pub async fn fail_copy(
    tx: &mut Tx,
    id: CopyId,
    reason: Reason,
    detail: Option<&str>,
    at: Micros,
) -> Result<bool> {
    if reason != Reason::KeyDeleted && requeue_exit(tx, id, detail, at).await? {
        return Ok(true);
    }
    let rows = exec!(
        tx,
        "update copies set status = 'FAILED', reason = $2, detail = $3, updated_at = $4, finished_at = $4, \
           lease_holder = null, lease_until = 0 where id = $1 and status = 'SENDING'",
        id,
        reason,
        detail,
        at
    )?;
    Ok(rows == 1)
}

/// Ends the copies of a key that is being deleted, because they can no longer be supervised.
pub async fn forget_key(tx: &mut Tx, key: ExchangeKeyId, at: Micros) -> Result<()> {
    exec!(
        &mut *tx,
        "update copies set status = 'CLOSED', exit_reason = 'UNWATCHED', updated_at = $2, finished_at = $2 \
         where exchange_key_id = $1 and status = 'OPEN'",
        key,
        at
    )?;
    exec!(
        tx,
        "update copies set status = 'FAILED', reason = 'KEY_DELETED', updated_at = $2, finished_at = $2, \
           lease_holder = null, lease_until = 0 \
         where exchange_key_id = $1 and status in ('QUEUED', 'SENDING')",
        key,
        at
    )?;
    Ok(())
}
