//! Leases of background jobs: of several instances, one runs a job at a time.

use crate::{Result, Source, Tx};
use domain::Micros;
use sqlx::FromRow;

/// Claims a job from `now` until `until`; returns whether the claim succeeded. The holder renews its lease by claiming again;
/// an expired lease may be claimed by anyone. Instances on Postgres pass the database's time ([`crate::instance::now`]), so that
/// they need not agree on a clock.
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

/// A job's lease.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Lease {
    /// The job.
    pub name: String,
    /// Until when it is claimed.
    pub until: Micros,
}

/// The leases of jobs; not those of accounts' events, which run out when nobody looks.
///
/// # Errors
/// A fault.
pub async fn jobs(from: impl Source) -> Result<Vec<Lease>> {
    rows!(
        Lease,
        from,
        fetch_all,
        "select name, until from job_leases where name not like 'events:%' order by name"
    )
}
