//! Money on our own books: accounts, balanced transactions, holds. The rules are the service's; what no movement may
//! break, the statements here check by themselves, so that movements at the same moment cannot break it together.

mod account;
mod hold;
mod transfer;

pub use account::{
    AccountRow, Purpose, by_currency, by_public_id, get, house, list_by_user, open, open_house, page,
};
pub use hold::{HoldRow, end_hold, held, insert_hold};
pub use transfer::{
    Brought, TransferRow, brought, claim_transfer, due_transfers, get_transfer, insert_transfer,
    net_transferred, settle_transfer, transfers_of,
};

use crate::{Result, Source, Tx};
use domain::{
    LedgerAccountId, LedgerTransactionId, Micros, UserId,
    ledger::{Movement, MovementKind, Units},
};
use sqlx::FromRow;

/// A transaction's head.
#[derive(Clone, Debug)]
pub struct NewTransaction<'a> {
    /// Its id.
    pub id: LedgerTransactionId,
    /// Why.
    pub kind: MovementKind,
    /// What makes it happen once.
    pub reference: &'a str,
    /// Who moved it, if a person did.
    pub by_user: Option<UserId>,
    /// In their words.
    pub memo: &'a str,
    /// When.
    pub at: Micros,
}

/// Writes a transaction's head. Its entries follow in the same [`Tx`].
///
/// # Errors
/// [`crate::Kind::Unique`] when one of this reference was written before.
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

/// Takes accounts until the transaction ends, in the order of their ids: whoever will change several of them by more than
/// one statement takes them first, so that two who meet wait for one another and never for each other.
///
/// # Errors
/// A database error.
pub async fn take(tx: &mut Tx, mut accounts: Vec<LedgerAccountId>) -> Result<()> {
    accounts.sort_unstable();
    for account in accounts {
        exec!(&mut *tx, "update ledger_accounts set locked = locked where id = $1", account)?;
    }
    Ok(())
}

/// Moves an amount into (positive) or out of an account and writes the entry. None, and nothing happened, when a
/// person's account would go below what is held.
///
/// # Errors
/// A fault, also when the sum is more than we count.
pub async fn apply(
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

/// An account's movements, newest first.
///
/// # Errors
/// A database error.
pub async fn movements(from: impl Source, account: LedgerAccountId, limit: i64) -> Result<Vec<Movement>> {
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

/// Whether a transaction of this reference was written.
///
/// # Errors
/// A database error.
pub async fn happened(from: impl Source, reference: &str) -> Result<bool> {
    let count =
        value!(i64, from, "select count(*) from ledger_transactions where reference = $1", reference)?;
    Ok(count.unwrap_or(0) > 0)
}

/// What an account's entries add up to: its balance, derived anew.
///
/// # Errors
/// A database error.
pub async fn derived(from: impl Source, account: LedgerAccountId) -> Result<i64> {
    let sum = value!(
        i64,
        from,
        "select cast(coalesce(sum(amount), 0) as bigint) from ledger_entries where account_id = $1",
        account
    )?;
    Ok(sum.unwrap_or(0))
}

/// How many transactions do not add up to nothing: never any.
///
/// # Errors
/// A database error.
pub async fn unbalanced(from: impl Source) -> Result<i64> {
    let count = value!(
        i64,
        from,
        "select count(*) from (select 1 as one from ledger_entries e join ledger_accounts a on a.id = e.account_id \
         group by e.transaction_id, a.currency having sum(e.amount) <> 0) as wrong"
    )?;
    Ok(count.unwrap_or(0))
}
