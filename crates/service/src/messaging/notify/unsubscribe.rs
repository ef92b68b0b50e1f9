//! The unsubscribe link in a mail, which works without signing in. It is signed for one user and one topic
//! and grants nothing else.

use crate::{
    error::{Error, Result},
    messaging::Messaging,
    platform::secrets::{Purpose, sign, verify_signature},
};
use domain::{
    UserId,
    notification::{Preferences, Topic},
};

/// The token of a link: user, topic, and signature.
pub(super) async fn token(desk: &Messaging, user: UserId, topic: Topic) -> Result<String> {
    let signed = signed(user, topic);
    let signature = sign(desk, Purpose::Unsubscribe, &signed).await?;
    Ok(format!("{signed}.{}", hex::encode(signature)))
}

fn signed(user: UserId, topic: Topic) -> String {
    format!("{}.{topic}", user.0.simple())
}

async fn read(desk: &Messaging, token: &str) -> Result<(UserId, Topic)> {
    let mut parts = token.splitn(3, '.');
    let user = parts.next().and_then(|user| user.parse::<UserId>().ok()).ok_or(Error::NotFound)?;
    let topic = parts.next().and_then(Topic::parse).ok_or(Error::NotFound)?;
    let signature = parts.next().and_then(|text| hex::decode(text).ok()).ok_or(Error::NotFound)?;
    if verify_signature(desk, Purpose::Unsubscribe, &signed(user, topic), &signature).await? {
        Ok((user, topic))
    } else {
        Err(Error::NotFound)
    }
}

/// The topic that a link turns off.
///
/// # Errors
/// [`Error::NotFound`] if the link is not valid.
pub async fn topic_of(desk: &Messaging, token: &str) -> Result<Topic> {
    read(desk, token).await.map(|(_, topic)| topic)
}

/// Turns the topic off; repeating it has no effect.
///
/// # Errors
/// [`Error::NotFound`] if the link is not valid or its user was deleted.
pub async fn unsubscribe(desk: &Messaging, token: &str) -> Result<Topic> {
    let (user, topic) = read(desk, token).await?;
    let mut tx = desk.db.begin().await?;
    let Preferences { mut switches, created_at, .. } =
        super::preferences::get_preferences(&mut tx, user).await?;
    *switches.by_email(topic) = false;
    store::notification::save_preferences(&mut tx, user, &switches, created_at, desk.clock.now()).await?;
    tx.commit().await?;
    Ok(topic)
}
