//! Rejected attempts: wrong credentials of programs, forged tokens, missing permissions, too many attempts,
//! requests of other sites. Each is logged, and audited if it concerns a known user.
//!
//! An attempt only changes a counter in memory, so that a flood of them writes nothing, and the time of a response
//! does not reveal whether a key is known. [`flush`], a job of every instance, writes the audit rows: at most one a
//! minute for a user and a reason, with the number of attempts.

use crate::{
    actor::Origin,
    error::Result,
    platform::{
        Platform,
        audit::{self, AuditAction, Via},
    },
};
use domain::{ApiClientId, Micros, UserId, time::MINUTE};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Maximum networks and users that are counted separately.
const MOST: usize = 10_000;
/// At most one log line and one audit row in this time for a subject and a reason.
const QUIET: i64 = MINUTE;

/// Why an attempt was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rejection {
    /// A wrong secret, signature or token of an API client, or an address that it may not be used from.
    Program(Option<ApiClientId>),
    /// A token of `/v1` that the desk did not issue, or one of another issuer that is not for this desk.
    ForgedToken,
    /// A token of `/v1` whose sign-in was ended before it expired.
    EndedToken,
    /// Too many sign-ins, passwords or wrong keys.
    Throttled,
    /// The caller is known, but lacks the role, the permission or the captcha.
    Forbidden,
    /// The request names an unknown host.
    UnknownHost,
    /// The request comes from a page of another site.
    CrossSite,
}

impl Rejection {
    const fn word(self) -> &'static str {
        match self {
            Self::Program(_) => "wrong credentials of an API client",
            Self::ForgedToken => "invalid token",
            Self::EndedToken => "token of an ended sign-in",
            Self::Throttled => "too many attempts",
            Self::Forbidden => "forbidden",
            Self::UnknownHost => "unknown host name",
            Self::CrossSite => "page of another site",
        }
    }

    /// The action in the audit; `None` for what never concerns a known user.
    const fn action(self) -> Option<AuditAction> {
        match self {
            Self::Program(_) => Some(AuditAction::ProgramRejected),
            Self::EndedToken => Some(AuditAction::TokenRejected),
            Self::Throttled => Some(AuditAction::AttemptsThrottled),
            Self::Forbidden => Some(AuditAction::AccessDenied),
            Self::ForgedToken | Self::UnknownHost | Self::CrossSite => None,
        }
    }

    /// The object of the attempt, for the audit.
    fn subject(self) -> String {
        match self {
            Self::Program(Some(client)) => client.to_string(),
            _ => String::new(),
        }
    }
}

/// The user that an attempt concerns, or its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Subject {
    User(UserId),
    Network(IpAddr),
    /// All further networks, when [`MOST`] are counted.
    Others,
}

/// Attempts of one subject for one reason.
struct Entry {
    /// Origin of the last attempt.
    origin: Origin,
    unlogged: u64,
    logged_at: Option<Micros>,
    unwritten: u64,
    written_at: Option<Micros>,
}

impl Entry {
    const fn new(origin: Origin) -> Self {
        Self { origin, unlogged: 0, logged_at: None, unwritten: 0, written_at: None }
    }

    fn is_idle(&self, now: Micros) -> bool {
        self.unwritten == 0 && is_over(self.logged_at, now) && is_over(self.written_at, now)
    }
}

fn is_over(last: Option<Micros>, now: Micros) -> bool {
    // A clock that steps back must not silence anything for longer.
    last.is_none_or(|last| now.since(last).abs() >= QUIET)
}

/// An audit row that is due.
struct Due {
    user: UserId,
    rejection: Rejection,
    origin: Origin,
    count: u64,
}

#[derive(Default)]
struct Book {
    entries: HashMap<(Subject, Rejection), Entry>,
    /// When idle entries were last removed because there were too many.
    swept_at: Option<Micros>,
}

/// The counters.
#[derive(Default)]
pub(crate) struct Rejections(Mutex<Book>);

impl Rejections {
    /// Counts an attempt; returns the number of attempts to log, or `None` while one was logged recently.
    fn count(&self, subject: Subject, rejection: Rejection, origin: &Origin, now: Micros) -> Option<u64> {
        let mut book = self.lock();
        let mut key = (subject, rejection);
        if book.entries.len() >= MOST && !book.entries.contains_key(&key) {
            if is_over(book.swept_at, now) {
                book.entries.retain(|_, entry| !entry.is_idle(now));
                book.swept_at = Some(now);
            }
            // Users are few; the networks of an attack may be many.
            if book.entries.len() >= MOST && !matches!(subject, Subject::User(_)) {
                key = (Subject::Others, rejection);
            }
        }
        let entry = book.entries.entry(key).or_insert_with(|| Entry::new(origin.clone()));
        entry.unlogged = entry.unlogged.saturating_add(1);
        if matches!(subject, Subject::User(_)) {
            entry.unwritten = entry.unwritten.saturating_add(1);
            entry.origin = origin.clone();
        }
        if !is_over(entry.logged_at, now) {
            return None;
        }
        entry.logged_at = Some(now);
        Some(std::mem::take(&mut entry.unlogged))
    }

    /// Takes the rows that are due.
    fn take_due(&self, now: Micros) -> Vec<Due> {
        let mut due = Vec::new();
        let mut book = self.lock();
        for ((subject, rejection), entry) in &mut book.entries {
            if let Subject::User(user) = subject
                && entry.unwritten > 0
                && is_over(entry.written_at, now)
            {
                entry.written_at = Some(now);
                let count = std::mem::take(&mut entry.unwritten);
                due.push(Due { user: *user, rejection: *rejection, origin: entry.origin.clone(), count });
            }
        }
        book.entries.retain(|_, entry| !entry.is_idle(now));
        due
    }

    /// Counts rows that could not be written again.
    fn give_back(&self, due: Vec<Due>) {
        let mut book = self.lock();
        for row in due {
            let key = (Subject::User(row.user), row.rejection);
            let entry = book.entries.entry(key).or_insert_with(|| Entry::new(row.origin));
            entry.unwritten = entry.unwritten.saturating_add(row.count);
            entry.written_at = None;
        }
    }

    /// The number of subjects and reasons that are counted.
    #[cfg(test)]
    pub(crate) fn counted(&self) -> usize {
        self.lock().entries.len()
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a rejected attempt, and logs it unless the same was logged within the last minute. `user` is the user
/// whose account it concerns, if known. The route is in the log line's span.
pub fn note(desk: &Platform, rejection: Rejection, user: Option<UserId>, origin: &Origin) {
    let subject = user.map_or(Subject::Network(origin.network()), Subject::User);
    let Some(attempts) = desk.rejections.count(subject, rejection, origin, desk.clock.now()) else { return };
    let (user, network) = (user.map(|user| user.to_string()), origin.network());
    tracing::warn!(
        reason = rejection.word(),
        user = %user.unwrap_or_default(),
        %network,
        attempts,
        "an attempt was rejected"
    );
}

/// Writes the audit rows that are due.
///
/// # Errors
/// When the database cannot be written; the attempts stay counted.
pub async fn flush(desk: &Platform) -> Result<()> {
    let due = desk.rejections.take_due(desk.clock.now());
    if due.is_empty() {
        return Ok(());
    }
    let written = write(desk, &due).await;
    if written.is_err() {
        desk.rejections.give_back(due);
    }
    written
}

async fn write(desk: &Platform, due: &[Due]) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    for Due { user, rejection, origin, count } in due {
        let Some(action) = rejection.action() else { continue };
        let detail = if *count > 1 { format!("count={count}") } else { String::new() };
        let about = (rejection.subject(), detail);
        let about = (about.0.as_str(), about.1.as_str());
        audit::record_more(desk, &mut tx, Some(*user), action, about, Via::Request(origin)).await?;
    }
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::SECOND;

    fn at(seconds: i64) -> Micros {
        Micros(seconds * SECOND)
    }

    fn from(number: u32) -> Origin {
        Origin::new(IpAddr::from(number.to_be_bytes()), "Test/1.0")
    }

    fn user(number: u128) -> Subject {
        Subject::User(UserId(uuid::Uuid::from_u128(number)))
    }

    #[test]
    fn one_line_and_one_row_a_minute_keep_the_count() {
        let all = Rejections::default();
        let count = |subject, reason, seconds| all.count(subject, reason, &from(1), at(seconds));
        assert_eq!(count(user(1), Rejection::Forbidden, 0), Some(1));
        assert!((1..60).all(|second| count(user(1), Rejection::Forbidden, second).is_none()));
        assert_eq!(count(user(2), Rejection::Forbidden, 5), Some(1), "another user");
        assert_eq!(count(user(1), Rejection::Throttled, 5), Some(1), "another reason");
        assert_eq!(count(user(1), Rejection::Forbidden, 60), Some(60));
        let counts = |seconds| {
            let mut all: Vec<_> = all.take_due(at(seconds)).into_iter().map(|due| due.count).collect();
            all.sort_unstable();
            all
        };
        assert_eq!(counts(61), [1, 1, 61]);
        count(user(1), Rejection::Forbidden, 62);
        assert!(counts(120).is_empty(), "a minute has not passed");
        assert_eq!(counts(121), [1]);
        assert!(counts(300).is_empty());
        assert!(all.lock().entries.is_empty(), "nothing is kept of the past");
    }

    #[test]
    fn rows_that_were_not_written_are_due_again() {
        let all = Rejections::default();
        all.count(user(1), Rejection::EndedToken, &from(1), at(0));
        let due = all.take_due(at(1));
        all.count(user(1), Rejection::EndedToken, &from(2), at(2));
        all.give_back(due);
        let due = all.take_due(at(3));
        assert_eq!((due.len(), due[0].count, due[0].origin.clone()), (1, 2, from(2)));
    }

    #[test]
    fn a_flood_from_many_networks_takes_bounded_memory() {
        let all = Rejections::default();
        let most = u32::try_from(MOST).unwrap();
        let lines = (0..3 * most).filter(|number| {
            let origin = from(*number);
            let network = Subject::Network(origin.network());
            all.count(network, Rejection::CrossSite, &origin, at(0)).is_some()
        });
        assert_eq!(lines.count(), MOST + 1, "all further networks share one line");
        assert!(
            all.count(user(1), Rejection::Forbidden, &from(1), at(0)).is_some(),
            "users are still counted"
        );
        assert!(all.take_due(at(0)).len() == 1 && all.lock().entries.len() == MOST + 2);
        all.take_due(at(60));
        assert!(all.lock().entries.is_empty());
    }
}
