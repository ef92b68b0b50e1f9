//! The streams of followers' accounts: they say at once what changes there.

use service::{SharedDesk, copy};
use std::time::Duration;
use tokio::time::{self, MissedTickBehavior};

/// How often streams are opened and closed.
const EVERY: Duration = Duration::from_secs(2);

/// Every instance.
pub(super) async fn follow_up(desk: SharedDesk) {
    let mut watch = copy::Watch::default();
    let mut beats = time::interval(EVERY);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while super::beat(&desk, &mut beats).await {
        if let Err(error) = watch.round(&desk).await {
            tracing::warn!(%error, "followers' streams could not be looked at; they will be again");
        }
    }
}
