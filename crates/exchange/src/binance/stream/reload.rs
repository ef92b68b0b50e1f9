//! The time of an account's next reload, after messages of its stream that cannot be read.

use std::{future::pending, time::Duration};
use tokio::time::{Instant, sleep_until};

/// How soon after the first message the account is reloaded. Further messages until then cause no reload of their own.
const SOONEST: Duration = Duration::from_secs(1);
/// The longest pause while the messages continue: if none can be read any more, each account would otherwise use up
/// the rate limit that all of them share.
const LATEST: Duration = Duration::from_secs(60);

/// The next reload. The pause before it doubles while the messages continue.
pub(super) struct Reload {
    due: Option<Instant>,
    last: Option<Instant>,
    pause: Duration,
}

impl Reload {
    pub(super) const fn new() -> Self {
        Self { due: None, last: None, pause: SOONEST }
    }

    /// Plans a reload because of a message received at `now`, unless one is planned.
    pub(super) fn plan(&mut self, now: Instant) {
        if self.due.is_some() {
            return;
        }
        if self.last.is_none_or(|last| now.saturating_duration_since(last) > LATEST) {
            self.pause = SOONEST;
        }
        self.due = Some(now + self.pause);
    }

    /// Returns when the planned reload is due; never without one.
    pub(super) async fn due(&self) {
        match self.due {
            Some(due) => sleep_until(due).await,
            None => pending().await,
        }
    }

    /// Records the planned reload as done at `now`.
    pub(super) fn done(&mut self, now: Instant) {
        (self.due, self.last) = (None, Some(now));
        self.pause = (self.pause * 2).min(LATEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reloads_become_rarer_while_messages_cannot_be_read() {
        let (mut reload, mut now) = (Reload::new(), Instant::now());
        let mut pauses = Vec::new();
        for quiet in [0, 0, 0, 0, 0, 0, 0, 30, 61] {
            now += Duration::from_secs(quiet);
            reload.plan(now);
            reload.plan(now + Duration::from_millis(10));
            let due = reload.due.unwrap();
            pauses.push((due - now).as_secs());
            now = due;
            reload.done(now);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 1]);
    }
}
