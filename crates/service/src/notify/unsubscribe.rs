//! The link in a mail that switches its kind of mail off, without signing in. It is signed for one person and one topic,
//! and good for nothing else.

use super::secret::{Purpose, sign, verify};
use crate::{Desk, Error, Result};
use domain::{
    UserId,
    notification::{Preferences, Topic},
};

/// The token of a link: whose, of what, and the signature.
pub(super) async fn token(desk: &Desk, user: UserId, topic: Topic) -> Result<String> {
    let signed = signed(user, topic);
    let signature = sign(desk, Purpose::Unsubscribe, &signed).await?;
    Ok(format!("{signed}.{}", hex::encode(signature)))
}

fn signed(user: UserId, topic: Topic) -> String {
    format!("{}.{topic}", user.0.simple())
}

async fn read(desk: &Desk, token: &str) -> Result<(UserId, Topic)> {
    let mut parts = token.splitn(3, '.');
    let user = parts.next().and_then(|user| user.parse::<UserId>().ok()).ok_or(Error::NotFound)?;
    let topic = parts.next().and_then(Topic::parse).ok_or(Error::NotFound)?;
    let signature = parts.next().and_then(|text| hex::decode(text).ok()).ok_or(Error::NotFound)?;
    if verify(desk, Purpose::Unsubscribe, &signed(user, topic), &signature).await? {
        Ok((user, topic))
    } else {
        Err(Error::NotFound)
    }
}

/// What a link switches off.
///
/// # Errors
/// Not found when it is no link of ours.
pub async fn topic_of(desk: &Desk, token: &str) -> Result<Topic> {
    read(desk, token).await.map(|(_, topic)| topic)
}

/// Switches it off; doing so again does no harm.
///
/// # Errors
/// Not found when it is no link of ours, or its person is gone.
pub async fn unsubscribe(desk: &Desk, token: &str) -> Result<Topic> {
    let (user, topic) = read(desk, token).await?;
    let mut tx = desk.db.begin().await?;
    let Preferences { mut switches, created_at, .. } = super::preferences::of(&mut tx, user).await?;
    *switches.by_email(topic) = false;
    store::notification::put(&mut tx, user, &switches, created_at, desk.clock.now()).await?;
    tx.commit().await?;
    Ok(topic)
}
