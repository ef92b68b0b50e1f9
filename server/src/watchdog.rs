//! `slipstream watchdog`: checks a desk's health from anywhere, and alerts when it is down or stuck and when
//! it has recovered. It needs neither the desk's database nor its keys.

mod ask;
mod channel;
mod options;
mod watch;

pub use options::{Options, WatchdogArgs};

use ask::Asker;
use channel::Channel;
use domain::Clock;
use std::{collections::VecDeque, sync::Arc, time::Duration};
use tokio::time::{self, MissedTickBehavior};
use watch::{DeskStateChange, Watch};

/// The maximum number of alerts queued for an unreachable channel. Beyond it the oldest are dropped: the
/// current state matters most.
const MOST: usize = 20;

/// A channel and its undelivered alerts, in order.
struct Ears {
    channel: Channel,
    untold: VecDeque<DeskStateChange>,
}

/// Watches until it is stopped.
///
/// # Errors
/// If the mail settings cannot be used.
pub async fn run(options: Options, clock: Arc<dyn Clock>) -> anyhow::Result<()> {
    let asker = Asker::new(&options.url, options.every)?;
    let mut ears = Vec::new();
    for way in &options.ways {
        ears.push(Ears { channel: Channel::open(way, &options)?, untold: VecDeque::new() });
    }
    let mut watch = Watch::new(options.after);
    let mut beats = time::interval(Duration::from_secs(options.every));
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tracing::info!(url = %asker.shown(), every = options.every, after = options.after, "watchdog started");
    loop {
        beats.tick().await;
        let seen = asker.ask().await;
        if let Err(why) = &seen {
            tracing::warn!(why, "the health check failed");
        }
        if let Some(change) = watch.saw(seen, clock.now()) {
            tracing::warn!(status = change.status(), why = change.why(), "the server's status changed");
            for ear in &mut ears {
                ear.untold.push_back(change.clone());
                while ear.untold.len() > MOST {
                    ear.untold.pop_front();
                }
            }
        }
        // Concurrently: a channel that hangs must not delay another.
        futures::future::join_all(ears.iter_mut().map(|ear| send_queued(ear, asker.shown()))).await;
    }
}

/// Delivers a channel's queued alerts in order; a failed one is retried at the next tick.
async fn send_queued(ear: &mut Ears, url: &str) {
    while let Some(change) = ear.untold.front() {
        if let Err(error) = ear.channel.send(change, url).await {
            tracing::warn!(channel = ear.channel.name(), error = %format!("{error:#}"), "could not send an alert; the next check retries it");
            return;
        }
        tracing::info!(channel = ear.channel.name(), status = change.status(), "alert sent");
        ear.untold.pop_front();
    }
}
