//! Accounts under review: their orders and positions at the exchange are not those that this database knows, or nobody has looked
//! since the database was restored.

use crate::{Result, Source, Tx};
use domain::{ExchangeKeyId, Micros, UserId};
use sqlx::FromRow;

/// An account under review.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Review {
    /// The account.
    pub exchange_key_id: ExchangeKeyId,
    /// What the exchange shows and the database did not know, as JSON; none while nobody has looked yet.
    pub differences: Option<String>,
    /// Since when.
    pub created_at: Micros,
}

/// An account under review, as an operator is shown it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Listed {
    /// The account.
    pub exchange_key_id: ExchangeKeyId,
    /// Its name.
    pub name: String,
    /// Its owner.
    pub user_id: UserId,
    /// The owner's e-mail.
    pub email: String,
    /// As [`Review::differences`].
    pub differences: Option<String>,
    /// Since when.
    pub created_at: Micros,
}

/// Every account under review.
///
/// # Errors
/// A database error.
pub async fn all(from: impl Source) -> Result<Vec<Review>> {
    rows!(
        Review,
        from,
        fetch_all,
        "select exchange_key_id, differences, created_at from key_reviews order by created_at, exchange_key_id"
    )
}

/// Every account under review, with its name and owner, oldest first.
///
/// # Errors
/// A database error.
pub async fn listed(from: impl Source) -> Result<Vec<Listed>> {
    rows!(
        Listed,
        from,
        fetch_all,
        "select r.exchange_key_id, k.name, k.user_id, u.email, r.differences, r.created_at \
         from key_reviews r join exchange_keys k on k.id = r.exchange_key_id join users u on u.id = k.user_id \
         order by r.created_at, r.exchange_key_id"
    )
}

/// Puts every futures account that the exchange lets in under review: nobody has looked at them yet.
///
/// # Errors
/// A database error.
pub async fn begin_all(tx: &mut Tx, at: Micros) -> Result<u64> {
    exec!(
        tx,
        "insert into key_reviews (exchange_key_id, created_at) \
         select id, $1 from exchange_keys where trade_type = 'FUTURES' and status <> 'UNAUTHORIZED' \
         on conflict (exchange_key_id) do nothing",
        at
    )
}

/// Puts an account under review, or notes what differs on one that is.
///
/// # Errors
/// A database error.
pub async fn put(tx: &mut Tx, key: ExchangeKeyId, differences: &str, at: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into key_reviews (exchange_key_id, differences, created_at) values ($1, $2, $3) \
         on conflict (exchange_key_id) do update set differences = excluded.differences",
        key,
        differences,
        at
    )?;
    Ok(())
}

/// Ends an account's review; whether there was one.
///
/// # Errors
/// A database error.
pub async fn end(tx: &mut Tx, key: ExchangeKeyId) -> Result<bool> {
    Ok(exec!(tx, "delete from key_reviews where exchange_key_id = $1", key)? == 1)
}

/// Ends an account's review if nobody has found a difference.
///
/// # Errors
/// A database error.
pub async fn end_unchecked(tx: &mut Tx, key: ExchangeKeyId) -> Result<bool> {
    Ok(exec!(tx, "delete from key_reviews where exchange_key_id = $1 and differences is null", key)? == 1)
}
