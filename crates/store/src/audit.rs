//! Who did what, from where. Only ever added to.

use crate::{Result, Source, Tx};
use domain::{Micros, UserId};
use sqlx::FromRow;

/// One thing that was done.
#[derive(Clone, Debug)]
pub struct NewEntry<'a> {
    /// By whom, if known.
    pub user_id: Option<UserId>,
    /// What, such as `session.sign_in`.
    pub action: &'a str,
    /// To what: an id, or empty.
    pub subject: &'a str,
    /// More of it, without secrets; or empty.
    pub detail: &'a str,
    /// From which address.
    pub address: &'a str,
    /// When.
    pub at: Micros,
}

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Entry {
    /// Its number, growing.
    pub id: i64,
    /// By whom, if known.
    pub user_id: Option<UserId>,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// More of it.
    pub detail: String,
    /// From which address.
    pub address: String,
    /// When.
    pub at: Micros,
}

/// Notes it, in the transaction that does it.
///
/// # Errors
/// A fault.
pub async fn insert(tx: &mut Tx, entry: &NewEntry<'_>) -> Result<()> {
    exec!(
        tx,
        "insert into audit (user_id, action, subject, detail, address, at) values ($1, $2, $3, $4, $5, $6)",
        entry.user_id,
        entry.action,
        entry.subject,
        entry.detail,
        entry.address,
        entry.at
    )?;
    Ok(())
}

/// What a person did, newest first.
///
/// # Errors
/// A fault.
pub async fn list_by_user(from: impl Source, user: UserId, limit: i64) -> Result<Vec<Entry>> {
    rows!(
        Entry,
        from,
        fetch_all,
        "select id, user_id, action, subject, detail, address, at from audit where user_id = $1 \
         order by id desc limit $2",
        user,
        limit
    )
}

/// What anyone did, newest first.
///
/// # Errors
/// A fault.
pub async fn latest(from: impl Source, limit: i64) -> Result<Vec<Entry>> {
    rows!(
        Entry,
        from,
        fetch_all,
        "select id, user_id, action, subject, detail, address, at from audit order by id desc limit $1",
        limit
    )
}

#[derive(FromRow)]
struct Place {
    address: String,
}

/// The addresses that a person's last few hundred sign-ups and sign-ins came from, each once.
///
/// # Errors
/// A fault.
pub async fn places(
    from: impl Source,
    user: UserId,
    signed_up: &str,
    signed_in: &str,
) -> Result<Vec<String>> {
    let places = rows!(
        Place,
        from,
        fetch_all,
        "select distinct address from (select address from audit where user_id = $1 and action in ($2, $3) \
         order by id desc limit 500) as recent",
        user,
        signed_up,
        signed_in
    )?;
    Ok(places.into_iter().map(|place| place.address).collect())
}
