//! Maps a subject to a user.

use super::claims::Claims;
use crate::{
    error::{Error, Result},
    identity::{Identity, password},
    messaging::notify,
    platform::audit::{self, AuditAction, Via},
};
use domain::{Role, UserId, validation};
use store::{StoreErrorKind, identity, user::User};

/// Attempts, in case of concurrent first tokens of a subject or a concurrent sign-up.
const TRIES: usize = 4;

/// The user of a subject, created at first use. A verified e-mail address is assigned only if no user has it:
/// the issuer identifies its subjects, never existing users of the desk.
///
/// # Errors
/// When the database cannot be used.
pub(super) async fn find(desk: &Identity, issuer: &str, claims: &Claims) -> Result<User> {
    for _ in 0..TRIES {
        if let Some(id) = identity::user(&desk.db, issuer, &claims.subject).await? {
            return store::user::get_user(&desk.db, id).await?.ok_or(Error::Unauthenticated);
        }
        if let Some(made) = make(desk, issuer, claims).await? {
            return Ok(made);
        }
    }
    Err(Error::Unavailable { retry_after_s: 1 })
}

/// `None` if another transaction took the subject or the address first.
async fn make(desk: &Identity, issuer: &str, claims: &Claims) -> Result<Option<User>> {
    let id = UserId::mint(&*desk.clock, &*desk.entropy);
    let now = desk.clock.now();
    let user = User {
        id,
        email: free_address(desk, claims).await?.unwrap_or_else(|| notify::placeholder_address(id)),
        password_hash: password::NONE.to_owned(),
        role: Role::Trader,
        created_at: now,
        updated_at: now,
        frozen_at: None,
        suspended_at: None,
    };
    let mut tx = desk.db.begin().await?;
    // A failed statement aborts the transaction: it is dropped, not continued.
    if taken(store::user::insert_user(&mut tx, &user).await)?
        || taken(identity::insert(&mut tx, issuer, &claims.subject, id, now).await)?
    {
        return Ok(None);
    }
    audit::record(desk, &mut tx, Some(id), AuditAction::VouchedFor, &id.to_string(), Via::Issuer).await?;
    tx.commit().await?;
    Ok(Some(user))
}

async fn free_address(desk: &Identity, claims: &Claims) -> Result<Option<String>> {
    let said = claims.email.as_deref().and_then(|email| validation::new_email(email).ok());
    let Some(email) = said else { return Ok(None) };
    Ok(store::user::by_email(&desk.db, &email).await?.is_none().then_some(email))
}

fn taken(written: store::Result<()>) -> Result<bool> {
    match written {
        Ok(()) => Ok(false),
        Err(error) if error.kind() == StoreErrorKind::Unique => Ok(true),
        Err(error) => Err(error.into()),
    }
}
