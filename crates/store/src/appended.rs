//! The notification of an event, sent to listeners when its transaction commits.

use domain::UserId;

/// A committed event: its sequence number and the user it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Sequence number.
    pub seq: i64,
    /// The user it belongs to.
    pub user: UserId,
}
