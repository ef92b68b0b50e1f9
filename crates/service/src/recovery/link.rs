//! "This was not me": the link in every mail about a credential. It is signed for one person and one mail, works once within a
//! week, and can do one thing: freeze the account. Opening it changes nothing, because mail scanners open links.

use super::freeze;
use crate::{
    Desk, Error, Origin, Result,
    audit::Via,
    notify::secret::{Purpose, sign, verify},
    throttle::{self, Bucket},
};
use domain::{MessageId, Micros, UserId, time::DAY};

/// For so long after its mail was written a link works.
const LIFE: i64 = 7 * DAY;

/// What a link says, once its signature is known to be ours.
struct Link {
    user: UserId,
    message: MessageId,
    expires_at: Micros,
}

/// How a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// Its button freezes the account.
    Ready,
    /// It has been used.
    Used,
}

/// The token of the link in a message that was written at `written_at`.
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
    if !verify(desk, Purpose::Freeze, signed, &signature).await? {
        return Err(Error::NotFound);
    }
    let mut parts = signed.splitn(3, '.');
    let user = parts.next().and_then(|user| user.parse().ok()).ok_or(Error::NotFound)?;
    let message = parts.next().and_then(|message| message.parse().ok()).ok_or(Error::NotFound)?;
    let expires_at = parts.next().and_then(|at| at.parse().ok()).map(Micros).ok_or(Error::NotFound)?;
    if desk.clock.now() >= expires_at { Err(Error::NotFound) } else { Ok(Link { user, message, expires_at }) }
}

/// How a link stands.
///
/// # Errors
/// Not found when it is no link of ours, or has expired.
pub async fn alarm_of(desk: &Desk, token: &str) -> Result<Alarm> {
    let link = read(desk, token).await?;
    let used = store::user::freeze_link_used(&desk.db, link.message).await?;
    Ok(if used { Alarm::Used } else { Alarm::Ready })
}

/// Freezes the account of a link's owner, once.
///
/// # Errors
/// Not found when it is no link of ours, has expired or was used; too many attempts.
pub async fn freeze_by_link(desk: &Desk, origin: &Origin, token: &str) -> Result<()> {
    throttle::count(desk, &[Bucket::Network(origin)]).await?;
    let link = read(desk, token).await?;
    let mut tx = desk.db.begin().await?;
    let now = desk.clock.now();
    store::user::get(&mut tx, link.user).await?.ok_or(Error::NotFound)?;
    if !store::user::use_freeze_link(&mut tx, link.message, link.user, now, link.expires_at).await? {
        return Err(Error::NotFound);
    }
    freeze(desk, &mut tx, link.user, Some(link.user), Via::Request(origin)).await?;
    tx.commit().await?;
    desk.verified.forget(link.user);
    Ok(())
}
