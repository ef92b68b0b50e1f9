//! Accounts under review: their orders and positions at the exchange differ from this database, or have not been
//! checked since the database was restored.

use crate::{Result, Source, Tx};
use domain::{ExchangeKeyId, Micros, UserId};
use sqlx::FromRow;

/// An account under review.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Review {
    /// The exchange key.
    pub exchange_key_id: ExchangeKeyId,
    /// The objects at the exchange that the database did not contain, as JSON; `None` until the account is checked.
    pub differences: Option<String>,
    /// When the review began.
    pub created_at: Micros,
}

/// An account under review, as admins see it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Listed {
    /// The exchange key.
    pub exchange_key_id: ExchangeKeyId,
    /// Name of the key.
    pub name: String,
    /// The user who owns the key.
    pub user_id: UserId,
    /// E-mail address of the owner.
    pub email: String,
    /// Differences, as in [`Review::differences`].
    pub differences: Option<String>,
    /// When the review began.
    pub created_at: Micros,
}

/// Lists every account under review.
pub async fn list_all(from: impl Source) -> Result<Vec<Review>> {
    rows!(
        Review,
        from,
        fetch_all,
        "select exchange_key_id, differences, created_at from key_reviews order by created_at, exchange_key_id"
    )
}

/// Lists every account under review with its name and owner, oldest first.
pub async fn list_reviews(from: impl Source) -> Result<Vec<Listed>> {
    rows!(
        Listed,
        from,
        fetch_all,
        "select r.exchange_key_id, k.name, k.user_id, u.email, r.differences, r.created_at \
         from key_reviews r join exchange_keys k on k.id = r.exchange_key_id join users u on u.id = k.user_id \
         order by r.created_at, r.exchange_key_id"
    )
}

/// Puts every futures account whose key the exchange accepts under review, because none of them has been checked.
pub async fn begin_all(tx: &mut Tx, at: Micros) -> Result<u64> {
    exec!(
        tx,
        "insert into key_reviews (exchange_key_id, created_at) \
         select id, $1 from exchange_keys where trade_type = 'FUTURES' and status <> 'UNAUTHORIZED' \
         on conflict (exchange_key_id) do nothing",
        at
    )
}

/// Puts an account under review, or updates the differences of one that already is.
pub async fn put_review(tx: &mut Tx, key: ExchangeKeyId, differences: &str, at: Micros) -> Result<()> {
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

/// Ends an account's review; returns whether there was one.
pub async fn end_review(tx: &mut Tx, key: ExchangeKeyId) -> Result<bool> {
    Ok(exec!(tx, "delete from key_reviews where exchange_key_id = $1", key)? == 1)
}

/// Ends an account's review if no difference was found.
pub async fn end_unchecked(tx: &mut Tx, key: ExchangeKeyId) -> Result<bool> {
    Ok(exec!(tx, "delete from key_reviews where exchange_key_id = $1 and differences is null", key)? == 1)
}
