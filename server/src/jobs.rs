//! Background jobs. Each is claimed with a lease, so that only one of several instances runs it.

mod archive;
mod copies;
mod strategies;

use domain::{Symbol, time::SECOND};
use service::{
    Desk, Result, SharedDesk, bot,
    following::{copy, report, risk, strategy},
    identity::{event_webhook, session, sign_in_end},
    messaging::{audit_alarm, notify},
    money::{billing, ledger},
    platform::{audit, rejection},
    trading::{balance_history, equity, key, live, order, reconciler::Reconciler, review},
};
use std::{future::Future, path::Path, time::Duration};
use tokio::{
    task::JoinSet,
    time::{self, Instant, Interval, MissedTickBehavior},
};

/// The running jobs. They end when this is dropped; their progress is in the database.
pub(crate) struct Jobs {
    desk: SharedDesk,
    holder: String,
    /// Jobs that end by themselves when the desk stops, after their current round.
    running: JoinSet<()>,
    /// Jobs that are aborted: they can be repeated without harm and may take long.
    brief: JoinSet<()>,
}

/// Jobs that place or watch orders, move money or send messages: shutdown waits for their current round.
const FINISHED: &[&str] = &["messages", "protections", "billing", "transfers", "risk-closings"];

/// The renewal interval of a running job's lease. With the number of renewals it allows a quarter of an hour.
const RENEWED: Duration = Duration::from_secs(20);
const RENEWALS: u32 = 45;

const TELEGRAM: &str = "telegram";
const ARCHIVE: &str = "archive";

/// Jobs that one instance runs for all.
const LEASED: &[&str] = &[
    "messages",
    "webhooks",
    "audit",
    TELEGRAM,
    "equity",
    "billing",
    "transfers",
    "prune",
    ARCHIVE,
    "backtests",
    "executions",
    "balances",
    "keys",
    "reports",
    "reviews",
    "risk-rules",
    "risk-closings",
    strategies::NAME,
];

/// The leased jobs of this desk. Without a bot there is no Telegram polling.
pub(crate) fn leased(desk: &Desk) -> Vec<&'static str> {
    let polls = notify::telegram::polls(desk);
    LEASED.iter().copied().filter(|name| polls || *name != TELEGRAM).collect()
}

impl Jobs {
    /// Starts all jobs.
    pub(crate) fn start(desk: &SharedDesk, data_dir: &Path) -> Self {
        // The instance name is the lease holder, so that a restarted desk resumes its jobs immediately.
        let holder = desk.instance().to_owned();
        let mut jobs = Self { desk: desk.clone(), holder, running: JoinSet::new(), brief: JoinSet::new() };
        jobs.leased("messages", Duration::from_secs(2), |desk| async move {
            notify::deliver(&desk).await.map(drop)
        });
        jobs.leased("webhooks", Duration::from_secs(1), |desk| async move {
            event_webhook::deliver(&desk).await.map(drop)
        });
        if notify::telegram::polls(desk) {
            jobs.leased(TELEGRAM, Duration::from_secs(1), |desk| async move { bot::poll(&desk).await });
        }
        jobs.leased(
            "audit",
            Duration::from_millis(500),
            |desk| async move { audit::seal(&desk).await.map(drop) },
        );
        jobs.leased("equity", Duration::from_secs(60), |desk| async move { equity::record_all(&desk).await });
        jobs.leased("billing", Duration::from_secs(15), |desk| async move { billing::round(&desk).await });
        jobs.leased(
            "transfers",
            Duration::from_secs(5),
            |desk| async move { ledger::settle_due(&desk).await },
        );
        jobs.leased("reports", Duration::from_secs(60), |desk| async move {
            report::run_due(&desk).await.map(drop)
        });
        jobs.leased("prune", Duration::from_secs(3_600), prune);
        jobs.archive(archive::Files::new(data_dir));
        jobs.leased("reviews", Duration::from_secs(4), |desk| async move { review::check_next(&desk).await });
        jobs.leased("balances", Duration::from_secs(15), |desk| async move {
            balance_history::snapshot(&desk).await
        });
        jobs.leased("keys", Duration::from_secs(key::CHECK_ROUND_S), |desk| async move {
            key::check_due(&desk).await
        });
        jobs.leased(
            "backtests",
            Duration::from_secs(15),
            |desk| async move { strategy::run_due(&desk).await },
        );
        jobs.leased("executions", Duration::from_secs(5), |desk| async move {
            strategy::refresh_executions(&desk).await
        });
        jobs.risk_rules();
        jobs.running.spawn(strategies::run(desk.clone(), jobs.holder.clone()));
        jobs.running.spawn(keep_lease(desk.clone()));
        jobs.running.spawn(keep_orders(desk.clone()));
        jobs.running.spawn(copy::run(desk.following()));
        jobs.running.spawn(copies::follow_up(desk.clone()));
        jobs.running.spawn(order::protection::run(desk.trading()));
        jobs.running.spawn(order::automation::run(desk.trading()));
        jobs.running.spawn(review::watch(desk.trading()));
        jobs.running.spawn(write_rejections(desk.clone()));
        jobs.brief.spawn(watch_audit(desk.clone()));
        jobs.brief.spawn(watch_sign_ins(desk.clone()));
        jobs.brief.spawn(pass_events_on(desk.clone()));
        jobs.brief.spawn(keep_front_page_live(desk.clone()));
        jobs
    }

    /// Two readings of a rule that closes positions are at least five seconds apart, and none is older than ten.
    fn risk_rules(&mut self) {
        self.leased("risk-rules", Duration::from_secs(3), |desk| async move { risk::watch(&desk).await });
        self.leased("risk-closings", Duration::from_secs(2), |desk| async move {
            risk::close_due(&desk.following()).await
        });
    }

    fn archive(&mut self, files: archive::Files) {
        self.leased(ARCHIVE, Duration::from_secs(6 * 3_600), move |desk| {
            let files = files.clone();
            async move { service::platform::archive::run(&desk, &files).await.map(drop) }
        });
    }

    /// Stops the jobs immediately and releases their leases, so that another instance need not wait.
    pub(crate) async fn stop(mut self) {
        self.desk.work.stop();
        self.end(Instant::now()).await;
        if let Err(error) = self.give_back().await {
            tracing::warn!(%error, "could not release the job leases");
        }
        if let Err(error) = self.desk.end_lease().await {
            tracing::warn!(%error, "could not release the instance lease");
        }
    }

    /// Ends the jobs: the rounds that should finish have until `deadline`. The stop must already be signalled
    /// (`service::platform::work`).
    pub(crate) async fn end(&mut self, deadline: Instant) {
        self.brief.shutdown().await;
        while let Ok(Some(_)) = time::timeout_at(deadline, self.running.join_next()).await {}
        self.running.shutdown().await;
    }

    /// Releases the leases.
    pub(crate) async fn give_back(&self) -> Result<()> {
        let mut tx = self.desk.db.begin().await?;
        for name in leased(&self.desk) {
            store::lease::release_job(&mut tx, name, &self.holder).await?;
        }
        Ok(tx.commit().await?)
    }

    fn leased<F>(
        &mut self,
        name: &'static str,
        every: Duration,
        work: impl Fn(SharedDesk) -> F + Send + Sync + 'static,
    ) where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let (desk, holder) = (self.desk.clone(), self.holder.clone());
        let jobs = if FINISHED.contains(&name) { &mut self.running } else { &mut self.brief };
        jobs.spawn(async move {
            let mut beats = time::interval(every);
            beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while beat(&desk, &mut beats).await {
                let done = async {
                    if !claim(&desk, name, &holder, every).await? {
                        return Ok(());
                    }
                    tokio::select! {
                        done = work(desk.clone()) => done,
                        never = renew(&desk, name, &holder, every) => never,
                    }
                };
                if let Err(error) = done.await {
                    tracing::warn!(job = name, %error, "a job failed; will retry");
                }
            }
        });
    }
}

/// Claims the lease. It outlasts the pause between two runs, otherwise the job would move between instances.
async fn claim(desk: &SharedDesk, name: &str, holder: &str, every: Duration) -> Result<bool> {
    let seconds = i64::try_from(every.as_secs()).unwrap_or(i64::MAX);
    claim_for(desk, name, holder, seconds.saturating_mul(2 * SECOND).max(60 * SECOND)).await
}

/// Renews the lease of a long-running job. If the job takes too long, the lease expires and the health check
/// reports it.
async fn renew(desk: &SharedDesk, name: &str, holder: &str, every: Duration) -> Result<()> {
    for _ in 0..RENEWALS {
        time::sleep(RENEWED).await;
        if let Err(error) = claim(desk, name, holder, every).await {
            tracing::warn!(job = name, %error, "could not renew a job lease");
        }
    }
    std::future::pending().await
}

async fn claim_for(desk: &SharedDesk, name: &str, holder: &str, lasting: i64) -> Result<bool> {
    let mut tx = desk.db.begin().await?;
    let now = store::instance::now(&mut tx).await?.unwrap_or_else(|| desk.clock.now());
    let until = now.plus(lasting);
    let ours = store::lease::claim_job(&mut tx, name, holder, now, until).await?;
    tx.commit().await?;
    Ok(ours)
}

/// Waits for the next tick; returns `false` when the desk is stopping.
async fn beat(desk: &SharedDesk, beats: &mut Interval) -> bool {
    tokio::select! {
        biased;
        () = desk.work.stopping() => false,
        _ = beats.tick() => true,
    }
}

async fn prune(desk: SharedDesk) -> Result<()> {
    let now = desk.clock.now();
    session::prune(&desk, now).await?;
    notify::prune(&desk, now).await?;
    billing::prune(&desk).await
}

/// Renews this instance's own lease, without which it sends no orders. Runs on every instance.
async fn keep_lease(desk: SharedDesk) {
    let mut beats = time::interval(Duration::from_secs(1));
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        beats.tick().await;
        let kept = desk.keep_lease().await;
        // Logged once, not every second of an outage.
        if let (Err(error), false) = (&kept, failing) {
            tracing::warn!(%error, "could not renew the instance lease; retrying every second");
        }
        failing = kept.is_err();
    }
}

/// Reconciles orders. Runs on every instance, because intents are claimed one by one.
async fn keep_orders(desk: SharedDesk) {
    let mut reconciler = Reconciler::default();
    let mut beats = time::interval(Duration::from_secs(2));
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while beat(&desk, &mut beats).await {
        if let Err(error) = reconciler.tick(&desk).await {
            tracing::warn!(%error, "could not reconcile unfinished orders; will retry");
        }
    }
}

/// Writes rejected attempts to the audit. Runs on every instance, because each counts its own, and a last time when
/// the desk stops.
async fn write_rejections(desk: SharedDesk) {
    let mut beats = time::interval(Duration::from_secs(2));
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let goes_on = beat(&desk, &mut beats).await;
        if let Err(error) = rejection::flush(&desk).await {
            tracing::warn!(%error, "could not write rejected attempts to the audit log; will retry");
        }
        if !goes_on {
            return;
        }
    }
}

/// Compares the audit log with the newest seal that this instance knows, and notifies the admins of a change. Runs on
/// every instance, because each has its own data folder.
async fn watch_audit(desk: SharedDesk) {
    let mut beats = time::interval(Duration::from_secs(2));
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while beat(&desk, &mut beats).await {
        let watched = async {
            audit::watch(&desk).await?;
            audit_alarm::report_fault(&desk).await
        };
        if let Err(error) = watched.await {
            tracing::warn!(%error, "could not compare the audit log with the last seal; will retry");
        }
    }
}

/// Ends the event streams of sign-ins that another instance or the command line has ended. Runs on every instance.
async fn watch_sign_ins(desk: SharedDesk) {
    let mut beats = time::interval(Duration::from_millis(500));
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while beat(&desk, &mut beats).await {
        if let Err(error) = sign_in_end::refresh(&desk).await {
            tracing::warn!(%error, "could not read which sign-ins have ended; will retry");
        }
    }
}

/// Forwards the events that any instance wrote. Runs on every instance.
async fn pass_events_on(desk: SharedDesk) {
    loop {
        if let Err(error) = live::listen(&desk).await {
            tracing::warn!(%error, "the database event stream stopped; listening again");
        }
        time::sleep(Duration::from_secs(1)).await;
    }
}

/// Keeps the landing page's market subscribed at all times, so that the first visitor sees a price
/// immediately.
async fn keep_front_page_live(desk: SharedDesk) {
    let Ok(symbol) = "BTC/USDT".parse::<Symbol>() else { return };
    while let Err(error) = live::keep_streaming(&desk, &symbol).await {
        tracing::debug!(%error, "could not load the landing page's market yet");
        time::sleep(Duration::from_secs(2)).await;
    }
}

#[cfg(test)]
mod tests;
