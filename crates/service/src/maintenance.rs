//! The operator's switch that closes the desk to everybody else. Jobs go on: positions are followed up and protected,
//! orders are settled, copies of signals are traded (pause those with [`crate::copy::pause_all`]).

use crate::{
    Actor, Desk, Error, Result,
    audit::{self, Deed, Via},
    watched::Watched,
};
use domain::{Micros, Role, validation::Problem};
use store::switch::{self, MAINTENANCE};

/// The longest message.
const LONGEST: usize = 300;

/// The desk is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Since when.
    pub since: Micros,
    /// What the operator says about it.
    pub message: Option<String>,
}

/// What was last read of the switch.
pub(crate) type Notice = Watched<Option<Closed>>;

/// Whether the desk is closed; cheap enough for every request. This instance's own switch counts at once, another's
/// within a second.
///
/// # Errors
/// When the database cannot be asked.
pub async fn closed(desk: &Desk) -> Result<Option<Closed>> {
    let read = async {
        let on = switch::notice(&desk.db, MAINTENANCE).await?;
        Ok(on.map(|on| Closed { since: on.changed_at, message: on.message }))
    };
    desk.edge.notice.get(&*desk.clock, read).await
}

/// Closes the desk with a message to everybody, or changes the message; opens it again.
///
/// # Errors
/// Forbidden for others than the operator; a problem of `message`.
pub async fn switch(desk: &Desk, actor: &Actor, on: bool, message: &str) -> Result<()> {
    actor.must(Role::Admin)?;
    set(desk, Some(actor), on, message).await
}

/// The same as the operator's command: whoever may run it holds the database anyway.
///
/// # Errors
/// A problem of `message`.
pub async fn command(desk: &Desk, on: bool, message: &str) -> Result<()> {
    set(desk, None, on, message).await
}

async fn set(desk: &Desk, by: Option<&Actor>, on: bool, message: &str) -> Result<()> {
    let message = words(message)?;
    let user = by.map(|actor| actor.user);
    let mut tx = desk.db.begin().await?;
    if on {
        switch::announce(&mut tx, MAINTENANCE, user, message, desk.clock.now()).await?;
    } else {
        switch::off(&mut tx, MAINTENANCE).await?;
    }
    let deed = if on { Deed::DeskClosed } else { Deed::DeskOpened };
    audit::record(desk, &mut tx, user, deed, MAINTENANCE, Via::of(by)).await?;
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
