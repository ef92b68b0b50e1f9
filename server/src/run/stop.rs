//! Graceful shutdown of a desk.

use super::Running;
use anyhow::{Context as _, Result};
use service::platform::{audit, work};
use std::{future::Future, time::Duration};
use tokio::time::{Instant, timeout, timeout_at};

/// How long requests and orders in progress may take at shutdown. Including the remaining steps, the desk
/// ends within ten seconds: Docker kills it after that.
const FAREWELL: Duration = Duration::from_secs(7);
/// Timeout of the last database operations, so that an unresponsive database does not block the shutdown.
const LAST_WORDS: Duration = Duration::from_millis(700);

impl Running {
    /// Stops the desk: nothing new begins, work in progress finishes or is aborted, and unfinished work is
    /// handed over, so that another instance need not wait for leases to expire.
    ///
    /// # Errors
    /// If serving had already failed.
    pub async fn stop(self) -> Result<()> {
        let Self { desk, mut jobs, mut serving, stop, embedded, test_checkout, sandbox, addr: _, lock } =
            self;
        tracing::info!("shutting down");
        desk.work.stop();
        stop.send_replace(true);
        let deadline = Instant::now() + FAREWELL;
        let (served, (), cut) =
            tokio::join!(timeout_at(deadline, &mut serving), jobs.end(deadline), desk.work.finish(deadline));
        serving.abort();
        if cut > 0 {
            tracing::warn!(
                orders = cut,
                "orders were interrupted by the shutdown; the next start reconciles them"
            );
        }
        // Nothing of this instance sends anything any more: only now may others have what it held.
        // The rows of the last requests would otherwise lack a seal until the next start.
        tokio::join!(
            bounded("could not release unfinished orders", async { work::hand_over(&desk).await }),
            bounded("could not seal the audit log", async { audit::seal(&desk).await.map(drop) }),
        );
        bounded("could not release the job leases", jobs.give_back()).await;
        drop(sandbox);
        drop(test_checkout);
        if let Some(embedded) = embedded {
            embedded.stop().await;
        }
        // Connections that are still in use are abandoned.
        let _ = timeout(LAST_WORDS, desk.db.close()).await;
        drop(lock);
        match served {
            Ok(served) => served.context("the HTTP server panicked")?.context("the HTTP server failed"),
            // Requests that were still being served have been cut off, as intended.
            Err(_) => Ok(()),
        }
    }
}

/// If this fails, the leases expire by themselves.
async fn bounded(failed: &'static str, work: impl Future<Output = service::Result<()>>) {
    match timeout(LAST_WORDS, work).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "{failed}"),
        Err(_) => tracing::warn!("{failed}: the database is not responding"),
    }
}
