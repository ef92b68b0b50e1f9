//! What the operator switched for everybody.

use crate::{Result, Source, Tx};
use domain::{Micros, UserId};
use sqlx::FromRow;

/// New copies are not traded.
pub const PAUSE_COPIES: &str = "pause-copies";
/// The desk is closed to everybody but its operator.
pub const MAINTENANCE: &str = "maintenance";

/// A switch that is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Switched {
    /// Who switched it on; none when they are gone.
    pub changed_by: Option<UserId>,
    /// When.
    pub changed_at: Micros,
}

/// A switch that is on, and what its operator says about it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Notice {
    /// Since when.
    pub changed_at: Micros,
    /// In the operator's words.
    pub message: Option<String>,
}

/// Whether a switch is on, and what is said about it.
///
/// # Errors
/// A fault.
pub async fn notice(from: impl Source, name: &str) -> Result<Option<Notice>> {
    rows!(Notice, from, fetch_optional, "select changed_at, message from switches where name = $1", name)
}

/// Switches something on and says why. Said again, only the words change.
///
/// # Errors
/// A fault.
pub async fn announce(
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

/// Whether a switch is on, by whom and since when.
///
/// # Errors
/// A fault.
pub async fn get(from: impl Source, name: &str) -> Result<Option<Switched>> {
    rows!(Switched, from, fetch_optional, "select changed_by, changed_at from switches where name = $1", name)
}

/// Switches something on; whoever did so first stays named.
///
/// # Errors
/// A fault.
pub async fn on(tx: &mut Tx, name: &str, by: UserId, at: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into switches (name, changed_by, changed_at) values ($1, $2, $3) on conflict (name) do nothing",
        name,
        by,
        at
    )?;
    Ok(())
}

/// Switches something off.
///
/// # Errors
/// A fault.
pub async fn off(tx: &mut Tx, name: &str) -> Result<()> {
    exec!(tx, "delete from switches where name = $1", name)?;
    Ok(())
}
