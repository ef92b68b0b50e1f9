//! A form that was posted when its sender had to confirm the password. It is stored encrypted until the
//! confirmation and then executed as sent: nothing is typed twice, and no secret goes back to the browser.

use crate::{
    error::{Error, Result},
    identity::{Identity, session},
    platform::secrets::Sealed,
};
use domain::{FlashId, SessionId, time::MINUTE};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// As long as a password confirmation lasts.
const LIFE: i64 = 10 * MINUTE;
/// Maximum pending forms per session; a further one replaces the oldest.
const MOST: i64 = 10;
/// Table name that forms are bound to when encrypted.
const TABLE: &str = "pending_forms";

/// A pending form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Path it was posted to.
    pub endpoint: String,
    /// Content type of the body.
    pub content_type: String,
    /// The body.
    pub body: String,
}

/// Hides the body, which may contain a secret.
impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pending").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// Stores a form for the session of this token.
///
/// # Errors
/// [`Error::Unauthenticated`] if there is no such session.
pub async fn store_form(desk: &Identity, token: &str, form: &Pending) -> Result<FlashId> {
    let session = session::row(desk, token).await?.ok_or(Error::Unauthenticated)?;
    let id = FlashId::mint(&*desk.clock, &*desk.entropy);
    let plain = Zeroizing::new(serde_json::to_vec(form).map_err(Error::fault)?);
    let sealed = desk.sealer.seal(TABLE, id.0, session.id.0, &plain)?.to_bytes();
    let mut tx = desk.db.begin().await?;
    store::pending_form::insert(&mut tx, id, session.id, &sealed, desk.clock.now().plus(LIFE)).await?;
    store::pending_form::cut(&mut tx, session.id, MOST).await?;
    tx.commit().await?;
    Ok(id)
}

/// Reads a form without removing it. `None` if it was executed, expired, or belongs to another session.
///
/// # Errors
/// When the database cannot be used.
pub async fn peek(desk: &Identity, token: &str, id: FlashId) -> Result<Option<Pending>> {
    let Some(session) = session::row(desk, token).await? else { return Ok(None) };
    let sealed = store::pending_form::get(&desk.db, session.id, id, desk.clock.now()).await?;
    Ok(sealed.and_then(|sealed| open(desk, session.id, id, &sealed)))
}

/// Reads and removes a form.
///
/// # Errors
/// When the database cannot be used.
pub async fn take(desk: &Identity, token: &str, id: FlashId) -> Result<Option<Pending>> {
    let Some(session) = session::row(desk, token).await? else { return Ok(None) };
    let mut tx = desk.db.begin().await?;
    let sealed = store::pending_form::take(&mut tx, session.id, id, desk.clock.now()).await?;
    tx.commit().await?;
    Ok(sealed.and_then(|sealed| open(desk, session.id, id, &sealed)))
}

/// Decrypts a form. One that cannot be decrypted (the master key was changed) must be sent again.
fn open(desk: &Identity, session: SessionId, id: FlashId, sealed: &[u8]) -> Option<Pending> {
    let plain = desk.sealer.open(TABLE, id.0, session.0, &Sealed::from_bytes(sealed).ok()?).ok()?;
    serde_json::from_slice(&plain).ok()
}
