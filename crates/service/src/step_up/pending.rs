//! A form that was posted when its sender's password was due. It is kept, sealed, until the password is given, and then
//! carried out as it was sent: nothing is typed twice, and no secret goes back to the browser.

use crate::{Desk, Error, Result, Sealed, session};
use domain::{FlashId, SessionId, time::MINUTE};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// As long as a password stays fresh.
const LIFE: i64 = 10 * MINUTE;
/// Forms that wait in one session; a further one takes the place of the oldest.
const MOST: i64 = 10;
/// The table whose rows are sealed.
const TABLE: &str = "pending_forms";

/// The form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Where it was posted to.
    pub endpoint: String,
    /// What its body is.
    pub content_type: String,
    /// Its body.
    pub body: String,
}

/// The body may hold a secret.
impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pending").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// Keeps a form for the session of this token.
///
/// # Errors
/// [`Error::Unauthenticated`] without such a session.
pub async fn keep(desk: &Desk, token: &str, form: &Pending) -> Result<FlashId> {
    let session = session::row(desk, token).await?.ok_or(Error::Unauthenticated)?;
    let id = FlashId::mint(&*desk.clock, &*desk.chance);
    let plain = Zeroizing::new(serde_json::to_vec(form).map_err(Error::fault)?);
    let sealed = desk.sealer.seal(TABLE, id.0, session.id.0, &plain)?.to_bytes();
    let mut tx = desk.db.begin().await?;
    store::pending_form::insert(&mut tx, id, session.id, &sealed, desk.clock.now().plus(LIFE)).await?;
    store::pending_form::cut(&mut tx, session.id, MOST).await?;
    tx.commit().await?;
    Ok(id)
}

/// The form, left where it is. `None` when it is carried out, expired, or another session's.
///
/// # Errors
/// When the database cannot be used.
pub async fn peek(desk: &Desk, token: &str, id: FlashId) -> Result<Option<Pending>> {
    let Some(session) = session::row(desk, token).await? else { return Ok(None) };
    let sealed = store::pending_form::get(&desk.db, session.id, id, desk.clock.now()).await?;
    Ok(sealed.and_then(|sealed| open(desk, session.id, id, &sealed)))
}

/// The form, once.
///
/// # Errors
/// When the database cannot be used.
pub async fn take(desk: &Desk, token: &str, id: FlashId) -> Result<Option<Pending>> {
    let Some(session) = session::row(desk, token).await? else { return Ok(None) };
    let mut tx = desk.db.begin().await?;
    let sealed = store::pending_form::take(&mut tx, session.id, id, desk.clock.now()).await?;
    tx.commit().await?;
    Ok(sealed.and_then(|sealed| open(desk, session.id, id, &sealed)))
}

/// A form that cannot be opened (the master key has changed) has to be sent again.
fn open(desk: &Desk, session: SessionId, id: FlashId, sealed: &[u8]) -> Option<Pending> {
    let plain = desk.sealer.open(TABLE, id.0, session.0, &Sealed::from_bytes(sealed).ok()?).ok()?;
    serde_json::from_slice(&plain).ok()
}
