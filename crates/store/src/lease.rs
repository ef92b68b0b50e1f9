//! Leases of background jobs, so that only one of several instances runs a job at a time.

use crate::{Result, Source, Tx};
use domain::Micros;
use sqlx::FromRow;

/// Claims a job from `now` until `until`; returns whether the claim succeeded. The holder renews its lease by claiming again;
/// an expired lease may be claimed by anyone. Instances on Postgres pass the database's time ([`crate::instance::now`]), so that
/// they need not agree on a clock.
pub async fn claim_job(tx: &mut Tx, name: &str, holder: &str, now: Micros, until: Micros) -> Result<bool> {
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

/// Releases a job, as at shutdown; does nothing if another instance holds it by now.
pub async fn release_job(tx: &mut Tx, name: &str, holder: &str) -> Result<()> {
    exec!(tx, "delete from job_leases where name = $1 and holder = $2", name, holder)?;
    Ok(())
}

/// The lease of a job.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Lease {
    /// Name of the job.
    pub name: String,
    /// End of the lease. If it is in the past, no instance runs the job.
    pub until: Micros,
}

/// Lists the leases of jobs. Rows named `events:...` are none: earlier releases left them for user-data streams.
pub async fn list_job_leases(from: impl Source) -> Result<Vec<Lease>> {
    rows!(
        Lease,
        from,
        fetch_all,
        "select name, until from job_leases where name not like 'events:%' order by name"
    )
}
