//! A small write that shows whether the database can be written, made only when no other write has shown it.

use crate::{Result, Tx};
use domain::Micros;

/// Writes this instance's row anew.
///
/// # Errors
/// When the database cannot be written.
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
