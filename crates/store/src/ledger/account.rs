//! Ledger accounts: those of users, and the desk's own accounts that balance them.

use crate::{Result, Source, Tx};
use domain::{
    LedgerAccountId, Micros, UserId,
    ledger::{CurrencyAccount, Units},
    words,
};
use sqlx::FromRow;

words! {
    /// The purpose of an account.
    pub Purpose {
        /// A user's account.
        Person = "person",
        /// The desk's own account that balances credits.
        Issued = "issued",
        /// The desk's own account that balances funds at exchanges.
        Exchange = "exchange",
    }
}

domain::text_column!(Purpose, |purpose| purpose.word().to_owned(), Purpose::parse);

/// A ledger account of a user or of the desk itself.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AccountRow {
    /// Internal id.
    pub id: LedgerAccountId,
    /// Public id used by API clients.
    pub public_id: String,
    /// The user who owns it; `None` for one of the desk's own.
    pub user_id: Option<UserId>,
    /// Currency code.
    pub currency: String,
    /// Total balance, held funds included.
    pub total: Units,
    /// Held part of the balance.
    pub locked: Units,
    /// When it was opened.
    pub created_at: Micros,
}

impl AccountRow {
    /// Converts a user's account for display; `None` for one of the desk's own.
    #[must_use]
    pub fn person(self) -> Option<CurrencyAccount> {
        Some(CurrencyAccount {
            id: self.id,
            public_id: self.public_id,
            user: self.user_id?,
            currency: self.currency,
            available: Units(self.total.0 - self.locked.0),
            locked: self.locked,
            created_at: self.created_at,
        })
    }
}

/// Opens a user's account. Returns `false` without any change if the public id is taken.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if the user has an account in this currency.
pub async fn insert(
    tx: &mut Tx,
    id: LedgerAccountId,
    public_id: &str,
    user: UserId,
    currency: &str,
    at: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "insert into ledger_accounts (id, public_id, user_id, purpose, currency, total, locked, created_at) \
         values ($1, $2, $3, 'person', $4, 0, 0, $5) on conflict (public_id) do nothing",
        id,
        public_id,
        user,
        currency,
        at
    )?;
    Ok(rows == 1)
}

/// Opens one of the desk's own accounts unless it exists. Its public id is derived from purpose and currency.
pub async fn open_own(
    tx: &mut Tx,
    id: LedgerAccountId,
    purpose: Purpose,
    currency: &str,
    at: Micros,
) -> Result<()> {
    let name = format!("{}-{currency}", purpose.word());
    exec!(
        tx,
        "insert into ledger_accounts (id, public_id, user_id, purpose, currency, total, locked, created_at) \
         values ($1, $2, null, $3, $4, 0, 0, $5) on conflict (public_id) do nothing",
        id,
        &name,
        purpose,
        currency,
        at
    )?;
    Ok(())
}

select! {
    accounts -> AccountRow,
    "id, public_id, user_id, currency, total, locked, created_at",
    "from ledger_accounts"
}

/// Returns one of the desk's own accounts.
pub async fn get_own(from: impl Source, purpose: Purpose, currency: &str) -> Result<Option<AccountRow>> {
    accounts!(
        from,
        fetch_optional,
        "where purpose = $1 and currency = $2 and user_id is null",
        purpose,
        currency
    )
}

/// Lists a user's accounts, oldest first.
pub async fn list_by_user(from: impl Source, user: UserId) -> Result<Vec<AccountRow>> {
    accounts!(from, fetch_all, "where user_id = $1 order by id", user)
}

/// Returns a user's account in a currency.
pub async fn by_currency(from: impl Source, user: UserId, currency: &str) -> Result<Option<AccountRow>> {
    accounts!(from, fetch_optional, "where user_id = $1 and currency = $2", user, currency)
}

/// Returns the user account with a public id, if it belongs to `owner`; if `owner` is `None` (for admins), of any
/// user.
pub async fn by_public_id(
    from: impl Source,
    owner: Option<UserId>,
    public_id: &str,
) -> Result<Option<AccountRow>> {
    let row = accounts!(from, fetch_optional, "where public_id = $1 and user_id is not null", public_id)?;
    Ok(row.filter(|row| owner.is_none() || row.user_id == owner))
}

/// Returns a ledger account of any user or of the desk itself.
pub async fn get(from: impl Source, id: LedgerAccountId) -> Result<Option<AccountRow>> {
    accounts!(from, fetch_optional, "where id = $1", id)
}

/// Lists all accounts in the order of their ids, starting after `after`, to iterate over all of them.
pub async fn list_accounts_after(
    from: impl Source,
    after: LedgerAccountId,
    limit: i64,
) -> Result<Vec<AccountRow>> {
    accounts!(from, fetch_all, "where id > $1 order by id limit $2", after, limit)
}
