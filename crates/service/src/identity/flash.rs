//! Flash messages: the result of a form post, kept for five minutes and readable once by the browser session
//! that posted. Encrypted like any secret, because it may contain a token that is shown once.

use crate::{
    error::{Error, Result},
    identity::{Identity, session},
    platform::secrets::Sealed,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD, prelude::BASE64_STANDARD};
use domain::{FlashId, Micros, SessionId, time::MINUTE, validation::FieldProblem};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const LIFE: i64 = 5 * MINUTE;
/// Table name that stored flashes are bound to when encrypted.
const TABLE: &str = "flashes";
/// Purpose that cookie flashes are bound to when encrypted; it names no table.
const COOKIE: &str = "flash-cookie";

/// The result of a form post, as shown by its page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Name of the form.
    pub form: String,
    /// Problems, shown beside their fields.
    pub fields: Vec<FieldProblem>,
    /// The word of an error, shown above the form (`app::notice::Rejection`).
    pub refusal: Option<String>,
    /// Submitted values, so that they need not be typed again. Never secrets.
    pub values: Vec<(String, String)>,
    /// The word of a success message (`app::notice::PostNotice`).
    pub notice: Option<String>,
    /// The name of the object that the success message is about.
    #[serde(default)]
    pub about: Option<String>,
    /// Details of the result, or a secret that is shown once.
    #[serde(rename = "told")]
    pub details: Vec<(String, String)>,
}

/// Content of the flash cookie of a browser without a session: nothing is stored for anonymous visitors.
#[derive(Serialize, Deserialize)]
struct Carried {
    until: Micros,
    flash: Flash,
}

/// Maximum cookie length, below the browsers' limit.
const LONGEST_COOKIE: usize = 3_500;

/// Maximum length of a stored flash; a longer one is stored without the submitted values. The longest message that a form
/// accepts fits.
const LONGEST_STORED: usize = 24 * 1024;

/// Encrypts a flash for the cookie of a browser without a session.
///
/// # Errors
/// If the flash is larger than a cookie, even without the submitted values.
pub fn carry(desk: &Identity, flash: &Flash) -> Result<String> {
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

/// Decrypts the flash in a cookie. `None` if it is expired or not valid.
#[must_use]
pub fn carried(desk: &Identity, cookie: &str) -> Option<Flash> {
    let sealed = Sealed::from_bytes(&URL_SAFE_NO_PAD.decode(cookie).ok()?).ok()?;
    let plain = desk.sealer.open(COOKIE, Uuid::nil(), Uuid::nil(), &sealed).ok()?;
    let carried: Carried = serde_json::from_slice(&plain).ok()?;
    (desk.clock.now() < carried.until).then_some(carried.flash)
}

/// Stores a flash for the session of this token.
///
/// # Errors
/// [`Error::Unauthenticated`] if there is no such session.
pub async fn store_flash(desk: &Identity, token: &str, flash: &Flash) -> Result<FlashId> {
    let Some(session) = session::row(desk, token).await? else { return Err(Error::Unauthenticated) };
    let id = FlashId::mint(&*desk.clock, &*desk.entropy);
    let mut plain = zeroize::Zeroizing::new(serde_json::to_vec(flash).map_err(Error::fault)?);
    if plain.len() > LONGEST_STORED {
        let bare = Flash { values: Vec::new(), ..flash.clone() };
        plain = zeroize::Zeroizing::new(serde_json::to_vec(&bare).map_err(Error::fault)?);
    }
    let sealed = desk.sealer.seal(TABLE, id.0, session.id.0, &plain)?;
    let body = BASE64_STANDARD.encode(sealed.to_bytes());
    let mut tx = desk.db.begin().await?;
    // A session may post hundreds of forms a minute: expired answers don't wait for the hourly job.
    store::flash::prune(&mut tx, desk.clock.now()).await?;
    store::flash::insert(&mut tx, id, session.id, &body, desk.clock.now().plus(LIFE)).await?;
    tx.commit().await?;
    Ok(id)
}

/// Reads and deletes a flash. `None` if it was read before, expired, or belongs to another session.
///
/// # Errors
/// When the database cannot be used.
pub async fn take_flash(desk: &Identity, token: &str, id: FlashId) -> Result<Option<Flash>> {
    let Some(session) = session::row(desk, token).await? else { return Ok(None) };
    let mut tx = desk.db.begin().await?;
    let body = store::flash::take(&mut tx, session.id, id, desk.clock.now()).await?;
    tx.commit().await?;
    Ok(body.and_then(|body| read(desk, session.id, id, &body)))
}

/// A flash that cannot be decrypted (the master key was changed) counts as read; it would expire within five
/// minutes.
fn read(desk: &Identity, session: SessionId, id: FlashId, body: &str) -> Option<Flash> {
    let sealed = Sealed::from_bytes(&BASE64_STANDARD.decode(body).ok()?).ok()?;
    let plain = desk.sealer.open(TABLE, id.0, session.0, &sealed).ok()?;
    serde_json::from_slice(&plain).ok()
}
