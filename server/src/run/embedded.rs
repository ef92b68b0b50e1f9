//! The sandbox inside this process. The desk reaches it over HTTP like any exchange, on a port of its own that only this
//! machine sees: so it can be asked before the desk itself takes requests, and whatever address the desk listens on.

use super::Machine;
use anyhow::{Context as _, Result};
use axum::Router;
use sandbox::Sandbox;
use std::{net::Ipv4Addr, path::Path, sync::Arc};
use tokio::{net::TcpListener, task::JoinSet};

/// The running sandbox.
pub(super) struct Embedded {
    pub(super) sandbox: Sandbox,
    /// Where its routes are nested.
    pub(super) url: String,
    running: JoinSet<()>,
}

impl Embedded {
    /// Opens the exchange under the data directory and lets its market play.
    pub(super) async fn start(data_dir: &Path, machine: &Machine) -> Result<Self> {
        let (dir, clock, chance) =
            (data_dir.join("sandbox"), Arc::clone(&machine.clock), Arc::clone(&machine.chance));
        let options = machine.sandbox;
        let sandbox = tokio::task::spawn_blocking(move || Sandbox::open(&dir, clock, chance, options))
            .await
            .context("opening the sandbox panicked")?
            .context("the sandbox could not be opened")?;
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("no port for the sandbox")?;
        let url = format!("http://{}/sandbox", listener.local_addr()?);
        let routes = Router::new().nest("/sandbox", sandbox.router());
        let mut running = JoinSet::new();
        running.spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::error!(%error, "the sandbox cannot be reached any more");
            }
        });
        let market = sandbox.clone();
        running.spawn(async move {
            if let Err(error) = market.run_clock().await {
                tracing::error!(%error, "the sandbox's market stands still");
            }
        });
        Ok(Self { sandbox, url, running })
    }

    /// Stops it. Its state is on disk at every moment.
    pub(super) async fn stop(mut self) {
        self.running.shutdown().await;
    }
}
