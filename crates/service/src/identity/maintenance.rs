//! Maintenance mode: only operators can use the desk. Background jobs continue: positions are supervised and
//! protected, orders settled, and copies of signals traded (pause those with [`crate::following::copy::pause_all`]).

use crate::{
    actor::Actor,
    error::{Error, Result},
    identity::{Identity, step_up},
    platform::{
        audit::{self, AuditAction, Via},
        watched::Watched,
    },
};
use domain::{Micros, validation::Problem};
use store::switch::{self, MAINTENANCE};

/// Maximum characters of the message.
const LONGEST: usize = 300;

/// Maintenance mode is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Time at which it was turned on.
    pub since: Micros,
    /// The operator's message.
    pub message: Option<String>,
}

/// Cached state of the switch.
pub(crate) type MaintenanceCache = Watched<Option<Closed>>;

/// The state of maintenance mode; cheap enough for every request. A change by this instance is visible
/// immediately, one by another instance within a second.
///
/// # Errors
/// When the database cannot be read.
pub async fn closed(desk: &Identity) -> Result<Option<Closed>> {
    let read = async {
        let on = switch::get_message(&desk.db, MAINTENANCE).await?;
        Ok(on.map(|on| Closed { since: on.changed_at, message: on.message }))
    };
    desk.maintenance.get(&*desk.clock, read).await
}

/// Turns maintenance mode on with a message, changes the message, or turns it off.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but an admin; a problem of `message`; [`Error::StepUp`].
pub async fn switch(desk: &Identity, actor: &Actor, on: bool, message: &str) -> Result<()> {
    step_up::must_be_admin(desk, actor).await?;
    set(desk, Some(actor), on, message).await
}

/// As [`switch`], for the command line. It checks no role: a user who can run it has access to the database anyway.
///
/// # Errors
/// A problem of `message`.
pub async fn command(desk: &Identity, on: bool, message: &str) -> Result<()> {
    set(desk, None, on, message).await
}

async fn set(desk: &Identity, by: Option<&Actor>, on: bool, message: &str) -> Result<()> {
    let message = words(message)?;
    let user = by.map(|actor| actor.user);
    let mut tx = desk.db.begin().await?;
    if on {
        switch::turn_on_with_message(&mut tx, MAINTENANCE, user, message, desk.clock.now()).await?;
    } else {
        switch::turn_off(&mut tx, MAINTENANCE).await?;
    }
    let action = if on { AuditAction::DeskClosed } else { AuditAction::DeskOpened };
    audit::record(desk, &mut tx, user, action, MAINTENANCE, Via::of(by)).await?;
    Ok(tx.commit().await?)
}

fn words(message: &str) -> Result<Option<&str>> {
    let message = message.trim();
    if message.chars().any(char::is_control) {
        return Err(Error::field("message", Problem::NotText));
    }
    if message.chars().count() > LONGEST {
        return Err(Error::field("message", Problem::TextTooLong));
    }
    Ok(Some(message).filter(|message| !message.is_empty()))
}
