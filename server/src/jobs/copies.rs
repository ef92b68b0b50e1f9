//! Following copied positions up: the streams of their accounts, and a walk over those that nobody was told of.

use service::{SharedDesk, copy};
use std::time::Duration;
use tokio::time::{self, MissedTickBehavior};

/// How often streams are opened and the walk goes on.
const EVERY: Duration = Duration::from_secs(2);

/// Every instance: copies are looked at one by one, and looking twice does no harm.
pub(super) async fn follow_up(desk: SharedDesk) {
    let mut watch = copy::Watch::default();
    let mut beats = time::interval(EVERY);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while super::beat(&desk, &mut beats).await {
        if let Err(error) = watch.round(&desk).await {
            tracing::warn!(%error, "followers' streams could not be looked at; they will be again");
        }
        if let Err(error) = copy::reconcile(&desk).await {
            tracing::warn!(%error, "open copies could not be looked at; they will be again");
        }
    }
}
