//! The outcome of one attempt at a queued copy.

use crate::trading::eligibility::No;
use domain::{
    copy::{Reason, WaitReason},
    order_failure::OrderFailure,
};

/// The outcome of one attempt at a queued copy.
pub(super) enum AttemptOutcome {
    /// The copy was traded, or another instance holds it now.
    Done,
    /// The copy is skipped.
    No(Reason, Option<String>),
    /// The copy cannot be decided now.
    Later(WaitReason),
    /// An exit failed, for this reason, and is retried.
    Refused(OrderFailure),
    /// The exit was carried out by an intent that does not update the exit's copy.
    Exited,
}

impl From<No> for AttemptOutcome {
    fn from((reason, detail): No) -> Self {
        Self::No(reason, detail)
    }
}
