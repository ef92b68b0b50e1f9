//! Refresh tokens: each works once, and gives the next of its family. Only their hashes are here.

use crate::{Hash, Result, Source, Tx};
use domain::{Micros, TokenFamilyId, UserId};
use sqlx::FromRow;

/// A refresh token to store.
#[derive(Clone, Debug)]
pub struct NewRefreshToken {
    /// What it hashes to.
    pub token_hash: Hash,
    /// The chain that began with one sign-in.
    pub family_id: TokenFamilyId,
    /// Whose.
    pub user_id: UserId,
    /// When it was given.
    pub issued_at: Micros,
    /// When it stops working.
    pub expires_at: Micros,
}

/// A refresh token as it stands.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RefreshToken {
    /// The chain that began with one sign-in.
    pub family_id: TokenFamilyId,
    /// Whose.
    pub user_id: UserId,
    /// When it was given.
    pub issued_at: Micros,
    /// When it stops working.
    pub expires_at: Micros,
    /// When it was exchanged for the next one.
    pub used_at: Option<Micros>,
    /// When its family was revoked.
    pub revoked_at: Option<Micros>,
}

/// Adds a token.
///
/// # Errors
/// A database error.
pub async fn insert(tx: &mut Tx, token: &NewRefreshToken) -> Result<()> {
    exec!(
        tx,
        "insert into refresh_tokens (token_hash, family_id, user_id, issued_at, expires_at) \
         values ($1, $2, $3, $4, $5)",
        token.token_hash.as_slice(),
        token.family_id,
        token.user_id,
        token.issued_at,
        token.expires_at
    )?;
    Ok(())
}

/// The token as it stands, used or not: a used one that comes back tells of a thief.
///
/// # Errors
/// A database error.
pub async fn get(from: impl Source, token_hash: &Hash) -> Result<Option<RefreshToken>> {
    rows!(
        RefreshToken,
        from,
        fetch_optional,
        "select family_id, user_id, issued_at, expires_at, used_at, revoked_at from refresh_tokens \
         where token_hash = $1",
        token_hash.as_slice()
    )
}

/// Uses a token. None when it is unknown, used, revoked or expired; of two who use it at once, one gets it.
///
/// # Errors
/// A database error.
pub async fn spend(tx: &mut Tx, token_hash: &Hash, now: Micros) -> Result<Option<RefreshToken>> {
    rows!(
        RefreshToken,
        tx,
        fetch_optional,
        "update refresh_tokens set used_at = $2 \
         where token_hash = $1 and used_at is null and revoked_at is null and expires_at > $2 \
         returning family_id, user_id, issued_at, expires_at, used_at, revoked_at",
        token_hash.as_slice(),
        now
    )
}

/// Revokes a family; how many tokens it had.
///
/// # Errors
/// A database error.
pub async fn revoke_family(tx: &mut Tx, family: TokenFamilyId, at: Micros) -> Result<u64> {
    exec!(
        tx,
        "update refresh_tokens set revoked_at = $2 where family_id = $1 and revoked_at is null",
        family,
        at
    )
}

/// Revokes all of a person's tokens; how many there were.
///
/// # Errors
/// A database error.
pub async fn revoke_all(tx: &mut Tx, user: UserId, at: Micros) -> Result<u64> {
    exec!(tx, "update refresh_tokens set revoked_at = $2 where user_id = $1 and revoked_at is null", user, at)
}

/// Revokes all of a person's tokens but those of one family; how many there were.
///
/// # Errors
/// A database error.
pub async fn revoke_others(tx: &mut Tx, user: UserId, kept: TokenFamilyId, at: Micros) -> Result<u64> {
    exec!(
        tx,
        "update refresh_tokens set revoked_at = $3 where user_id = $1 and family_id <> $2 and revoked_at is null",
        user,
        kept,
        at
    )
}

/// Removes what expired before `before`; how many there were.
///
/// # Errors
/// A database error.
pub async fn prune(tx: &mut Tx, before: Micros) -> Result<u64> {
    exec!(tx, "delete from refresh_tokens where expires_at < $1", before)
}
