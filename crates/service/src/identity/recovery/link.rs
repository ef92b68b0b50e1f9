//! Using the freeze link of a mail. Opening it changes nothing, because mail scanners open links.

use super::freeze;
use crate::{
    actor::Origin,
    error::{Error, Result},
    identity::{Identity, sign_in_end},
    messaging::notify::read_freeze_link,
    platform::{
        audit::{self, AuditAction, Via},
        throttle::{self, Bucket},
    },
};
/// State of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// Not used yet.
    Ready,
    /// Used before.
    Used,
}

/// The state of a link.
///
/// # Errors
/// [`Error::NotFound`] if the link is not valid, or has expired.
pub async fn alarm_of(desk: &Identity, token: &str) -> Result<Alarm> {
    let link = read_freeze_link(desk, token).await?;
    let used = store::user::freeze_link_used(&desk.db, link.message).await?;
    Ok(if used { Alarm::Used } else { Alarm::Ready })
}

/// Freezes the account that a link is for, once.
///
/// # Errors
/// [`Error::NotFound`] if the link is not valid, has expired or was used; too many attempts.
pub async fn freeze_by_link(desk: &Identity, origin: &Origin, token: &str) -> Result<()> {
    throttle::attempt(desk, &[Bucket::Network(origin)], None, origin).await?;
    let link = read_freeze_link(desk, token).await?;
    let mut tx = desk.db.begin().await?;
    let now = desk.clock.now();
    store::user::get_user(&mut tx, link.user).await?.ok_or(Error::NotFound)?;
    if !store::user::use_freeze_link(&mut tx, link.message, link.user, now, link.expires_at).await? {
        return Err(Error::NotFound);
    }
    freeze(desk, &mut tx, link.user).await?;
    audit::record(
        desk,
        &mut tx,
        Some(link.user),
        AuditAction::Frozen,
        &link.user.to_string(),
        Via::Request(origin),
    )
    .await?;
    tx.commit().await?;
    sign_in_end::publish(desk, link.user);
    Ok(())
}
