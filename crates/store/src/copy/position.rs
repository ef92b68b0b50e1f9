//! A copy's position: it opens, is looked at, and ends.

use super::exit::requeue_exit;
use crate::{DecimalText, Result, Tx};
use domain::{
    CopyId, Decimal, ExchangeKeyId, Micros,
    copy::{Exit, Reason},
};

/// Notes the entry: the position stands, with its protection. False when the copy was not being sent.
///
/// # Errors
/// [`crate::Kind::Unique`] when another copy's position stands on the market.
pub async fn open(
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

/// Notes that somebody looked at an open copy.
///
/// # Errors
/// A database error.
pub async fn checked(tx: &mut Tx, id: CopyId, at: Micros) -> Result<()> {
    exec!(tx, "update copies set updated_at = $2 where id = $1 and status = 'OPEN'", id, at)?;
    Ok(())
}

/// How a copied position ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Why.
    pub exit: Exit,
    /// At what average price, where it is known.
    pub price: Option<Decimal>,
    /// What it won or lost after fees, where it is known.
    pub profit: Option<Decimal>,
}

/// Notes that a copy's position has ended, or that an exit was carried out. False when it was not open or being sent.
///
/// # Errors
/// A database error.
pub async fn close(tx: &mut Tx, id: CopyId, ended: Ended, at: Micros) -> Result<bool> {
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

/// Notes that a copy that was being sent came to nothing. An exit goes back to the queue instead: it is tried again until
/// the position is closed, unless its key is gone. False when the copy was not being sent.
///
/// # Errors
/// A database error.
pub async fn fail(tx: &mut Tx, id: CopyId, reason: Reason, detail: Option<&str>, at: Micros) -> Result<bool> {
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

/// Ends what a key that is being deleted leaves behind: nobody can look after it any more.
///
/// # Errors
/// A database error.
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
