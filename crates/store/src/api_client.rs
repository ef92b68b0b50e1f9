//! Programs' credentials on the desk, and the tokens of those that have signed in.

use crate::{Hash, Result, Source, Tx};
use domain::{ApiClientId, Micros, UserId};
use sqlx::FromRow;
use std::fmt;

/// An API client. Written as it is read.
#[derive(Clone, PartialEq, Eq, FromRow)]
pub struct ClientRow {
    /// Its id.
    pub id: ApiClientId,
    /// Whose.
    pub user_id: UserId,
    /// The person's name for it.
    pub name: String,
    /// What it signs in with.
    pub login_id: String,
    /// The public half.
    pub api_key: String,
    /// The secret, sealed.
    pub sealed_secret: Vec<u8>,
    /// PEM.
    pub rsa_public_key: Option<String>,
    /// Words with spaces between.
    pub permissions: String,
    /// Networks with spaces between; empty: anywhere.
    pub networks: String,
    /// When it was made.
    pub created_at: Micros,
    /// When it stops working by itself.
    pub expires_at: Option<Micros>,
    /// When it was last let in.
    pub last_used_at: Option<Micros>,
    /// From where.
    pub last_used_from: Option<String>,
    /// When its owner took it back.
    pub revoked_at: Option<Micros>,
}

impl fmt::Debug for ClientRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientRow").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Adds a client.
///
/// # Errors
/// A fault: its names are random.
pub async fn insert(tx: &mut Tx, row: &ClientRow) -> Result<()> {
    exec!(
        tx,
        "insert into api_clients (id, user_id, name, login_id, api_key, sealed_secret, rsa_public_key, permissions, \
           networks, created_at, expires_at, last_used_at, last_used_from, revoked_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        row.id,
        row.user_id,
        &row.name,
        &row.login_id,
        &row.api_key,
        row.sealed_secret.as_slice(),
        row.rsa_public_key.as_deref(),
        &row.permissions,
        &row.networks,
        row.created_at,
        row.expires_at,
        row.last_used_at,
        row.last_used_from.as_deref(),
        row.revoked_at
    )?;
    Ok(())
}

/// A person's clients that are not revoked, oldest first.
///
/// # Errors
/// A database error.
pub async fn list_by_user(from: impl Source, user: UserId) -> Result<Vec<ClientRow>> {
    rows!(
        ClientRow,
        from,
        fetch_all,
        "select id, user_id, name, login_id, api_key, sealed_secret, rsa_public_key, permissions, networks, \
           created_at, expires_at, last_used_at, last_used_from, revoked_at \
         from api_clients where user_id = $1 and revoked_at is null order by id",
        user
    )
}

/// The client of this key.
///
/// # Errors
/// A database error.
pub async fn by_key(from: impl Source, api_key: &str) -> Result<Option<ClientRow>> {
    rows!(
        ClientRow,
        from,
        fetch_optional,
        "select id, user_id, name, login_id, api_key, sealed_secret, rsa_public_key, permissions, networks, \
           created_at, expires_at, last_used_at, last_used_from, revoked_at \
         from api_clients where api_key = $1",
        api_key
    )
}

/// The client of this login id.
///
/// # Errors
/// A database error.
pub async fn by_login(from: impl Source, login_id: &str) -> Result<Option<ClientRow>> {
    rows!(
        ClientRow,
        from,
        fetch_optional,
        "select id, user_id, name, login_id, api_key, sealed_secret, rsa_public_key, permissions, networks, \
           created_at, expires_at, last_used_at, last_used_from, revoked_at \
         from api_clients where login_id = $1",
        login_id
    )
}

/// The client that a token was given to, unless the token has expired.
///
/// # Errors
/// A database error.
pub async fn by_token(from: impl Source, token: &Hash, now: Micros) -> Result<Option<ClientRow>> {
    rows!(
        ClientRow,
        from,
        fetch_optional,
        "select c.id, c.user_id, c.name, c.login_id, c.api_key, c.sealed_secret, c.rsa_public_key, c.permissions, \
           c.networks, c.created_at, c.expires_at, c.last_used_at, c.last_used_from, c.revoked_at \
         from api_clients c join client_tokens t on t.client_id = c.id \
         where t.token_hash = $1 and t.expires_at > $2",
        token.as_slice(),
        now
    )
}

/// Everyone's clients in the order of their ids, from after `after`, for a walk over all of them (rekey).
///
/// # Errors
/// A database error.
pub async fn page(from: impl Source, after: ApiClientId, limit: i64) -> Result<Vec<ClientRow>> {
    rows!(
        ClientRow,
        from,
        fetch_all,
        "select id, user_id, name, login_id, api_key, sealed_secret, rsa_public_key, permissions, networks, \
           created_at, expires_at, last_used_at, last_used_from, revoked_at \
         from api_clients where id > $1 order by id limit $2",
        after,
        limit
    )
}

/// Notes that a client was let in.
///
/// # Errors
/// A database error.
pub async fn touch(tx: &mut Tx, id: ApiClientId, at: Micros, address: &str) -> Result<()> {
    exec!(
        tx,
        "update api_clients set last_used_at = $2, last_used_from = $3 where id = $1",
        id,
        at,
        address
    )?;
    Ok(())
}

/// Takes a person's client back, its tokens with it; whether it was there, theirs, and not yet taken back.
///
/// # Errors
/// A database error.
pub async fn revoke(tx: &mut Tx, owner: UserId, id: ApiClientId, at: Micros) -> Result<bool> {
    let rows = exec!(
        &mut *tx,
        "update api_clients set revoked_at = $3 where id = $1 and user_id = $2 and revoked_at is null",
        id,
        owner,
        at
    )?;
    if rows == 1 {
        exec!(tx, "delete from client_tokens where client_id = $1", id)?;
    }
    Ok(rows == 1)
}

/// Takes back all of a person's clients, their tokens with them; how many there were.
///
/// # Errors
/// A database error.
pub async fn revoke_all(tx: &mut Tx, owner: UserId, at: Micros) -> Result<u64> {
    exec!(
        &mut *tx,
        "delete from client_tokens where client_id in (select id from api_clients where user_id = $1)",
        owner
    )?;
    exec!(tx, "update api_clients set revoked_at = $2 where user_id = $1 and revoked_at is null", owner, at)
}

/// Puts another sealing of the same secret in place (rekey); whether there is such a client.
///
/// # Errors
/// A database error.
pub async fn reseal(tx: &mut Tx, id: ApiClientId, sealed: &[u8]) -> Result<bool> {
    Ok(exec!(tx, "update api_clients set sealed_secret = $2 where id = $1", id, sealed)? == 1)
}

/// Adds a token.
///
/// # Errors
/// A database error.
pub async fn insert_token(tx: &mut Tx, token: &Hash, client: ApiClientId, expires_at: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into client_tokens (token_hash, client_id, expires_at) values ($1, $2, $3)",
        token.as_slice(),
        client,
        expires_at
    )?;
    Ok(())
}

/// When a token dies.
///
/// # Errors
/// A database error.
pub async fn token_expires(from: impl Source, token: &Hash) -> Result<Option<Micros>> {
    value!(Micros, from, "select expires_at from client_tokens where token_hash = $1", token.as_slice())
}

/// Lets a token live longer.
///
/// # Errors
/// A database error.
pub async fn extend_token(tx: &mut Tx, token: &Hash, expires_at: Micros) -> Result<()> {
    exec!(
        tx,
        "update client_tokens set expires_at = $2 where token_hash = $1",
        token.as_slice(),
        expires_at
    )?;
    Ok(())
}

/// Ends a token; whether it was there.
///
/// # Errors
/// A database error.
pub async fn delete_token(tx: &mut Tx, token: &Hash) -> Result<bool> {
    Ok(exec!(tx, "delete from client_tokens where token_hash = $1", token.as_slice())? == 1)
}

/// Removes tokens that have expired; how many there were.
///
/// # Errors
/// A database error.
pub async fn prune_tokens(tx: &mut Tx, now: Micros) -> Result<u64> {
    exec!(tx, "delete from client_tokens where expires_at <= $1", now)
}
