//! What a form post tells its page: kept five minutes, readable once, by the browser session that posted. It is sealed
//! like any secret, for what is told once may be a token.

use crate::{Desk, Error, Result, Sealed, session};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD, prelude::BASE64_STANDARD};
use domain::{FlashId, Micros, SessionId, time::MINUTE, validation::FieldProblem};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const LIFE: i64 = 5 * MINUTE;
/// The table whose rows are sealed.
const TABLE: &str = "flashes";
/// What a carried flash is sealed for; it is in no table.
const COOKIE: &str = "flash-cookie";

/// The answer to a form, as its page shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Which form it answers.
    pub form: String,
    /// Problems, to stand beside their fields.
    pub fields: Vec<FieldProblem>,
    /// The translation key of a refusal, to stand above the form.
    pub refusal: Option<String>,
    /// What was typed, so that nobody types twice. Never a secret.
    pub values: Vec<(String, String)>,
    /// The translation key of good news.
    pub notice: Option<String>,
    /// What was done, piece by piece, or a secret that is shown once.
    pub told: Vec<(String, String)>,
}

/// What the cookie of a browser without a session holds: nothing is stored for strangers.
#[derive(Serialize, Deserialize)]
struct Carried {
    until: Micros,
    flash: Flash,
}

/// Browsers keep no larger cookie.
const LONGEST_COOKIE: usize = 3_500;

/// Seals a flash for a browser without a session, to be carried in its cookie.
///
/// # Errors
/// When the answer is larger than a cookie, even without what was typed.
pub fn carry(desk: &Desk, flash: &Flash) -> Result<String> {
    let sealed = |flash: Flash| -> Result<String> {
        let carried = Carried { until: desk.clock.now().plus(LIFE), flash };
        let plain = zeroize::Zeroizing::new(serde_json::to_vec(&carried).map_err(Error::fault)?);
        let sealed = desk.sealer.seal(COOKIE, Uuid::nil(), Uuid::nil(), &plain)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed.to_bytes()))
    };
    let whole = sealed(flash.clone())?;
    if whole.len() <= LONGEST_COOKIE {
        return Ok(whole);
    }
    let bare = sealed(Flash { values: Vec::new(), ..flash.clone() })?;
    if bare.len() <= LONGEST_COOKIE {
        Ok(bare)
    } else {
        Err(Error::fault("a flash message exceeds the size of a cookie"))
    }
}

/// Reads what a browser without a session carried. `None` when it is too old, or not ours.
#[must_use]
pub fn carried(desk: &Desk, cookie: &str) -> Option<Flash> {
    let sealed = Sealed::from_bytes(&URL_SAFE_NO_PAD.decode(cookie).ok()?).ok()?;
    let plain = desk.sealer.open(COOKIE, Uuid::nil(), Uuid::nil(), &sealed).ok()?;
    let carried: Carried = serde_json::from_slice(&plain).ok()?;
    (desk.clock.now() < carried.until).then_some(carried.flash)
}

/// Keeps a flash for the session of this token.
///
/// # Errors
/// [`Error::Unauthenticated`] without such a session.
pub async fn put(desk: &Desk, token: &str, flash: &Flash) -> Result<FlashId> {
    let Some(session) = session::row(desk, token).await? else { return Err(Error::Unauthenticated) };
    let id = FlashId::mint(&*desk.clock, &*desk.chance);
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(flash).map_err(Error::fault)?);
    let sealed = desk.sealer.seal(TABLE, id.0, session.id.0, &plain)?;
    let body = BASE64_STANDARD.encode(sealed.to_bytes());
    let mut tx = desk.db.begin().await?;
    store::flash::insert(&mut tx, id, session.id, &body, desk.clock.now().plus(LIFE)).await?;
    tx.commit().await?;
    Ok(id)
}

/// Reads a flash and forgets it. `None` when it is spent, expired, or another session's.
///
/// # Errors
/// When the database cannot be used.
pub async fn take(desk: &Desk, token: &str, id: FlashId) -> Result<Option<Flash>> {
    let Some(session) = session::row(desk, token).await? else { return Ok(None) };
    let mut tx = desk.db.begin().await?;
    let body = store::flash::take(&mut tx, session.id, id, desk.clock.now()).await?;
    tx.commit().await?;
    Ok(body.and_then(|body| read(desk, session.id, id, &body)))
}

/// A flash that cannot be opened (the master key has gone) is as good as spent: it would be in five minutes.
fn read(desk: &Desk, session: SessionId, id: FlashId, body: &str) -> Option<Flash> {
    let sealed = Sealed::from_bytes(&BASE64_STANDARD.decode(body).ok()?).ok()?;
    let plain = desk.sealer.open(TABLE, id.0, session.0, &sealed).ok()?;
    serde_json::from_slice(&plain).ok()
}
