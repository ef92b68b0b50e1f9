//! Step-up authentication: credentials (exchange keys, API clients, webhooks, sessions) can only be changed
//! within [`FRESH`] of a sign-in or a password confirmation. A stolen session or token gives access to data,
//! but cannot be turned into permanent access. The same holds for admins' actions that change other users or
//! the desk: roles, suspensions, plans, credits, strategies, signals, maintenance mode.
//!
//! It applies to browsers and to tokens issued by `/v1/auth`. API clients act within their permissions, and
//! tokens of an external issuer within what that issuer grants: neither has a password to confirm. The command
//! line has no session, so it needs none either.

mod pending;
pub(crate) mod recent;

pub use pending::{Pending, peek, store_form, take};
pub use recent::{FRESH, is_due};
pub(crate) use recent::{must_be_admin, require_recent_password};

use crate::{
    actor::{Actor, Origin},
    error::{Error, Result},
    identity::{Identity, password::Fit, session},
    platform::{
        audit::{self, AuditAction},
        throttle::{self, Bucket},
    },
};
use domain::validation::Problem;

/// Confirms the password of a signed-in user, which makes their session or token fresh. Returns the new token of a
/// browser's session; further confirmations within [`session::REPLACED`] return the same. A program keeps its tokens:
/// they are replaced with every refresh.
///
/// # Errors
/// [`Problem::WrongPassword`] on `password`; too many attempts; [`Error::Forbidden`] without a session or a
/// token of this desk.
pub async fn confirm(
    desk: &Identity,
    actor: &Actor,
    origin: &Origin,
    password: &str,
) -> Result<Option<String>> {
    let family = match (actor.session, actor.token) {
        (Some(_), _) => None,
        (None, Some(token)) => {
            let family = store::token_family::of_token(&desk.db, &token).await?;
            Some(family.ok_or(Error::Unauthenticated)?.family_id)
        }
        (None, None) => return Err(Error::Forbidden),
    };
    throttle::attempt(desk, &[Bucket::Person(actor.user)], Some(actor.user), origin).await?;
    let user = store::user::get_user(&desk.db, actor.user).await?.ok_or(Error::Unauthenticated)?;
    let fit = match password.len() {
        ..=1_000 => desk.hasher.verify(password, Some(user.password_hash)).await?,
        _ => Fit::Wrong,
    };
    let next = match actor.session {
        Some(session) if fit.is_right() => session::successor(desk, session).await?,
        _ => None,
    };
    let mut tx = desk.db.begin().await?;
    if !fit.is_right() {
        audit::record(desk, &mut tx, Some(actor.user), AuditAction::StepUpFailed, "", Some(origin)).await?;
        tx.commit().await?;
        return Err(Error::field("password", Problem::WrongPassword));
    }
    throttle::forgive(&mut tx, &Bucket::Person(actor.user)).await?;
    let now = desk.clock.now();
    if let Some(session) = actor.session {
        store::session::authenticate(&mut tx, session, now).await?;
    }
    if let Some(family) = family {
        store::token_family::authenticate(&mut tx, family, now).await?;
    }
    let renewed = session::renew(&mut tx, next).await?;
    audit::record(desk, &mut tx, Some(actor.user), AuditAction::SteppedUp, "", Some(origin)).await?;
    tx.commit().await?;
    Ok(renewed)
}
