//! A small write that checks whether the database is writable, made only if no other write has shown it.

use crate::{Result, Tx};
use domain::Micros;

/// Updates this instance's probe row.
///
/// # Errors
/// If the database is not writable.
pub async fn write(tx: &mut Tx, instance: &str, at: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into write_probes (instance, at) values ($1, $2) \
         on conflict (instance) do update set at = excluded.at",
        instance,
        at
    )?;
    Ok(())
}
