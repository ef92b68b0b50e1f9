//! The user-data streams of accounts, which report account changes immediately.

use service::{SharedDesk, trading::account_streams::AccountStreams};
use std::time::Duration;
use tokio::time::{self, MissedTickBehavior};

/// How often streams are opened and closed.
const EVERY: Duration = Duration::from_secs(2);

/// Runs on every instance.
pub(super) async fn follow_up(desk: SharedDesk) {
    let mut streams = AccountStreams::default();
    let mut beats = time::interval(EVERY);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while super::beat(&desk, &mut beats).await {
        if let Err(error) = streams.round(&desk).await {
            tracing::warn!(%error, "could not open or close user-data streams; the next tick retries");
        }
    }
}
