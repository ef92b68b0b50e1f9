//! Password reset: a single-use link sent by mail, valid for one hour.

use super::{Replacement, judge, replace_password};
use crate::{
    actor::Origin,
    error::{Error, Result},
    identity::{
        Identity,
        recovery::{self, KeptSignIn},
        sign_in_end,
    },
    messaging::mail,
    platform::{
        audit::{self, AuditAction},
        opaque,
        recipient::lang_of_user,
        throttle::{self, Bucket},
    },
};
use domain::{
    time::HOUR,
    validation::{self, Problem},
};

const LIFE: i64 = HOUR;

/// Mails a reset link if the e-mail belongs to a user. The answer is the same either way, and one transaction
/// is written in both cases, so that neither answer nor timing reveals whether the account exists.
///
/// # Errors
/// Too many attempts from one network. Requests beyond the limit of one mailbox are silently not mailed.
pub async fn request_reset(desk: &Identity, origin: Origin, email: &str) -> Result<()> {
    throttle::attempt(desk, &[Bucket::Network(&origin)], None, &origin).await?;
    let email = validation::email(email).map_err(|p| Error::field("email", p))?;
    match throttle::count(desk, &[Bucket::Reset(&email)]).await {
        Err(Error::TooMany { .. }) => return Ok(()),
        other => other?,
    }
    let user = store::user::by_email(&desk.db, &email).await?;
    let (token, token_hash) = opaque::mint(&*desk.entropy);
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    if let Some(user) = &user {
        store::password_reset::insert(&mut tx, &token_hash, user.id, now, now.plus(LIFE)).await?;
        let letter = mail::reset_link(desk, lang_of_user(desk, &mut tx, user.id).await?, &token);
        mail::enqueue(desk, &mut tx, Some(user.id), &user.email, &letter).await?;
    }
    audit::record(desk, &mut tx, user.map(|u| u.id), AuditAction::ResetRequested, "", Some(&origin)).await?;
    Ok(tx.commit().await?)
}

/// Sets a new password with the token of a reset link. Ends all sign-ins and credentials of the account, and
/// unfreezes it if its owner had frozen it.
///
/// # Errors
/// [`Problem::ResetInvalid`] on `token` if it is spent, expired or unknown; the new password's problem on
/// `password`.
pub async fn reset_password(desk: &Identity, origin: Origin, token: &str, new: &str) -> Result<()> {
    throttle::attempt(desk, &[Bucket::Network(&origin)], None, &origin).await?;
    let invalid = || Error::field("token", Problem::ResetInvalid);
    // Check the link first: without a valid one, nothing about password rules is revealed; it also identifies
    // the user whose e-mail the password must not resemble.
    let hashed = opaque::hash(token);
    let owner = store::password_reset::owner(&desk.db, &hashed, desk.clock.now()).await?;
    let user = store::user::get_user(&desk.db, owner.ok_or_else(invalid)?).await?.ok_or_else(invalid)?;
    judge(desk, &user.email, new).await?;
    let hash = desk.hasher.hash(&*desk.entropy, new).await?;
    let mut tx = desk.db.begin().await?;
    let owner = store::password_reset::spend(&mut tx, &hashed, desk.clock.now()).await?;
    let user = store::user::get_user(&mut tx, owner.ok_or_else(invalid)?).await?.ok_or_else(invalid)?;
    throttle::forgive(&mut tx, &Bucket::Account(&user.email)).await?;
    let replacement =
        Replacement { user: user.id, hash: &hash, action: AuditAction::PasswordReset, origin: Some(&origin) };
    recovery::end_all(desk, &mut tx, user.id, KeptSignIn::default()).await?;
    // Access to the mailbox proves ownership, so the account is unfrozen.
    recovery::thaw(desk, &mut tx, user.id, Some(&origin)).await?;
    replace_password(desk, &mut tx, &replacement).await?;
    tx.commit().await?;
    sign_in_end::publish(desk, user.id);
    Ok(())
}
