//! Whether a password was confirmed recently.

use crate::{
    actor::Actor,
    error::{Error, Result},
    identity::Identity,
};
use domain::{Micros, Role, time::MINUTE};

/// How long after a password confirmation credentials may be changed.
pub const FRESH: i64 = 10 * MINUTE;

/// Checks that the actor is an admin whose password was confirmed recently.
///
/// # Errors
/// [`Error::Forbidden`] for anyone else, [`Error::StepUp`].
pub(crate) async fn must_be_admin(desk: &Identity, actor: &Actor) -> Result<()> {
    actor.must(Role::Admin)?;
    require_recent_password(desk, actor).await
}

/// Checks that the actor's password was confirmed recently.
///
/// # Errors
/// [`Error::StepUp`] if not.
pub(crate) async fn require_recent_password(desk: &Identity, actor: &Actor) -> Result<()> {
    // Read each time: a cached actor may be older than the confirmation.
    let given: Option<Micros> = match (actor.session, actor.token) {
        // A replaced token does not count as confirmed: it may be a stolen copy, whose owner gave the password since.
        (Some(session), Some(token)) => store::session::authenticated_by(&desk.db, session, &token).await?,
        (Some(_), None) => None,
        (None, Some(token)) => {
            store::token_family::of_token(&desk.db, &token).await?.map(|family| family.authenticated_at)
        }
        (None, None) => return Ok(()),
    };
    let fresh = given.is_some_and(|at| desk.clock.now().since(at).abs() < FRESH);
    if fresh { Ok(()) } else { Err(Error::StepUp) }
}

/// Whether the actor must confirm their password before changing credentials.
///
/// # Errors
/// When the database cannot be read.
pub async fn is_due(desk: &Identity, actor: &Actor) -> Result<bool> {
    match require_recent_password(desk, actor).await {
        Ok(()) => Ok(false),
        Err(Error::StepUp) => Ok(true),
        Err(error) => Err(error),
    }
}
