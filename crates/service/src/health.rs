//! How the desk really is: not whether a process answers, but whether what people rely on goes on. docs/OPERATIONS.md
//! has the bounds.

mod writes;

pub use writes::writes_succeed;

use crate::{Desk, Result, order::protection::Unprotected};
use domain::{Micros, notification::Channel, time::SECOND};
use std::sync::atomic::{AtomicI64, Ordering};

/// Prices are silent for longer than this: degraded.
const SILENT: i64 = 60 * SECOND;
/// Within this, a stream that spoke says that the exchange answers, and nobody need ask.
const SPEAKS: i64 = 30 * SECOND;
/// Standing work is late: degraded, then stuck.
const LATE: i64 = 30 * SECOND;
const STUCK: i64 = 300 * SECOND;
/// A walk over all open copies takes a while where there are many, and longer where the exchange is slow.
const WALK_LATE: i64 = 120 * SECOND;
/// A position may be without its stop for so long before the desk calls itself degraded.
const UNPROTECTED: i64 = 30 * SECOND;
/// A message may wait for a mail server's grey list.
const MESSAGE_LATE: i64 = 900 * SECOND;

/// When this process last did what every process does again and again.
pub(crate) struct Pulse {
    started: Micros,
    orders: AtomicI64,
    copies: AtomicI64,
}

impl Pulse {
    /// Nothing has been done yet; lateness counts from now.
    pub(crate) const fn new(now: Micros) -> Self {
        Self { started: now, orders: AtomicI64::new(now.0), copies: AtomicI64::new(now.0) }
    }

    /// Unfinished orders were looked at.
    pub(crate) fn orders_kept(&self, now: Micros) {
        self.orders.store(now.0, Ordering::Relaxed);
    }

    /// Open copies were looked at.
    pub(crate) fn copies_kept(&self, now: Micros) {
        self.copies.store(now.0, Ordering::Relaxed);
    }
}

/// How something is. The worst of all is how the desk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// As it should be.
    Ok,
    /// People can use the desk, and somebody should look.
    Degraded,
    /// People cannot use it, or it is stuck.
    Down,
}

impl Status {
    /// The word for it.
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

/// The desk's parts. Times are microseconds; none where nothing waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// A price has come since this process was started.
    pub stream_heard: bool,
    /// How long ago the last price came; before the first, how long ago this process was started.
    pub stream_age: i64,
    /// The background job that is most overdue, and by how much.
    pub latest_job: Option<(String, i64)>,
    /// How long ago unfinished orders were last looked at here.
    pub orders_age: i64,
    /// For how long an order that was being sent has been nobody's.
    pub order_lag: Option<i64>,
    /// How long ago open copies were last looked at here.
    pub copies_age: i64,
    /// How long the first of the signals' copies has waited.
    pub copy_lag: Option<i64>,
    /// The positions that the desk opened, and those that are without their stop.
    pub positions: Unprotected,
    /// Accounts whose orders at the exchange differ from the database, and that an operator has to confirm.
    pub under_review: usize,
    /// Another process has taken this instance's name: nothing is sent from here any more.
    pub name_taken: bool,
    /// How long the first of the messages has waited; mails without a mail server wait for the admin, and do not count.
    pub message_lag: Option<i64>,
}

impl Parts {
    /// Whether the stream alone says that the exchange answers.
    #[must_use]
    pub const fn exchange_speaks(&self) -> bool {
        self.stream_heard && self.stream_age < SPEAKS
    }

    /// The exchange, when it answers or not. Without it people still see what they have, and protective orders stand at
    /// the exchange: never down.
    #[must_use]
    pub fn exchange(&self, answers: bool) -> Status {
        if answers { Status::of(self.stream_age, SILENT, i64::MAX) } else { Status::Degraded }
    }

    /// The background jobs.
    #[must_use]
    pub fn jobs(&self) -> Status {
        Status::of(self.latest_job.as_ref().map_or(0, |job| job.1), LATE, STUCK)
    }

    /// The settling of orders.
    #[must_use]
    pub fn orders(&self) -> Status {
        Status::of(self.orders_age.max(self.order_lag.unwrap_or(0)), LATE, STUCK)
    }

    /// This instance itself: whether it may send orders.
    #[must_use]
    pub const fn instance(&self) -> Status {
        if self.name_taken { Status::Down } else { Status::Ok }
    }

    /// Copies: signals that wait, and the walk over open positions. That one follows the exchange's pace: never down.
    #[must_use]
    pub fn copies(&self) -> Status {
        let walk = Status::of(self.copies_age, WALK_LATE, i64::MAX);
        walk.max(Status::of(self.copy_lag.unwrap_or(0), LATE, STUCK))
    }

    /// Open positions: one that has been without its stop for long is for somebody to look at. Never down: the desk works on it.
    #[must_use]
    pub fn protection(&self) -> Status {
        Status::of(self.positions.oldest, UNPROTECTED, i64::MAX)
    }

    /// Accounts under review: somebody should confirm them. Never down, for everybody else goes on.
    #[must_use]
    pub const fn reviews(&self) -> Status {
        if self.under_review > 0 { Status::Degraded } else { Status::Ok }
    }

    /// The outbox. A mail server's fault, or Telegram's, is not the desk's: never down.
    #[must_use]
    pub fn outbox(&self) -> Status {
        Status::of(self.message_lag.unwrap_or(0), MESSAGE_LATE, i64::MAX)
    }
}

/// The positions that the desk supervises, and those that are without their stop.
#[must_use]
pub fn unprotected(desk: &Desk) -> Unprotected {
    desk.supervision.unprotected(desk.clock.boot())
}

/// Looks at all parts: a few small questions to the database, none to the exchange. `jobs` are the leased jobs that
/// should be running.
///
/// # Errors
/// When the database cannot be asked: then the desk is down.
pub async fn look(desk: &Desk, jobs: &[&str]) -> Result<Parts> {
    let db = &desk.db;
    db.ping().await?;
    let leases = store::lease::jobs(db).await?;
    let (claimed, queued) = (store::intent::oldest_claim(db).await?, store::copy::oldest_queued(db).await?);
    // Without a mail server mails wait for the admin.
    let mail =
        if desk.mailer.sends() { store::message::oldest_waiting(db, Channel::Email).await? } else { None };
    let chat = store::message::oldest_waiting(db, Channel::Telegram).await?;
    let (now, pulse) = (desk.clock.now(), &desk.pulse);
    let ago = |at: Micros| now.since(at).max(0);
    let latest_job = jobs
        .iter()
        .map(|job| {
            let lease = leases.iter().find(|lease| lease.name == *job);
            // Before this process was there, nothing could be late.
            let until = lease.map_or(pulse.started, |lease| lease.until.max(pulse.started));
            ((*job).to_owned(), ago(until))
        })
        .max_by_key(|job| job.1)
        .filter(|job| job.1 > 0);
    let heard = desk.hub.heard();
    Ok(Parts {
        stream_heard: heard.is_some(),
        stream_age: ago(heard.unwrap_or(pulse.started)),
        latest_job,
        orders_age: ago(Micros(pulse.orders.load(Ordering::Relaxed))),
        order_lag: claimed.map(|until| ago(until.max(pulse.started))).filter(|lag| *lag > 0),
        copies_age: ago(Micros(pulse.copies.load(Ordering::Relaxed))),
        copy_lag: queued.map(|at| ago(at.max(pulse.started))),
        positions: unprotected(desk),
        under_review: desk.reviews.count(),
        name_taken: desk.name_is_taken(),
        message_lag: mail.into_iter().chain(chat).min().map(ago),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn well() -> Parts {
        Parts {
            stream_heard: true,
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
        assert!(well().exchange_speaks() && !silent.exchange_speaks());
        assert!(!Parts { stream_heard: false, ..well() }.exchange_speaks(), "nobody has heard it yet");
    }
}
