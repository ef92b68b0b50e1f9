//! The audit log: who did what, from where. Append-only.

use crate::{Result, Source, Tx};
use domain::{Micros, UserId};
use sqlx::FromRow;

/// An entry to add.
#[derive(Clone, Debug)]
pub struct NewEntry<'a> {
    /// The acting user, if known.
    pub user_id: Option<UserId>,
    /// The action, such as `session.sign_in`.
    pub action: &'a str,
    /// The object of the action: an id, or empty.
    pub subject: &'a str,
    /// Details without secrets, or empty.
    pub detail: &'a str,
    /// IP address of the client.
    pub address: &'a str,
    /// User agent of the browser or program.
    pub client: &'a str,
    /// Time of the action.
    pub at: Micros,
}

/// A stored entry.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AuditEntry {
    /// Increasing sequence number.
    pub id: i64,
    /// The acting user, if known.
    pub user_id: Option<UserId>,
    /// The action.
    pub action: String,
    /// The object of the action: an id, or empty.
    pub subject: String,
    /// Details, or empty.
    pub detail: String,
    /// IP address of the client.
    pub address: String,
    /// User agent of the browser or program.
    pub client: String,
    /// Time of the action.
    pub at: Micros,
}

select! {
    entries -> AuditEntry,
    "id, user_id, action, subject, detail, address, client, at",
    "from audit"
}

/// Adds an entry, in the transaction that performs the action.
pub async fn insert_entry(tx: &mut Tx, entry: &NewEntry<'_>) -> Result<()> {
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

/// Lists a user's actions, newest first.
pub async fn list_by_user(from: impl Source, user: UserId, limit: i64) -> Result<Vec<AuditEntry>> {
    entries!(from, fetch_all, "where user_id = $1 order by id desc limit $2", user, limit)
}

/// Lists all actions, newest first.
pub async fn list_latest(from: impl Source, limit: i64) -> Result<Vec<AuditEntry>> {
    entries!(from, fetch_all, "order by id desc limit $1", limit)
}

#[derive(FromRow)]
struct Place {
    address: String,
}

/// Lists the distinct IP addresses of a user's last 500 sign-ups and sign-ins.
pub async fn list_addresses(
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

/// Lists a user's actions and those done to their account, newest first, starting before `before`.
pub async fn of_user(from: impl Source, user: UserId, before: i64, limit: i64) -> Result<Vec<AuditEntry>> {
    // Actions of an admin on a user have the user's id as their subject.
    let subject = user.to_string();
    entries!(
        from,
        fetch_all,
        "where id < $3 and (user_id = $1 or subject = $2) order by id desc limit $4",
        user,
        &subject,
        before,
        limit
    )
}

/// Lists all actions, newest first, starting before `before`; only those equal to `action` if it is not empty.
pub async fn list_entries(
    from: impl Source,
    action: &str,
    before: i64,
    limit: i64,
) -> Result<Vec<AuditEntry>> {
    entries!(
        from,
        fetch_all,
        "where id < $2 and ($1 = '' or action = $1) order by id desc limit $3",
        action,
        before,
        limit
    )
}

/// Lists the entries without a seal in the order of their sequence numbers, starting after `after`.
pub async fn list_unsealed(from: impl Source, after: i64, limit: i64) -> Result<Vec<AuditEntry>> {
    entries!(
        from,
        fetch_all,
        "where id > $1 and not exists (select 1 from audit_seals s where s.audit_id = audit.id) \
         order by id limit $2",
        after,
        limit
    )
}

/// Returns the entry with a sequence number.
pub async fn get_entries(from: impl Source, id: i64) -> Result<Vec<AuditEntry>> {
    entries!(from, fetch_all, "where id = $1", id)
}

/// One link of the hash chain over the audit log.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Seal {
    /// Position in the chain, from 1.
    pub seq: i64,
    /// Sequence number of the sealed entry.
    pub audit_id: i64,
    /// MAC of the entry and of the preceding seal.
    pub mac: Vec<u8>,
    /// When it was created.
    pub sealed_at: Micros,
}

select! {
    seals -> Seal,
    "seq, audit_id, mac, sealed_at",
    "from audit_seals"
}

/// Returns the last seal.
pub async fn last_seal(from: impl Source) -> Result<Option<Seal>> {
    seals!(from, fetch_optional, "order by seq desc limit 1")
}

/// Returns the highest sequence number of a sealed entry. Entries that were written at the same time may be sealed
/// out of order.
pub async fn last_sealed(from: impl Source) -> Result<i64> {
    Ok(value!(i64, from, "select max(audit_id) from audit_seals")?.unwrap_or(0))
}

/// Lists the seals in order, starting after `after`.
pub async fn list_seals(from: impl Source, after: i64, limit: i64) -> Result<Vec<Seal>> {
    seals!(from, fetch_all, "where seq > $1 order by seq limit $2", after, limit)
}

/// Adds a seal.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if another instance has added a seal meanwhile.
pub async fn insert_seal(tx: &mut Tx, seal: &Seal) -> Result<()> {
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
