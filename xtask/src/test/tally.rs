//! How many tests passed and failed.

use std::fmt;
use std::ops::AddAssign;

/// A count of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
    /// Of those that passed: only when they were repeated. Each is a fault to be found, and is named where it ran.
    pub(super) repeated: u64,
}

impl Tally {
    /// A stage that could not run: one failure, whatever it would have tested.
    pub(super) const BROKEN: Self = Self { passed: 0, failed: 1, repeated: 0 };
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.repeated += other.repeated;
    }
}

impl Tally {
    /// What a table says beside the counts.
    pub(super) fn remark(&self) -> String {
        if self.repeated == 0 { String::new() } else { format!("   ({} only when repeated)", self.repeated) }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}
