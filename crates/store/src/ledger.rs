//! The ledger: accounts, balanced transactions and holds. The service enforces the business rules; the invariants
//! that no movement may violate are checked by the statements themselves, so that concurrent movements cannot
//! violate them together.

mod account;
mod hold;
mod transfer;

pub use account::{
    AccountRow, Purpose, by_currency, by_public_id, get, get_own, insert, list_accounts_after, list_by_user,
    open_own,
};
pub use hold::{HoldRow, end_hold, held, insert_hold};
pub use transfer::{
    Brought, TransferRow, claim_transfer, due_transfers, get_transfer, insert_transfer, list_completed,
    net_transferred, settle_transfer, transfers_of,
};

use crate::{Result, Source, Tx};
use domain::{
    LedgerAccountId, LedgerTransactionId, Micros, UserId,
    ledger::{Movement, MovementKind, Units},
};
use sqlx::FromRow;

/// The header of a transaction.
#[derive(Clone, Debug)]
pub struct NewTransaction<'a> {
    /// Id of the transaction.
    pub id: LedgerTransactionId,
    /// Kind of movement.
    pub kind: MovementKind,
    /// Unique reference, which makes the transaction idempotent.
    pub reference: &'a str,
    /// The user who moved the money, if any.
    pub by_user: Option<UserId>,
    /// Free-text memo.
    pub memo: &'a str,
    /// Time of the transaction.
    pub at: Micros,
}

/// Adds the header of a transaction. Its entries follow in the same [`Tx`].
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if a transaction with this reference exists.
pub async fn insert_transaction(tx: &mut Tx, new: &NewTransaction<'_>) -> Result<()> {
    exec!(
        tx,
        "insert into ledger_transactions (id, kind, reference, by_user, memo, at) values ($1, $2, $3, $4, $5, $6)",
        new.id,
        new.kind,
        new.reference,
        new.by_user,
        new.memo,
        new.at
    )?;
    Ok(())
}

/// Locks accounts until the transaction ends, in the order of their ids. Call it before changing several of them
/// with more than one statement: the fixed order prevents deadlocks.
pub async fn lock_accounts(tx: &mut Tx, mut accounts: Vec<LedgerAccountId>) -> Result<()> {
    accounts.sort_unstable();
    for account in accounts {
        exec!(&mut *tx, "update ledger_accounts set locked = locked where id = $1", account)?;
    }
    Ok(())
}

/// Moves an amount into (positive) or out of (negative) an account and adds the entry. Returns the new total, or
/// `None` without any change if a user's account would fall below its held funds.
///
/// # Errors
/// A database error, also if the sum overflows.
pub async fn apply_entry(
    tx: &mut Tx,
    transaction: LedgerTransactionId,
    seq: i64,
    account: LedgerAccountId,
    amount: Units,
) -> Result<Option<Units>> {
    let after = value!(
        Units,
        &mut *tx,
        "update ledger_accounts set total = total + $2 \
         where id = $1 and (purpose <> 'person' or total + $2 >= locked) returning total",
        account,
        amount
    )?;
    let Some(after) = after else { return Ok(None) };
    exec!(
        tx,
        "insert into ledger_entries (transaction_id, seq, account_id, amount, total_after) values ($1, $2, $3, $4, $5)",
        transaction,
        seq,
        account,
        amount,
        after
    )?;
    Ok(Some(after))
}

#[derive(FromRow)]
struct Line {
    at: Micros,
    kind: MovementKind,
    memo: String,
    amount: Units,
    total_after: Units,
}

/// Lists an account's movements, newest first.
pub async fn list_movements(
    from: impl Source,
    account: LedgerAccountId,
    limit: i64,
) -> Result<Vec<Movement>> {
    let lines = rows!(
        Line,
        from,
        fetch_all,
        "select t.at, t.kind, t.memo, e.amount, e.total_after from ledger_entries e \
         join ledger_transactions t on t.id = e.transaction_id \
         where e.account_id = $1 order by e.transaction_id desc, e.seq desc limit $2",
        account,
        limit
    )?;
    let line =
        |l: Line| Movement { at: l.at, kind: l.kind, memo: l.memo, amount: l.amount, after: l.total_after };
    Ok(lines.into_iter().map(line).collect())
}

/// Returns whether a transaction with this reference exists.
pub async fn transaction_exists(from: impl Source, reference: &str) -> Result<bool> {
    let count =
        value!(i64, from, "select count(*) from ledger_transactions where reference = $1", reference)?;
    Ok(count.unwrap_or(0) > 0)
}

/// Sums an account's entries: its balance, recomputed for verification.
pub async fn sum_entries(from: impl Source, account: LedgerAccountId) -> Result<i64> {
    let sum = value!(
        i64,
        from,
        "select cast(coalesce(sum(amount), 0) as bigint) from ledger_entries where account_id = $1",
        account
    )?;
    Ok(sum.unwrap_or(0))
}

/// Counts the transactions whose entries do not sum to zero. The result must be 0.
pub async fn count_unbalanced(from: impl Source) -> Result<i64> {
    let count = value!(
        i64,
        from,
        "select count(*) from (select 1 as one from ledger_entries e join ledger_accounts a on a.id = e.account_id \
         group by e.transaction_id, a.currency having sum(e.amount) <> 0) as wrong"
    )?;
    Ok(count.unwrap_or(0))
}
