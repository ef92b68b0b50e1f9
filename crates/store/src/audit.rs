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
    /// What the browser or program calls itself.
    pub client: &'a str,
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
    /// What the browser or program called itself.
    pub client: String,
    /// When.
    pub at: Micros,
}

/// [`Entry`] rows: the columns are written here once.
macro_rules! entries {
    ($from:expr, $rest:literal $(, $bind:expr)* $(,)?) => {
        rows!(
            Entry,
            $from,
            fetch_all,
            "select id, user_id, action, subject, detail, address, client, at from audit " + $rest
            $(, $bind)*
        )
    };
}

/// Notes it, in the transaction that does it.
///
/// # Errors
/// A database error.
pub async fn insert(tx: &mut Tx, entry: &NewEntry<'_>) -> Result<()> {
    exec!(
        tx,
        "insert into audit (user_id, action, subject, detail, address, client, at) values ($1, $2, $3, $4, $5, $6, $7)",
        entry.user_id,
        entry.action,
        entry.subject,
        entry.detail,
        entry.address,
        entry.client,
        entry.at
    )?;
    Ok(())
}

/// What a person did, newest first.
///
/// # Errors
/// A database error.
pub async fn list_by_user(from: impl Source, user: UserId, limit: i64) -> Result<Vec<Entry>> {
    rows!(
        Entry,
        from,
        fetch_all,
        "select id, user_id, action, subject, detail, address, client, at from audit where user_id = $1 \
         order by id desc limit $2",
        user,
        limit
    )
}

/// What anyone did, newest first.
///
/// # Errors
/// A database error.
pub async fn latest(from: impl Source, limit: i64) -> Result<Vec<Entry>> {
    rows!(
        Entry,
        from,
        fetch_all,
        "select id, user_id, action, subject, detail, address, client, at from audit order by id desc limit $1",
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
/// A database error.
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

/// What a person did and what was done to their account, newest first, before `before`.
///
/// # Errors
/// A database error.
pub async fn of_user(from: impl Source, user: UserId, before: i64, limit: i64) -> Result<Vec<Entry>> {
    // What the operator did to somebody names them as its subject.
    let subject = user.to_string();
    entries!(
        from,
        "where id < $3 and (user_id = $1 or subject = $2) order by id desc limit $4",
        user,
        &subject,
        before,
        limit
    )
}

/// What anyone did, newest first, before `before`; of one kind only where `action` is not empty.
///
/// # Errors
/// A database error.
pub async fn page(from: impl Source, action: &str, before: i64, limit: i64) -> Result<Vec<Entry>> {
    entries!(
        from,
        "where id < $2 and ($1 = '' or action = $1) order by id desc limit $3",
        action,
        before,
        limit
    )
}

/// Rows without a seal in the order of their numbers, after `after`.
///
/// # Errors
/// A database error.
pub async fn unsealed(from: impl Source, after: i64, limit: i64) -> Result<Vec<Entry>> {
    entries!(
        from,
        "where id > $1 and not exists (select 1 from audit_seals s where s.audit_id = audit.id) \
         order by id limit $2",
        after,
        limit
    )
}

/// The row of this number.
///
/// # Errors
/// A database error.
pub async fn get(from: impl Source, id: i64) -> Result<Vec<Entry>> {
    entries!(from, "where id = $1", id)
}

/// One link of the chain over the audit.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Seal {
    /// Its place in the chain, from 1.
    pub seq: i64,
    /// Of which row.
    pub audit_id: i64,
    /// The MAC of the row and of the seal before it.
    pub mac: Vec<u8>,
    /// When it was made.
    pub sealed_at: Micros,
}

/// The last seal.
///
/// # Errors
/// A database error.
pub async fn last_seal(from: impl Source) -> Result<Option<Seal>> {
    rows!(
        Seal,
        from,
        fetch_optional,
        "select seq, audit_id, mac, sealed_at from audit_seals order by seq desc limit 1"
    )
}

/// The greatest number of a row that has a seal; rows that were written at the same time may be sealed out of order.
///
/// # Errors
/// A database error.
pub async fn last_sealed(from: impl Source) -> Result<i64> {
    Ok(value!(i64, from, "select max(audit_id) from audit_seals")?.unwrap_or(0))
}

/// Seals in order, after `after`.
///
/// # Errors
/// A database error.
pub async fn seals(from: impl Source, after: i64, limit: i64) -> Result<Vec<Seal>> {
    rows!(
        Seal,
        from,
        fetch_all,
        "select seq, audit_id, mac, sealed_at from audit_seals where seq > $1 order by seq limit $2",
        after,
        limit
    )
}

/// Adds a seal.
///
/// # Errors
/// [`crate::Kind::Unique`] when another instance has sealed meanwhile.
pub async fn seal(tx: &mut Tx, seal: &Seal) -> Result<()> {
    exec!(
        tx,
        "insert into audit_seals (seq, audit_id, mac, sealed_at) values ($1, $2, $3, $4)",
        seal.seq,
        seal.audit_id,
        seal.mac.as_slice(),
        seal.sealed_at
    )?;
    Ok(())
}
