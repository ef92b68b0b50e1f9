//! "This was not me": the link in every mail about a credential. It is signed for one user and one mail,
//! works once within a week, and can only freeze the account.

use crate::{
    error::{Error, Result},
    messaging::Messaging,
    platform::secrets::{Purpose, sign, verify_signature},
};
use domain::{MessageId, Micros, UserId, time::DAY};

/// Life of a link, counted from its mail.
const LIFE: i64 = 7 * DAY;

/// Content of a link with a valid signature.
pub(crate) struct FreezeLink {
    /// The user whose account it freezes.
    pub(crate) user: UserId,
    /// The mail that contains it.
    pub(crate) message: MessageId,
    /// The end of its life.
    pub(crate) expires_at: Micros,
}

/// The token of the link in a message written at `written_at`.
pub(super) async fn token(
    desk: &Messaging,
    user: UserId,
    message: MessageId,
    written_at: Micros,
) -> Result<String> {
    let signed = format!("{}.{}.{}", user.0.simple(), message.0.simple(), written_at.plus(LIFE).0);
    let signature = sign(desk, Purpose::Freeze, &signed).await?;
    Ok(format!("{signed}.{}", hex::encode(signature)))
}

/// Reads the token of a link.
///
/// # Errors
/// [`Error::NotFound`] if it is not valid, or has expired.
pub(crate) async fn read_freeze_link(desk: &Messaging, token: &str) -> Result<FreezeLink> {
    let (signed, signature) = token.rsplit_once('.').ok_or(Error::NotFound)?;
    let signature = hex::decode(signature).map_err(|_| Error::NotFound)?;
    if !verify_signature(desk, Purpose::Freeze, signed, &signature).await? {
        return Err(Error::NotFound);
    }
    let mut parts = signed.splitn(3, '.');
    let user = parts.next().and_then(|user| user.parse().ok()).ok_or(Error::NotFound)?;
    let message = parts.next().and_then(|message| message.parse().ok()).ok_or(Error::NotFound)?;
    let expires_at = parts.next().and_then(|at| at.parse().ok()).map(Micros).ok_or(Error::NotFound)?;
    if desk.clock.now() >= expires_at {
        Err(Error::NotFound)
    } else {
        Ok(FreezeLink { user, message, expires_at })
    }
}
