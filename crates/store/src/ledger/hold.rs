//! Holds: reserved funds.

use crate::{Result, Source, Tx};
use domain::{LedgerAccountId, LedgerHoldId, Micros, ledger::Units};
use sqlx::FromRow;

/// An open hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct HoldRow {
    /// The account.
    pub account_id: LedgerAccountId,
    /// Amount held.
    pub amount: Units,
}

/// Holds an amount of an account. Returns `false` without any change if less than that is available.
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

/// Ends a hold, so that its funds are available again. `None` if it has already ended.
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

/// Sums an account's open holds: its locked balance, recomputed for verification.
pub async fn held(from: impl Source, account: LedgerAccountId) -> Result<i64> {
    let sum = value!(
        i64,
        from,
        "select cast(coalesce(sum(amount), 0) as bigint) from ledger_holds where account_id = $1 and open = true",
        account
    )?;
    Ok(sum.unwrap_or(0))
}
