//! The books looked through: balances are derived from the entries anew and compared with what is kept.

use crate::{Desk, Result};
use domain::LedgerAccountId;
use store::ledger as rows;
use uuid::Uuid;

/// Accounts read at a time.
const PAGE: i64 = 200;

/// What a look through the books found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// Accounts looked at.
    pub accounts: u64,
    /// Transactions that do not add up to nothing.
    pub unbalanced: i64,
    /// Accounts whose balance is not what their entries say, or whose locked balance is not what their holds say.
    pub wrong: Vec<LedgerAccountId>,
}

impl Audit {
    /// Whether the books are right.
    #[must_use]
    pub const fn good(&self) -> bool {
        self.unbalanced == 0 && self.wrong.is_empty()
    }
}

/// Looks through all the books. One read transaction: movements beside it do not disturb it on Postgres either, for what
/// differs is read again by itself.
///
/// # Errors
/// When the database cannot be read.
pub async fn audit_all(desk: &Desk) -> Result<Audit> {
    let mut audit = Audit { unbalanced: rows::unbalanced(&desk.db).await?, ..Audit::default() };
    let mut after = LedgerAccountId(Uuid::nil());
    loop {
        let page = rows::page(&desk.db, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(audit) };
        after = last.id;
        for account in page {
            audit.accounts += 1;
            if !agrees(desk, account.id).await? {
                audit.wrong.push(account.id);
            }
        }
    }
}

async fn agrees(desk: &Desk, id: LedgerAccountId) -> Result<bool> {
    // A writer's transaction sees one state of SQLite, and of Postgres each statement sees what is committed: a
    // movement between two of them is told from an error by reading until nothing moves.
    for _ in 0..10 {
        let before = rows::get(&desk.db, id).await?;
        let (derived, held) = (rows::derived(&desk.db, id).await?, rows::held(&desk.db, id).await?);
        let Some(account) = before.filter(|a| a.total.0 == derived && a.locked.0 == held) else { continue };
        return Ok(account.user_id.is_none() || account.total >= account.locked);
    }
    Ok(false)
}
