//! What a failed form post tells its page: kept five minutes, readable once, by the browser session that posted.

use crate::{Desk, Error, Result, session};
use domain::{FlashId, time::MINUTE, validation::FieldProblem};
use serde::{Deserialize, Serialize};

const LIFE: i64 = 5 * MINUTE;

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
}

/// Keeps a flash for the session of this token (a person's, or [`session::open_anonymous`]).
///
/// # Errors
/// [`Error::Unauthenticated`] without such a session.
pub async fn put(desk: &Desk, token: &str, flash: &Flash) -> Result<FlashId> {
    let Some(session) = session::row(desk, token).await? else { return Err(Error::Unauthenticated) };
    let id = FlashId::mint(&*desk.clock, &*desk.chance);
    let body = serde_json::to_string(flash).map_err(Error::fault)?;
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
    body.map(|text| serde_json::from_str(&text).map_err(Error::fault)).transpose()
}
