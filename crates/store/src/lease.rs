//! Leases of background jobs: of several instances, one runs a job at a time.

use crate::{Result, Tx};
use domain::Micros;

/// Claims a job until `until`; whether it is ours. Who holds it renews it; a lease that has run out may be taken.
///
/// # Errors
/// A fault.
pub async fn claim(tx: &mut Tx, name: &str, holder: &str, now: Micros, until: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "insert into job_leases (name, holder, until) values ($1, $2, $4) \
         on conflict (name) do update set holder = excluded.holder, until = excluded.until \
         where job_leases.until <= $3 or job_leases.holder = excluded.holder",
        name,
        holder,
        now,
        until
    )?;
    Ok(rows == 1)
}

/// Gives a job back, as at shutdown; nothing when it is another's by now.
///
/// # Errors
/// A fault.
pub async fn release(tx: &mut Tx, name: &str, holder: &str) -> Result<()> {
    exec!(tx, "delete from job_leases where name = $1 and holder = $2", name, holder)?;
    Ok(())
}
