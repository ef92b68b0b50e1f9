//! The reviews as shown to an admin, and their confirmation.

use super::{difference::Difference, state::refresh};
use crate::{
    actor::Actor,
    error::{Error, Result},
    identity::step_up,
    platform::audit::{self, AuditAction, Via},
    trading::Trading,
};
use domain::{ExchangeKeyId, Micros, Role};

/// An account under review, as shown to an admin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// The account.
    pub key: ExchangeKeyId,
    /// Name of the account.
    pub name: String,
    /// The owner's e-mail.
    pub owner: String,
    /// Start of the review.
    pub since: Micros,
    /// The differences; `None` until the account has been checked.
    pub differences: Option<Vec<Difference>>,
}

/// The accounts under review.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but an admin.
pub async fn list(desk: &Trading, actor: &Actor) -> Result<Vec<Review>> {
    actor.must(Role::Admin)?;
    listed(desk).await
}

/// As [`list`], for the operator's command line.
///
/// # Errors
/// When the database cannot be read.
pub async fn listed(desk: &Trading) -> Result<Vec<Review>> {
    let all = store::review::list_reviews(&desk.db).await?;
    let each = all.into_iter().map(|row| {
        let read = |text: String| serde_json::from_str(&text).map_err(Error::fault);
        let differences = row.differences.map(read).transpose()?;
        let (key, since) = (row.exchange_key_id, row.created_at);
        Ok(Review { key, name: row.name, owner: row.email, since, differences })
    });
    each.collect()
}

/// Ends an account's review: the admin has seen the differences, and the desk continues with its present
/// data.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but an admin; not found; [`Error::StepUp`].
pub async fn confirm(desk: &Trading, actor: &Actor, key: ExchangeKeyId) -> Result<()> {
    step_up::must_be_admin(desk, actor).await?;
    end(desk, Some(actor), key).await
}

/// As [`confirm`], for the command line. It checks no role: a user who can run it has access to the database anyway.
///
/// # Errors
/// Not found.
pub async fn confirm_by_command(desk: &Trading, key: ExchangeKeyId) -> Result<()> {
    end(desk, None, key).await
}

async fn end(desk: &Trading, by: Option<&Actor>, key: ExchangeKeyId) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    if !store::review::end_review(&mut tx, key).await? {
        return Err(Error::NotFound);
    }
    let (user, via) = (by.map(|actor| actor.user), Via::of(by));
    audit::record(desk, &mut tx, user, AuditAction::ReviewConfirmed, &key.to_string(), via).await?;
    tx.commit().await?;
    refresh(desk).await?;
    desk.supervision.wake_key(key);
    Ok(())
}
