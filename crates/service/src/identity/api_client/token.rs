//! Tokens of programs that sign in first (Currencycloud): 128 random bits, stored as their SHA-256.

use super::{Program, admit, signature};
use crate::{
    actor::Origin,
    error::{Error, Result},
    identity::Identity,
    platform::opaque,
};
use domain::time::MINUTE;

/// A token expires after this long without use.
pub const IDLE: i64 = 30 * MINUTE;
/// The expiry of a token in use is extended at most once per this interval, so a token may expire this much
/// earlier.
const NOTED: i64 = MINUTE;

/// Signs a program in with its login id and its secret; returns the token, 32 hex characters.
///
/// # Errors
/// [`Error::Unauthenticated`]; too many attempts.
pub async fn sign_in(desk: &Identity, origin: &Origin, login_id: &str, given: &str) -> Result<String> {
    admit::patience(desk, origin).await?;
    let row = store::api_client::by_login(&desk.db, login_id).await?;
    let known = admit::owner(row.as_ref());
    let row = admit::compare(desk, row, |secret, _| signature::same(secret, given.as_bytes()))?;
    let program = admit::noted(desk, origin, known, admit::admit(desk, origin, row).await)?;
    let token = super::random_hex(desk, 16);
    let mut tx = desk.db.begin().await?;
    let expires = desk.clock.now().plus(IDLE);
    store::api_client::insert_token(&mut tx, &opaque::hash(&token), program.client.id, expires).await?;
    tx.commit().await?;
    Ok(token)
}

/// Authenticates a program by its token, and extends the token's life.
///
/// # Errors
/// [`Error::Unauthenticated`]; too many attempts.
pub async fn by_token(desk: &Identity, origin: &Origin, token: &str) -> Result<Program> {
    admit::patience(desk, origin).await?;
    let (hash, now) = (opaque::hash(token), desk.clock.now());
    let row = store::api_client::by_token(&desk.db, &hash, now).await?;
    let known = admit::owner(row.as_ref());
    let program = admit::noted(desk, origin, known, admit::admit(desk, origin, row).await)?;
    let expires = store::api_client::token_expires(&desk.db, &hash).await?;
    if expires.is_some_and(|at| now.plus(IDLE).since(at) >= NOTED) {
        let mut tx = desk.db.begin().await?;
        store::api_client::extend_token(&mut tx, &hash, now.plus(IDLE)).await?;
        tx.commit().await?;
    }
    Ok(program)
}

/// Ends a token.
///
/// # Errors
/// [`Error::Unauthenticated`] if the token is unknown.
pub async fn sign_out(desk: &Identity, token: &str) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    if !store::api_client::delete_token(&mut tx, &opaque::hash(token)).await? {
        return Err(Error::Unauthenticated);
    }
    Ok(tx.commit().await?)
}
