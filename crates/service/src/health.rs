//! Health of the desk: not only whether the process answers, but whether orders, copies, jobs and messages
//! make progress. docs/OPERATIONS.md lists the thresholds.

mod writes;

pub use writes::writes_succeed;

use crate::{Desk, error::Result, trading::order::protection::Unprotected};
use domain::{Micros, notification::Channel, time::SECOND};

/// Silence of the price stream after which the desk is degraded.
const SILENT: i64 = 60 * SECOND;
/// A price received within this time proves that the exchange answers; no request is needed.
const PRICE_PROOF: i64 = 30 * SECOND;
/// Delay after which background work makes the desk degraded, or down.
const LATE: i64 = 30 * SECOND;
const STUCK: i64 = 300 * SECOND;
/// As `LATE`, for a pass over all open copies: it takes a while if there are many, and longer if the exchange
/// is slow.
const COPIES_LATE: i64 = 120 * SECOND;
/// How long a position may lack its stop before the desk is degraded.
const UNPROTECTED: i64 = 30 * SECOND;
/// How long a message may wait before the desk is degraded: allows for greylisting mail servers.
const MESSAGE_LATE: i64 = 900 * SECOND;

/// Health of a part. The health of the desk is the worst of all parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Healthy.
    Ok,
    /// The desk can be used, but needs attention.
    Degraded,
    /// The desk cannot be used, or is stuck.
    Down,
}

impl Status {
    /// Name of the status.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Degraded => "degraded",
            Self::Down => "down",
        }
    }

    fn of(lag: i64, late: i64, stuck: i64) -> Self {
        if lag > stuck {
            Self::Down
        } else if lag > late {
            Self::Degraded
        } else {
            Self::Ok
        }
    }
}

/// Measurements of the desk's parts. Times are in microseconds; `None` if nothing is waiting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Whether a price has arrived since this process started.
    pub stream_received: bool,
    /// Time since the last price; before the first one, since this process started.
    pub stream_age: i64,
    /// The most overdue background job, and by how much.
    pub latest_job: Option<(String, i64)>,
    /// Time since this process last inspected unfinished orders.
    pub orders_age: i64,
    /// How long an order that was being sent has had no owner.
    pub order_lag: Option<i64>,
    /// Time since this process last inspected open copies.
    pub copies_age: i64,
    /// How long the oldest queued copy has waited.
    pub copy_lag: Option<i64>,
    /// The supervised positions, and those that lack their stop.
    pub positions: Unprotected,
    /// Number of accounts whose orders at the exchange differ from the database and await an operator's
    /// confirmation.
    pub under_review: usize,
    /// Whether another process has taken this instance's name; this one then sends nothing.
    pub name_taken: bool,
    /// How long the oldest message has waited. Without a mail server, mails wait for the admin and do not
    /// count.
    pub message_lag: Option<i64>,
    /// How the audit log was found to be changed; `None` while it is intact.
    pub audit_fault: Option<String>,
}

impl Parts {
    /// Whether the price stream alone proves that the exchange answers.
    #[must_use]
    pub const fn exchange_answers(&self) -> bool {
        self.stream_received && self.stream_age < PRICE_PROOF
    }

    /// Health of the exchange connection; `answers` is whether the exchange answers requests. Never down:
    /// users still see their data, and protective orders rest at the exchange.
    #[must_use]
    pub fn exchange(&self, answers: bool) -> Status {
        if answers { Status::of(self.stream_age, SILENT, i64::MAX) } else { Status::Degraded }
    }

    /// Health of the background jobs.
    #[must_use]
    pub fn jobs(&self) -> Status {
        Status::of(self.latest_job.as_ref().map_or(0, |job| job.1), LATE, STUCK)
    }

    /// Health of order settlement.
    #[must_use]
    pub fn orders(&self) -> Status {
        Status::of(self.orders_age.max(self.order_lag.unwrap_or(0)), LATE, STUCK)
    }

    /// Health of this instance: whether it may send orders.
    #[must_use]
    pub const fn instance(&self) -> Status {
        if self.name_taken { Status::Down } else { Status::Ok }
    }

    /// Health of copy trading: queued copies and the pass over open positions. The pass alone is never down,
    /// since its speed depends on the exchange.
    #[must_use]
    pub fn copies(&self) -> Status {
        let walk = Status::of(self.copies_age, COPIES_LATE, i64::MAX);
        walk.max(Status::of(self.copy_lag.unwrap_or(0), LATE, STUCK))
    }

    /// Health of position protection: degraded if a position has lacked its stop for too long. Never down,
    /// since the desk works on it.
    #[must_use]
    pub fn protection(&self) -> Status {
        Status::of(self.positions.oldest, UNPROTECTED, i64::MAX)
    }

    /// Health of reviews: degraded while an account awaits confirmation. Never down, since other accounts are
    /// not affected.
    #[must_use]
    pub const fn reviews(&self) -> Status {
        if self.under_review > 0 { Status::Degraded } else { Status::Ok }
    }

    /// Health of the audit log. Never down: trading does not depend on it.
    #[must_use]
    pub const fn audit(&self) -> Status {
        if self.audit_fault.is_some() { Status::Degraded } else { Status::Ok }
    }

    /// Health of the outbox. Never down: failures of the mail server or of Telegram are not the desk's.
    #[must_use]
    pub fn outbox(&self) -> Status {
        Status::of(self.message_lag.unwrap_or(0), MESSAGE_LATE, i64::MAX)
    }
}

/// The supervised positions, and those that lack their stop.
#[must_use]
pub fn unprotected(desk: &Desk) -> Unprotected {
    desk.supervision.unprotected(desk.clock.boot())
}

/// Measures all parts with a few small queries; asks the exchange nothing. `jobs` are the leased jobs that
/// should be running.
///
/// # Errors
/// When the database does not answer: the desk is then down.
pub async fn measure(desk: &Desk, jobs: &[&str]) -> Result<Parts> {
    let db = &desk.db;
    db.ping().await?;
    let leases = store::lease::list_job_leases(db).await?;
    let (claimed, queued) = (store::intent::oldest_claim(db).await?, store::copy::oldest_queued(db).await?);
    // Without a mail server, mails wait for the admin.
    let mail =
        if desk.mailer.sends() { store::message::oldest_waiting(db, Channel::Email).await? } else { None };
    let chat = store::message::oldest_waiting(db, Channel::Telegram).await?;
    let (now, heartbeats) = (desk.clock.now(), &desk.heartbeats);
    let ago = |at: Micros| now.since(at).max(0);
    // Leases end by the database's clock, not by that of their holder or of this instance.
    let (running, lease_clock) = (ago(heartbeats.started), store::instance::now(db).await?.unwrap_or(now));
    let latest_job = jobs
        .iter()
        .map(|job| {
            let lease = leases.iter().find(|lease| lease.name == *job);
            // Lateness counts from the start of this process at the earliest.
            let late = lease.map_or(running, |lease| lease_clock.since(lease.until).clamp(0, running));
            ((*job).to_owned(), late)
        })
        .max_by_key(|job| job.1)
        .filter(|job| job.1 > 0);
    let last_price_at = desk.hub.last_price_at();
    Ok(Parts {
        stream_received: last_price_at.is_some(),
        stream_age: ago(last_price_at.unwrap_or(heartbeats.started)),
        latest_job,
        orders_age: ago(heartbeats.orders_at()),
        order_lag: claimed.map(|until| ago(until.max(heartbeats.started))).filter(|lag| *lag > 0),
        copies_age: ago(heartbeats.copies_at()),
        copy_lag: queued.map(|at| ago(at.max(heartbeats.started))),
        positions: unprotected(desk),
        under_review: desk.reviews.count(),
        name_taken: desk.name_is_taken(),
        message_lag: mail.into_iter().chain(chat).min().map(ago),
        audit_fault: desk.audit_fault().map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn well() -> Parts {
        Parts {
            stream_received: true,
            stream_age: 0,
            latest_job: None,
            orders_age: 0,
            order_lag: None,
            copies_age: 0,
            copy_lag: None,
            positions: Unprotected::default(),
            under_review: 0,
            name_taken: false,
            message_lag: None,
            audit_fault: None,
        }
    }

    #[test]
    fn late_is_degraded_and_stuck_is_down() {
        let job = |lag| Parts { latest_job: Some(("mail".into(), lag)), ..well() }.jobs();
        assert_eq!([job(LATE), job(LATE + 1), job(STUCK + 1)], [Status::Ok, Status::Degraded, Status::Down]);
        let orders = |age, lag| Parts { orders_age: age, order_lag: lag, ..well() }.orders();
        assert_eq!(orders(0, None), Status::Ok);
        assert_eq!(orders(0, Some(STUCK + 1)), Status::Down);
        assert_eq!(orders(LATE + 1, None), Status::Degraded);
        assert_eq!(Parts { name_taken: true, ..well() }.instance(), Status::Down, "it cannot send orders");
        assert_eq!(well().instance(), Status::Ok);
        let copies = |age, lag| Parts { copies_age: age, copy_lag: lag, ..well() }.copies();
        assert_eq!(copies(i64::MAX - 1, None), Status::Degraded, "the exchange's pace is not ours");
        assert_eq!(copies(0, Some(STUCK + 1)), Status::Down);
    }

    #[test]
    fn a_position_without_its_stop_for_half_a_minute_is_degraded() {
        let parts = |oldest| Parts { positions: Unprotected { oldest, ..Unprotected::default() }, ..well() };
        assert_eq!(parts(UNPROTECTED).protection(), Status::Ok);
        assert_eq!(parts(UNPROTECTED + 1).protection(), Status::Degraded);
        assert_eq!(parts(i64::MAX - 1).protection(), Status::Degraded);
    }

    #[test]
    fn a_changed_audit_log_is_degraded() {
        assert_eq!(well().audit(), Status::Ok);
        let changed = Parts { audit_fault: Some("seal 2 is missing".into()), ..well() };
        assert_eq!(changed.audit(), Status::Degraded);
    }

    #[test]
    fn an_account_under_review_is_degraded() {
        assert_eq!(well().reviews(), Status::Ok);
        assert_eq!(Parts { under_review: 1, ..well() }.reviews(), Status::Degraded);
    }

    #[test]
    fn neither_the_exchange_nor_a_mail_server_takes_the_desk_down() {
        let silent = Parts { stream_age: i64::MAX - 1, message_lag: Some(i64::MAX - 1), ..well() };
        assert_eq!([silent.exchange(true), silent.exchange(false)], [Status::Degraded; 2]);
        assert_eq!(silent.outbox(), Status::Degraded);
        assert_eq!([well().exchange(true), well().outbox()], [Status::Ok; 2]);
        assert!(well().exchange_answers() && !silent.exchange_answers());
        assert!(
            !Parts { stream_received: false, ..well() }.exchange_answers(),
            "no stream message has arrived yet"
        );
    }
}
