//! Refresh tokens: each is used once, in exchange for the next of its family. Only their hashes are stored.

use crate::{Result, Source, TokenHash, Tx};
use domain::{Micros, TokenFamilyId, UserId};
use sqlx::FromRow;

/// A refresh token to store.
#[derive(Clone, Debug)]
pub struct NewRefreshToken {
    /// Hash of the token.
    pub token_hash: TokenHash,
    /// The family: the chain of tokens that started with one sign-in.
    pub family_id: TokenFamilyId,
    /// The user it belongs to.
    pub user_id: UserId,
    /// When it was issued.
    pub issued_at: Micros,
    /// When it expires.
    pub expires_at: Micros,
}

/// A stored refresh token.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RefreshToken {
    /// The family: the chain of tokens that started with one sign-in.
    pub family_id: TokenFamilyId,
    /// The user it belongs to.
    pub user_id: UserId,
    /// When it was issued.
    pub issued_at: Micros,
    /// When it expires.
    pub expires_at: Micros,
    /// When it was exchanged for the next one.
    pub used_at: Option<Micros>,
    /// When its family was revoked.
    pub revoked_at: Option<Micros>,
}

/// Adds a token.
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

select! {
    refresh_tokens -> RefreshToken,
    "family_id, user_id, issued_at, expires_at, used_at, revoked_at",
    "from refresh_tokens"
}

/// Returns a token, used or not. A used token that is presented again indicates theft.
pub async fn get(from: impl Source, token_hash: &TokenHash) -> Result<Option<RefreshToken>> {
    refresh_tokens!(from, fetch_optional, "where token_hash = $1", token_hash.as_slice())
}

/// Uses a token. `None` if it is unknown, used, revoked or expired; of two concurrent uses, one succeeds.
pub async fn spend(tx: &mut Tx, token_hash: &TokenHash, now: Micros) -> Result<Option<RefreshToken>> {
    refresh_tokens!(
        tx,
        fetch_optional,
        "update refresh_tokens set used_at = $2 \
         where token_hash = $1 and used_at is null and revoked_at is null and expires_at > $2 \
         returning "
            + columns,
        token_hash.as_slice(),
        now
    )
}

/// Revokes a family; returns the number of its tokens.
pub async fn revoke_family(tx: &mut Tx, family: TokenFamilyId, at: Micros) -> Result<u64> {
    exec!(
        tx,
        "update refresh_tokens set revoked_at = $2 where family_id = $1 and revoked_at is null",
        family,
        at
    )
}

/// Revokes all of a user's tokens; returns their number.
pub async fn revoke_all(tx: &mut Tx, user: UserId, at: Micros) -> Result<u64> {
    exec!(tx, "update refresh_tokens set revoked_at = $2 where user_id = $1 and revoked_at is null", user, at)
}

/// Revokes a user's tokens except those of one family; returns their number.
pub async fn revoke_others(tx: &mut Tx, user: UserId, kept: TokenFamilyId, at: Micros) -> Result<u64> {
    exec!(
        tx,
        "update refresh_tokens set revoked_at = $3 where user_id = $1 and family_id <> $2 and revoked_at is null",
        user,
        kept,
        at
    )
}

/// Deletes tokens that expired before `before`; returns their number.
pub async fn prune(tx: &mut Tx, before: Micros) -> Result<u64> {
    exec!(tx, "delete from refresh_tokens where expires_at < $1", before)
}
