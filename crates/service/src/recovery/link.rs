//! "This was not me": the link in every mail about a credential. It is signed for one user and one mail,
//! works once within a week, and can only freeze the account. Opening it changes nothing, because mail
//! scanners open links.

use super::freeze;
use crate::{
    Desk, Error, Origin, Result,
    audit::{self, AuditAction, Via},
    secrets::{Purpose, sign, verify_signature},
    throttle::{self, Bucket},
};
use domain::{MessageId, Micros, UserId, time::DAY};

/// Life of a link, counted from its mail.
const LIFE: i64 = 7 * DAY;

/// Content of a link with a valid signature.
struct Link {
    user: UserId,
    message: MessageId,
    expires_at: Micros,
}

/// State of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// Not used yet.
    Ready,
    /// Used before.
    Used,
}

/// The token of the link in a message written at `written_at`.
pub(crate) async fn token(
    desk: &Desk,
    user: UserId,
    message: MessageId,
    written_at: Micros,
) -> Result<String> {
    let signed = format!("{}.{}.{}", user.0.simple(), message.0.simple(), written_at.plus(LIFE).0);
    let signature = sign(desk, Purpose::Freeze, &signed).await?;
    Ok(format!("{signed}.{}", hex::encode(signature)))
}

async fn read(desk: &Desk, token: &str) -> Result<Link> {
    let (signed, signature) = token.rsplit_once('.').ok_or(Error::NotFound)?;
    let signature = hex::decode(signature).map_err(|_| Error::NotFound)?;
    if !verify_signature(desk, Purpose::Freeze, signed, &signature).await? {
        return Err(Error::NotFound);
    }
    let mut parts = signed.splitn(3, '.');
    let user = parts.next().and_then(|user| user.parse().ok()).ok_or(Error::NotFound)?;
    let message = parts.next().and_then(|message| message.parse().ok()).ok_or(Error::NotFound)?;
    let expires_at = parts.next().and_then(|at| at.parse().ok()).map(Micros).ok_or(Error::NotFound)?;
    if desk.clock.now() >= expires_at { Err(Error::NotFound) } else { Ok(Link { user, message, expires_at }) }
}

/// The state of a link.
///
/// # Errors
/// [`Error::NotFound`] if the link is not valid, or has expired.
pub async fn alarm_of(desk: &Desk, token: &str) -> Result<Alarm> {
    let link = read(desk, token).await?;
    let used = store::user::freeze_link_used(&desk.db, link.message).await?;
    Ok(if used { Alarm::Used } else { Alarm::Ready })
}

/// Freezes the account that a link is for, once.
///
/// # Errors
/// [`Error::NotFound`] if the link is not valid, has expired or was used; too many attempts.
pub async fn freeze_by_link(desk: &Desk, origin: &Origin, token: &str) -> Result<()> {
    throttle::count(desk, &[Bucket::Network(origin)]).await?;
    let link = read(desk, token).await?;
    let mut tx = desk.db.begin().await?;
    let now = desk.clock.now();
    store::user::get(&mut tx, link.user).await?.ok_or(Error::NotFound)?;
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
    desk.verified.forget(link.user);
    Ok(())
}
