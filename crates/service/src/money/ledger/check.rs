//! Verification of the ledger: recomputes all balances from the entries and compares them with the stored
//! ones.

use crate::{error::Result, money::Money};
use domain::LedgerAccountId;
use store::ledger as rows;
use uuid::Uuid;

/// Accounts per query.
const PAGE: i64 = 200;

/// Result of a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// Number of accounts checked.
    pub accounts: u64,
    /// Number of transactions that do not add up to zero.
    pub unbalanced: i64,
    /// Accounts whose balance differs from their entries, or whose locked balance differs from their holds.
    pub wrong: Vec<LedgerAccountId>,
}

impl Audit {
    /// Whether the ledger is consistent.
    #[must_use]
    pub const fn good(&self) -> bool {
        self.unbalanced == 0 && self.wrong.is_empty()
    }
}

/// Verifies the whole ledger. Concurrent movements do not disturb it: an account that differs is read again.
///
/// # Errors
/// When the database cannot be read.
pub async fn audit_all(desk: &Money) -> Result<Audit> {
    let mut audit = Audit { unbalanced: rows::count_unbalanced(&desk.db).await?, ..Audit::default() };
    let mut after = LedgerAccountId(Uuid::nil());
    loop {
        let page = rows::list_accounts_after(&desk.db, after, PAGE).await?;
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

async fn agrees(desk: &Money, id: LedgerAccountId) -> Result<bool> {
    // The three reads are separate statements, so a movement may be committed between them. Reading until
    // nothing changes distinguishes that from an error.
    for _ in 0..10 {
        let before = rows::get(&desk.db, id).await?;
        let (derived, held) = (rows::sum_entries(&desk.db, id).await?, rows::held(&desk.db, id).await?);
        let Some(account) = before.filter(|a| a.total.0 == derived && a.locked.0 == held) else { continue };
        return Ok(account.user_id.is_none() || account.total >= account.locked);
    }
    Ok(false)
}
