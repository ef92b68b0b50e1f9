//! Database errors, classified into the few kinds that callers distinguish.

use sqlx::error::{DatabaseError, ErrorKind};
use std::fmt;

/// The result of a store function.
pub type Result<T> = std::result::Result<T, Error>;

/// The kinds of errors that callers may handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// A unique key is already taken. On Postgres the transaction is aborted: drop it.
    Unique,
    /// A referenced row does not exist, or the row is still referenced.
    ForeignKey,
    /// Waiting for the database timed out, or two transactions conflicted; the operation can be retried.
    Busy,
    /// Any other failure.
    Other,
}

/// A failed statement. Its text describes the failure and never contains the statement's values.
pub struct Error {
    kind: StoreErrorKind,
    source: sqlx::Error,
    /// Whether the failed operation was a commit that may have taken effect.
    unconfirmed: bool,
}

impl Error {
    /// Returns the kind of the error.
    #[must_use]
    pub const fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Returns whether a unique key was already taken.
    #[must_use]
    pub fn is_unique(&self) -> bool {
        self.kind == StoreErrorKind::Unique
    }

    /// Returns whether the transaction may have been committed although the database did not confirm it. Running
    /// it again could then write its rows twice.
    #[must_use]
    pub const fn may_be_committed(&self) -> bool {
        self.unconfirmed
    }
}

impl Error {
    /// The error of a commit. After an outage it is unknown whether the commit took effect; every other error means
    /// that it did not.
    pub(crate) fn of_commit(source: sqlx::Error) -> Self {
        let unconfirmed = is_outage(&source);
        Self { unconfirmed, ..Self::from(source) }
    }

    /// Returns this error once more, for another caller whose write was in the same transaction.
    pub(crate) fn for_another(&self) -> Self {
        let source = sqlx::Error::Io(std::io::Error::other(self.source.to_string()));
        Self { kind: self.kind, source, unconfirmed: self.unconfirmed }
    }

    /// The error for using a transaction that the database has ended after an earlier failure.
    pub(crate) fn spent() -> Self {
        sqlx::Error::Protocol("the transaction was aborted by an earlier error; start a new one".to_owned())
            .into()
    }
}

impl From<sqlx::Error> for Error {
    fn from(source: sqlx::Error) -> Self {
        let kind = match &source {
            sqlx::Error::PoolTimedOut => StoreErrorKind::Busy,
            sqlx::Error::Database(error) => match error.kind() {
                ErrorKind::UniqueViolation => StoreErrorKind::Unique,
                ErrorKind::ForeignKeyViolation => StoreErrorKind::ForeignKey,
                _ if busy(error.as_ref()) => StoreErrorKind::Busy,
                _ => StoreErrorKind::Other,
            },
            _ => StoreErrorKind::Other,
        };
        Self { kind, source, unconfirmed: false }
    }
}

/// Postgres: serialization failure, deadlock, lock and statement timeouts. SQLite: BUSY and LOCKED, with their
/// extended codes in the higher bytes. The two families of codes are distinct: Postgres codes have five characters.
fn busy(error: &dyn DatabaseError) -> bool {
    error.code().is_some_and(|code| match code.as_ref() {
        "40001" | "40P01" | "55P03" | "57014" => true,
        code if code.len() < 5 => code.parse::<u16>().is_ok_and(|code| matches!(code & 0xff, 5 | 6)),
        _ => false,
    })
}

/// Returns whether a failure is an outage of the database itself: a full or broken disk, a lost or stopped server,
/// no memory, no available connection. Errors caused by a statement (such as a taken unique key) and conflicts
/// between transactions are not outages.
pub(crate) fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error.code().is_some_and(|code| outage(&code)),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed
        | sqlx::Error::InvalidSavePointStatement => true,
        _ => false,
    }
}

/// Postgres: classes 08 (connection), 53 (resources, including the disk), 57P (shutdown), 58 (system), XX
/// (internal), and a read-only server. SQLite, by the lowest byte: NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT,
/// FULL, CANTOPEN, NOTADB.
fn outage(code: &str) -> bool {
    if code.len() < 5 {
        return code.parse::<u16>().is_ok_and(|code| matches!(code & 0xff, 7..=11 | 13 | 14 | 26));
    }
    code == "25006" || ["08", "53", "57P", "58", "XX"].iter().any(|class| code.starts_with(class))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "database: {}", self.source)
    }
}

/// As [`fmt::Display`], because the driver's own `Debug` output quotes the row that failed.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.kind)
    }
}

/// Has no `source`, because printing the error chain with `Debug` would print the row that failed.
impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::outage;

    #[test]
    fn only_the_databases_own_failures_are_outages() {
        // FULL, IOERR_WRITE, READONLY_DBMOVED; disk_full, admin_shutdown, read_only_sql_transaction.
        for code in ["13", "778", "1032", "53100", "57P01", "25006", "08006"] {
            assert!(outage(code), "{code}");
        }
        // CONSTRAINT_UNIQUE, BUSY, BUSY_SNAPSHOT; unique_violation, deadlock, statement timeout.
        for code in ["2067", "5", "517", "23505", "40P01", "57014"] {
            assert!(!outage(code), "{code}");
        }
    }
}
