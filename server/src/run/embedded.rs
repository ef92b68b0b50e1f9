//! The sandbox inside this process. The desk reaches it over HTTP like any exchange, on a separate port bound
//! to this machine: so it is available before the desk accepts requests, whatever address the desk listens
//! on. It has its own runtime: neither blocks the other, and stopping it ends everything it still holds.

use super::{Machine, sandbox_options};
use crate::config::Config;
use anyhow::{Context as _, Result};
use axum::Router;
use sandbox::Sandbox;
use std::{
    net::{Ipv4Addr, TcpListener},
    sync::Arc,
    time::Duration,
};
use tokio::runtime::{Builder, Runtime};

/// Shutdown timeout. Its requests take milliseconds, and there is no end of a stream to wait for.
const FAREWELL: Duration = Duration::from_secs(1);

/// The running sandbox.
pub(super) struct Embedded {
    pub(super) sandbox: Sandbox,
    /// The base URL of its routes.
    pub(super) url: String,
    threads: Option<Runtime>,
}

impl Embedded {
    /// Opens the exchange below the data directory and starts its market.
    pub(super) async fn start(config: &Config, machine: &Machine) -> Result<Self> {
        let options = sandbox_options(config, machine);
        let dir = config.data_dir.join("sandbox");
        let (clock, entropy) = (Arc::clone(&machine.clock), Arc::clone(&machine.entropy));
        let sandbox = tokio::task::spawn_blocking(move || Sandbox::open(&dir, clock, entropy, options))
            .await
            .context("the sandbox panicked while opening")?
            .context("could not open the sandbox")?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port for the sandbox")?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}/sandbox", listener.local_addr()?);
        let threads =
            Builder::new_multi_thread().worker_threads(1).thread_name("sandbox").enable_all().build()?;
        threads.spawn(serve(listener, sandbox.clone()));
        threads.spawn(play(sandbox.clone()));
        Ok(Self { sandbox, url, threads: Some(threads) })
    }

    /// Stops the sandbox and releases its state, which is always on disk.
    pub(super) async fn stop(mut self) {
        if let Some(threads) = self.threads.take() {
            let stopped = tokio::task::spawn_blocking(move || threads.shutdown_timeout(FAREWELL)).await;
            if let Err(error) = stopped {
                tracing::error!(%error, "could not shut down the sandbox cleanly");
            }
        }
    }
}

/// Dropping a runtime inside another one must not block.
impl Drop for Embedded {
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

async fn serve(listener: TcpListener, sandbox: Sandbox) {
    let served = async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        axum::serve(listener, Router::new().nest("/sandbox", sandbox.router())).await
    };
    if let Err(error) = served.await {
        tracing::error!(%error, "the sandbox stopped serving");
    }
}

async fn play(sandbox: Sandbox) {
    if let Err(error) = sandbox.run_clock().await {
        tracing::error!(%error, "the sandbox market stopped");
    }
}
