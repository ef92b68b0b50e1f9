//! Global switches set by admins.

use crate::{Result, Source, Tx};
use domain::{Micros, UserId};
use sqlx::FromRow;

/// Pauses all new copies.
pub const PAUSE_COPIES: &str = "pause-copies";
/// Maintenance mode: only admins can sign in.
pub const MAINTENANCE: &str = "maintenance";

/// An active switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Switched {
    /// The admin who turned it on; `None` if their account was deleted.
    pub changed_by: Option<UserId>,
    /// When it was turned on.
    pub changed_at: Micros,
}

/// An active switch with its message.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SwitchMessage {
    /// When it was turned on.
    pub changed_at: Micros,
    /// The admin's message.
    pub message: Option<String>,
}

/// Returns whether a switch is on, with its message.
pub async fn get_message(from: impl Source, name: &str) -> Result<Option<SwitchMessage>> {
    rows!(
        SwitchMessage,
        from,
        fetch_optional,
        "select changed_at, message from switches where name = $1",
        name
    )
}

/// Turns a switch on with a message. If it is already on, only the message changes.
pub async fn turn_on_with_message(
    tx: &mut Tx,
    name: &str,
    by: Option<UserId>,
    message: Option<&str>,
    at: Micros,
) -> Result<()> {
    exec!(
        tx,
        "insert into switches (name, changed_by, changed_at, message) values ($1, $2, $3, $4) \
         on conflict (name) do update set message = excluded.message",
        name,
        by,
        at,
        message
    )?;
    Ok(())
}

/// Returns whether a switch is on, with the admin who turned it on and the time.
pub async fn get_switch(from: impl Source, name: &str) -> Result<Option<Switched>> {
    rows!(Switched, from, fetch_optional, "select changed_by, changed_at from switches where name = $1", name)
}

/// Turns a switch on; if it is already on, the first admin stays recorded.
pub async fn turn_on(tx: &mut Tx, name: &str, by: UserId, at: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into switches (name, changed_by, changed_at) values ($1, $2, $3) on conflict (name) do nothing",
        name,
        by,
        at
    )?;
    Ok(())
}

/// Turns a switch off.
pub async fn turn_off(tx: &mut Tx, name: &str) -> Result<()> {
    exec!(tx, "delete from switches where name = $1", name)?;
    Ok(())
}
