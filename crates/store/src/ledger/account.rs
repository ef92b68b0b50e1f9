//! Accounts: people's, and the house's other side.

use crate::{Result, Source, Tx};
use domain::{
    LedgerAccountId, Micros, UserId,
    ledger::{CurrencyAccount, Units},
    words,
};
use sqlx::FromRow;

words! {
    /// What an account is for.
    pub Purpose {
        /// A person's.
        Person = "person",
        /// The other side of what was credited.
        Issued = "issued",
        /// The other side of what is at exchanges.
        Exchange = "exchange",
    }
}

domain::text_column!(Purpose, |purpose| purpose.word().to_owned(), Purpose::parse);

/// An account, whosever it is.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AccountRow {
    /// Its id within.
    pub id: LedgerAccountId,
    /// Its id for programs.
    pub public_id: String,
    /// Whose; none is the house.
    pub user_id: Option<UserId>,
    /// In what.
    pub currency: String,
    /// All of it.
    pub total: Units,
    /// What is held of it.
    pub locked: Units,
    /// When it was opened.
    pub created_at: Micros,
}

impl AccountRow {
    /// A person's account, as it may be shown.
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

/// Opens a person's account; false, and nothing happened, when its public id is taken.
///
/// # Errors
/// [`crate::Kind::Unique`] when the person has one in this currency.
pub async fn open(
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

/// Opens one of the house's accounts, unless it is there. Its public id names it.
///
/// # Errors
/// A database error.
pub async fn open_house(
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

/// One of the house's accounts.
///
/// # Errors
/// A database error.
pub async fn house(from: impl Source, purpose: Purpose, currency: &str) -> Result<Option<AccountRow>> {
    rows!(
        AccountRow,
        from,
        fetch_optional,
        "select id, public_id, user_id, currency, total, locked, created_at from ledger_accounts \
         where purpose = $1 and currency = $2 and user_id is null",
        purpose,
        currency
    )
}

/// A person's accounts, oldest first.
///
/// # Errors
/// A database error.
pub async fn list_by_user(from: impl Source, user: UserId) -> Result<Vec<AccountRow>> {
    rows!(
        AccountRow,
        from,
        fetch_all,
        "select id, public_id, user_id, currency, total, locked, created_at from ledger_accounts \
         where user_id = $1 order by id",
        user
    )
}

/// A person's account in a currency.
///
/// # Errors
/// A database error.
pub async fn by_currency(from: impl Source, user: UserId, currency: &str) -> Result<Option<AccountRow>> {
    rows!(
        AccountRow,
        from,
        fetch_optional,
        "select id, public_id, user_id, currency, total, locked, created_at from ledger_accounts \
         where user_id = $1 and currency = $2",
        user,
        currency
    )
}

/// A person's account of this public id; with none for `owner`, anyone's: for the operator.
///
/// # Errors
/// A database error.
pub async fn by_public_id(
    from: impl Source,
    owner: Option<UserId>,
    public_id: &str,
) -> Result<Option<AccountRow>> {
    let row = rows!(
        AccountRow,
        from,
        fetch_optional,
        "select id, public_id, user_id, currency, total, locked, created_at from ledger_accounts \
         where public_id = $1 and user_id is not null",
        public_id
    )?;
    Ok(row.filter(|row| owner.is_none() || row.user_id == owner))
}

/// An account, whosever it is.
///
/// # Errors
/// A database error.
pub async fn get(from: impl Source, id: LedgerAccountId) -> Result<Option<AccountRow>> {
    rows!(
        AccountRow,
        from,
        fetch_optional,
        "select id, public_id, user_id, currency, total, locked, created_at from ledger_accounts where id = $1",
        id
    )
}

/// All accounts in the order of their ids, from after `after`: for a walk over all of them.
///
/// # Errors
/// A database error.
pub async fn page(from: impl Source, after: LedgerAccountId, limit: i64) -> Result<Vec<AccountRow>> {
    rows!(
        AccountRow,
        from,
        fetch_all,
        "select id, public_id, user_id, currency, total, locked, created_at from ledger_accounts \
         where id > $1 order by id limit $2",
        after,
        limit
    )
}
