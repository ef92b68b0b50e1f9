//! Holds: funds that are spoken for.

use crate::{Result, Source, Tx};
use domain::{LedgerAccountId, LedgerHoldId, Micros, ledger::Units};
use sqlx::FromRow;

/// An open hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct HoldRow {
    /// On which account.
    pub account_id: LedgerAccountId,
    /// How much.
    pub amount: Units,
}

/// Holds an amount of an account; false, and nothing happened, when less than that is free.
///
/// # Errors
/// A database error.
pub async fn insert_hold(
    tx: &mut Tx,
    id: LedgerHoldId,
    account: LedgerAccountId,
    amount: Units,
    at: Micros,
) -> Result<bool> {
    let rows = exec!(
        &mut *tx,
        "update ledger_accounts set locked = locked + $2 where id = $1 and total - locked >= $2",
        account,
        amount
    )?;
    if rows == 0 {
        return Ok(false);
    }
    exec!(
        tx,
        "insert into ledger_holds (id, account_id, amount, open, created_at) values ($1, $2, $3, true, $4)",
        id,
        account,
        amount,
        at
    )?;
    Ok(true)
}

/// Ends a hold: its funds are free again. None when it has ended before.
///
/// # Errors
/// A database error.
pub async fn end_hold(tx: &mut Tx, id: LedgerHoldId, at: Micros) -> Result<Option<HoldRow>> {
    let ended = rows!(
        HoldRow,
        &mut *tx,
        fetch_optional,
        "update ledger_holds set open = false, ended_at = $2 where id = $1 and open = true \
         returning account_id, amount",
        id,
        at
    )?;
    if let Some(hold) = ended {
        exec!(
            tx,
            "update ledger_accounts set locked = locked - $2 where id = $1",
            hold.account_id,
            hold.amount
        )?;
    }
    Ok(ended)
}

/// What an account's open holds add up to: its locked balance, derived anew.
///
/// # Errors
/// A database error.
pub async fn held(from: impl Source, account: LedgerAccountId) -> Result<i64> {
    let sum = value!(
        i64,
        from,
        "select cast(coalesce(sum(amount), 0) as bigint) from ledger_holds where account_id = $1 and open = true",
        account
    )?;
    Ok(sum.unwrap_or(0))
}
