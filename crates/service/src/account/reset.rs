//! A forgotten password: a link by mail that works once, for an hour.

use super::{Replacement, judge, replace_password};
use crate::{
    Desk, Error, Origin, Result,
    audit::{self, Deed},
    mail, opaque,
    recovery::{self, Kept},
    throttle::{self, Bucket},
};
use domain::{
    time::HOUR,
    validation::{self, Problem},
};

const LIFE: i64 = HOUR;

/// Mails a reset link, if the e-mail is somebody's. The answer is the same either way, and either way one
/// transaction is written, so that the time tells nothing.
///
/// # Errors
/// Too many attempts from one network. Too many for one mailbox are silently not mailed.
pub async fn request_reset(desk: &Desk, origin: Origin, email: &str) -> Result<()> {
    throttle::count(desk, &[Bucket::Network(&origin)]).await?;
    let email = validation::email(email).map_err(|p| Error::field("email", p))?;
    match throttle::count(desk, &[Bucket::Reset(&email)]).await {
        Err(Error::TooMany { .. }) => return Ok(()),
        other => other?,
    }
    let user = store::user::by_email(&desk.db, &email).await?;
    let (token, token_hash) = opaque::mint(&*desk.chance);
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    if let Some(user) = &user {
        store::password_reset::insert(&mut tx, &token_hash, user.id, now, now.plus(LIFE)).await?;
        mail::enqueue(desk, &mut tx, Some(user.id), &user.email, &mail::reset_link(desk, &token)).await?;
    }
    audit::record(desk, &mut tx, user.map(|u| u.id), Deed::ResetAsked, "", Some(&origin)).await?;
    Ok(tx.commit().await?)
}

/// Sets a new password with the token of a reset link. Ends everything that opened the account, and opens it again when its owner
/// had frozen it.
///
/// # Errors
/// [`Problem::ResetInvalid`] on `token` when it is spent, expired or unknown; the new password's problem on `password`.
pub async fn reset_password(desk: &Desk, origin: Origin, token: &str, new: &str) -> Result<()> {
    throttle::count(desk, &[Bucket::Network(&origin)]).await?;
    let invalid = || Error::field("token", Problem::ResetInvalid);
    // The link is looked at first: who has none learns nothing about passwords, and it shows whose names are refused.
    let hashed = opaque::hash(token);
    let owner = store::password_reset::owner(&desk.db, &hashed, desk.clock.now()).await?;
    let user = store::user::get(&desk.db, owner.ok_or_else(invalid)?).await?.ok_or_else(invalid)?;
    judge(desk, &user.email, new).await?;
    let hash = desk.hasher.hash(&*desk.chance, new).await?;
    let mut tx = desk.db.begin().await?;
    let owner = store::password_reset::spend(&mut tx, &hashed, desk.clock.now()).await?;
    let user = store::user::get(&mut tx, owner.ok_or_else(invalid)?).await?.ok_or_else(invalid)?;
    throttle::forgive(&mut tx, &Bucket::Account(&user.email)).await?;
    let replacement =
        Replacement { user: user.id, hash: &hash, deed: Deed::PasswordReset, origin: Some(&origin) };
    recovery::end_all(desk, &mut tx, user.id, Kept::default()).await?;
    // Who has the mailbox is the owner: their account is theirs again.
    recovery::thaw(desk, &mut tx, user.id, Some(&origin)).await?;
    replace_password(desk, &mut tx, &replacement).await?;
    tx.commit().await?;
    desk.verified.forget(user.id);
    Ok(())
}
