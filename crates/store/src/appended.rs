//! What listeners are notified of when a transaction commits.

use domain::UserId;

/// A committed event: its sequence number and the user it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Sequence number.
    pub seq: i64,
    /// The user it belongs to.
    pub user: UserId,
}
