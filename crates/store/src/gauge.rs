//! Figures of the whole install, for its operator's monitoring. Only what an index answers: they are asked for every few
//! seconds.

use crate::{Db, Result, Source};
use domain::Micros;
use sqlx::FromRow;

/// What waits, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Copies that no worker has taken up.
    pub queued: i64,
    /// When the oldest of them was queued.
    pub queued_since: Option<Micros>,
    /// Copies on their way to an exchange.
    pub sending: i64,
    /// Copies that hold a position.
    pub open: i64,
    /// Orders that are not settled.
    pub unfinished_orders: i64,
    /// Mail that has not left yet.
    pub mails: i64,
}

/// A background job's lease.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct JobLease {
    /// The job.
    pub name: String,
    /// Until when somebody holds it. Past: nobody does it.
    pub until: Micros,
}

/// What waits just now.
///
/// # Errors
/// A fault.
pub async fn waiting(db: &Db) -> Result<Waiting> {
    let queued = value!(i64, db, "select count(*) from copies where status = 'QUEUED'")?;
    let queued_since = value!(i64, db, "select min(created_at) from copies where status = 'QUEUED'")?;
    let sending = value!(i64, db, "select count(*) from copies where status = 'SENDING'")?;
    let open = value!(i64, db, "select count(*) from copies where status = 'OPEN'")?;
    let orders = value!(i64, db, "select count(*) from intents where status in ('working', 'waiting')")?;
    let mails = value!(i64, db, "select count(*) from messages where sent_at is null and failed_at is null")?;
    Ok(Waiting {
        queued: queued.unwrap_or(0),
        queued_since: queued_since.map(Micros),
        sending: sending.unwrap_or(0),
        open: open.unwrap_or(0),
        unfinished_orders: orders.unwrap_or(0),
        mails: mails.unwrap_or(0),
    })
}

/// Every job's lease, by name.
///
/// # Errors
/// A fault.
pub async fn leases(from: impl Source) -> Result<Vec<JobLease>> {
    rows!(JobLease, from, fetch_all, "select name, until from job_leases order by name")
}
