//! What the operator switched for everybody.

use crate::{Result, Source, Tx};
use domain::{Micros, UserId};
use sqlx::FromRow;

/// New copies are not traded.
pub const PAUSE_COPIES: &str = "pause-copies";

/// A switch that is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Switched {
    /// Who switched it on; none when they are gone.
    pub changed_by: Option<UserId>,
    /// When.
    pub changed_at: Micros,
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
