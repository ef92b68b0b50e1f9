//! Metrics of the whole installation, for monitoring. Only what an index can answer, because they are read every
//! few seconds.

use crate::{Db, Result};
use domain::Micros;

/// Numbers of waiting items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Copies that wait for a worker.
    pub queued: i64,
    /// When the oldest of them was queued.
    pub queued_since: Option<Micros>,
    /// Copies whose orders are being sent.
    pub sending: i64,
    /// Copies with an open position.
    pub open: i64,
    /// Orders that are not settled.
    pub unfinished_orders: i64,
    /// Messages that have not been delivered.
    pub mails: i64,
}

/// Counts the waiting items.
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
