//! API clients (programs' credentials), and the tokens of those that have signed in.

use crate::{Result, Source, TokenHash, Tx};
use domain::{ApiClientId, Micros, UserId};
use sqlx::FromRow;
use std::fmt;

/// An API client row, as read and written.
#[derive(Clone, PartialEq, Eq, FromRow)]
pub struct ClientRow {
    /// Id of the client.
    pub id: ApiClientId,
    /// The user who owns it.
    pub user_id: UserId,
    /// The name its owner gave it.
    pub name: String,
    /// Login id.
    pub login_id: String,
    /// The public part of its credentials.
    pub api_key: String,
    /// The secret, sealed.
    pub sealed_secret: Vec<u8>,
    /// RSA public key, as PEM.
    pub rsa_public_key: Option<String>,
    /// Permissions, separated by spaces.
    pub permissions: String,
    /// Allowed networks, separated by spaces; empty means any.
    pub networks: String,
    /// When it was created.
    pub created_at: Micros,
    /// When it expires, if ever.
    pub expires_at: Option<Micros>,
    /// When it was last used.
    pub last_used_at: Option<Micros>,
    /// IP address of the last use.
    pub last_used_from: Option<String>,
    /// When its owner revoked it.
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
/// A database error. Conflicts are not expected, because the identifiers are random.
pub async fn insert_client(tx: &mut Tx, row: &ClientRow) -> Result<()> {
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

select! {
    clients -> ClientRow,
    "id, user_id, name, login_id, api_key, sealed_secret, rsa_public_key, permissions, networks, \
     created_at, expires_at, last_used_at, last_used_from, revoked_at",
    "from api_clients"
}

/// Lists a user's clients that are not revoked, oldest first.
pub async fn list_by_user(from: impl Source, user: UserId) -> Result<Vec<ClientRow>> {
    clients!(from, fetch_all, "where user_id = $1 and revoked_at is null order by id", user)
}

/// Returns the client with an API key.
pub async fn by_key(from: impl Source, api_key: &str) -> Result<Option<ClientRow>> {
    clients!(from, fetch_optional, "where api_key = $1", api_key)
}

/// Returns the client with a login id.
pub async fn by_login(from: impl Source, login_id: &str) -> Result<Option<ClientRow>> {
    clients!(from, fetch_optional, "where login_id = $1", login_id)
}

/// Returns the client that a token was issued to, unless the token has expired.
pub async fn by_token(from: impl Source, token: &TokenHash, now: Micros) -> Result<Option<ClientRow>> {
    clients!(
        from,
        fetch_optional,
        "where id = (select client_id from client_tokens where token_hash = $1 and expires_at > $2)",
        token.as_slice(),
        now
    )
}

/// Lists all users' clients in the order of their ids, starting after `after`, to iterate over all of them (rekey).
pub async fn list_clients_after(from: impl Source, after: ApiClientId, limit: i64) -> Result<Vec<ClientRow>> {
    clients!(from, fetch_all, "where id > $1 order by id limit $2", after, limit)
}

/// Records that a client was used.
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

/// Revokes a user's client with its tokens; returns whether it existed, was theirs and was not yet revoked.
pub async fn revoke_client(tx: &mut Tx, owner: UserId, id: ApiClientId, at: Micros) -> Result<bool> {
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

/// Revokes all of a user's clients with their tokens; returns their number.
pub async fn revoke_all(tx: &mut Tx, owner: UserId, at: Micros) -> Result<u64> {
    exec!(
        &mut *tx,
        "delete from client_tokens where client_id in (select id from api_clients where user_id = $1)",
        owner
    )?;
    exec!(tx, "update api_clients set revoked_at = $2 where user_id = $1 and revoked_at is null", owner, at)
}

/// Replaces the sealed secret (rekey); returns whether the client exists.
pub async fn reseal(tx: &mut Tx, id: ApiClientId, sealed: &[u8]) -> Result<bool> {
    Ok(exec!(tx, "update api_clients set sealed_secret = $2 where id = $1", id, sealed)? == 1)
}

/// Adds a token.
pub async fn insert_token(
    tx: &mut Tx,
    token: &TokenHash,
    client: ApiClientId,
    expires_at: Micros,
) -> Result<()> {
    exec!(
        tx,
        "insert into client_tokens (token_hash, client_id, expires_at) values ($1, $2, $3)",
        token.as_slice(),
        client,
        expires_at
    )?;
    Ok(())
}

/// Returns when a token expires.
pub async fn token_expires(from: impl Source, token: &TokenHash) -> Result<Option<Micros>> {
    value!(Micros, from, "select expires_at from client_tokens where token_hash = $1", token.as_slice())
}

/// Extends the lifetime of a token.
pub async fn extend_token(tx: &mut Tx, token: &TokenHash, expires_at: Micros) -> Result<()> {
    exec!(
        tx,
        "update client_tokens set expires_at = $2 where token_hash = $1",
        token.as_slice(),
        expires_at
    )?;
    Ok(())
}

/// Deletes a token; returns whether it existed.
pub async fn delete_token(tx: &mut Tx, token: &TokenHash) -> Result<bool> {
    Ok(exec!(tx, "delete from client_tokens where token_hash = $1", token.as_slice())? == 1)
}

/// Deletes expired tokens; returns their number.
pub async fn prune_tokens(tx: &mut Tx, now: Micros) -> Result<u64> {
    exec!(tx, "delete from client_tokens where expires_at <= $1", now)
}
