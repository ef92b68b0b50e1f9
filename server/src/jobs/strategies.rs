//! Strategies run on one instance at a time. Their state follows from the database, so another instance takes
//! over when the lease has expired, and resumes at the last processed candles and signals.

use super::claim_for;
use domain::{Micros, time::SECOND};
use service::{SharedDesk, following::strategy::Live};
use std::time::Duration;
use tokio::time::{self, MissedTickBehavior};

/// The name of the lease.
pub(super) const NAME: &str = "strategies";
/// The interval between checks for closed candles: a signal is at most this late.
const BEAT: Duration = Duration::from_secs(1);
/// How long the lease lasts, and after how long it is renewed.
const LEASE: i64 = 15 * SECOND;
const RENEWED: i64 = 5 * SECOND;

/// Runs the strategies while this instance holds the lease.
pub(super) async fn run(desk: SharedDesk, holder: String) {
    let mut live: Option<Live> = None;
    let mut claim_at = Micros(0);
    let mut beats = time::interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while super::beat(&desk, &mut beats).await {
        let now = desk.clock.now();
        if now >= claim_at {
            claim_at = now.plus(RENEWED);
            live = match claim_for(&desk, NAME, &holder, LEASE).await {
                Ok(true) => Some(live.unwrap_or_default()),
                Ok(false) => None,
                Err(error) => {
                    tracing::warn!(%error, "could not read which instance runs the strategies; pausing them until the next tick");
                    None
                }
            };
        }
        if let Some(live) = &mut live
            && let Err(error) = live.round(&desk).await
        {
            tracing::warn!(%error, "could not run the strategies; will retry");
        }
    }
}
