//! What can go wrong with a database, in the few kinds that callers tell apart.

use sqlx::error::{DatabaseError, ErrorKind};
use std::fmt;

/// What a store function answers.
pub type Result<T> = std::result::Result<T, Error>;

/// The kinds of failure that a caller may act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something of that name is there already. On Postgres the transaction is spent: drop it.
    Unique,
    /// It points at something that is not there, or something still points at it.
    ForeignKey,
    /// Others held the database for longer than we wait, or two transactions met: trying again is right.
    Busy,
    /// Anything else: a fault.
    Other,
}

/// A failed statement. Its text names the statement's fault, never the values that it carried.
pub struct Error {
    kind: Kind,
    source: sqlx::Error,
}

impl Error {
    /// What a caller may act on.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether something of that name was there already.
    #[must_use]
    pub fn is_unique(&self) -> bool {
        self.kind == Kind::Unique
    }
}

impl From<sqlx::Error> for Error {
    fn from(source: sqlx::Error) -> Self {
        let kind = match &source {
            sqlx::Error::PoolTimedOut => Kind::Busy,
            sqlx::Error::Database(error) => match error.kind() {
                ErrorKind::UniqueViolation => Kind::Unique,
                ErrorKind::ForeignKeyViolation => Kind::ForeignKey,
                _ if busy(error.as_ref()) => Kind::Busy,
                _ => Kind::Other,
            },
            _ => Kind::Other,
        };
        Self { kind, source }
    }
}

/// Postgres: serialisation failure, deadlock, lock and statement timeouts. SQLite: BUSY and LOCKED, with their
/// extended codes in the higher bytes. The two families of codes cannot be confused: Postgres's have five characters.
fn busy(error: &dyn DatabaseError) -> bool {
    error.code().is_some_and(|code| match code.as_ref() {
        "40001" | "40P01" | "55P03" | "57014" => true,
        code if code.len() < 5 => code.parse::<u16>().is_ok_and(|code| matches!(code & 0xff, 5 | 6)),
        _ => false,
    })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "database: {}", self.source)
    }
}

/// As [`fmt::Display`]: the driver's own `Debug` quotes the row that failed.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.kind)
    }
}

/// Tells no `source`: whoever prints the chain with `Debug` would print the row that failed.
impl std::error::Error for Error {}
