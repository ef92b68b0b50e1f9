//! Password reset tokens, each usable once. Only their hashes are stored.

use crate::{Result, Source, TokenHash, Tx};
use domain::{Micros, UserId};

/// Adds a token.
pub async fn insert(
    tx: &mut Tx,
    token_hash: &TokenHash,
    user: UserId,
    at: Micros,
    expires_at: Micros,
) -> Result<()> {
    exec!(
        tx,
        "insert into password_resets (token_hash, user_id, created_at, expires_at) values ($1, $2, $3, $4)",
        token_hash.as_slice(),
        user,
        at,
        expires_at
    )?;
    Ok(())
}

/// Returns the user of a token that can still be used.
pub async fn owner(from: impl Source, token_hash: &TokenHash, now: Micros) -> Result<Option<UserId>> {
    value!(
        UserId,
        from,
        "select user_id from password_resets where token_hash = $1 and used_at is null and expires_at > $2",
        token_hash.as_slice(),
        now
    )
}

/// Uses a token and returns its user. `None` if it is unknown, used or expired; of two concurrent uses, one
/// succeeds.
pub async fn spend(tx: &mut Tx, token_hash: &TokenHash, now: Micros) -> Result<Option<UserId>> {
    value!(
        UserId,
        tx,
        "update password_resets set used_at = $2 where token_hash = $1 and used_at is null and expires_at > $2 \
         returning user_id",
        token_hash.as_slice(),
        now
    )
}

/// Invalidates a user's remaining tokens; returns their number.
pub async fn spend_all(tx: &mut Tx, user: UserId, now: Micros) -> Result<u64> {
    exec!(tx, "update password_resets set used_at = $2 where user_id = $1 and used_at is null", user, now)
}

/// Deletes tokens that expired before `before`; returns their number.
pub async fn prune(tx: &mut Tx, before: Micros) -> Result<u64> {
    exec!(tx, "delete from password_resets where expires_at < $1", before)
}
