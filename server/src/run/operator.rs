//! The operator's commands.

use super::{Machine, database, private_dir, sandbox_options, sealer, serve_until};
use crate::config::{Config, ExchangeAt};
use anyhow::{Context as _, Result};
use axum::Router;
use exchange::binance::{Binance, BinanceConfig};
use sandbox::Sandbox;
use service::{Desk, Error, Parts, SharedDesk, account, secrets};
use std::{future::Future, sync::Arc};
use tokio::{net::TcpListener, sync::watch};

/// Makes a person admin.
///
/// # Errors
/// When nobody has signed up with that e-mail, or the database cannot be used.
pub async fn make_admin(config: Config, email: &str) -> Result<()> {
    let desk = idle_desk(config).await?;
    match account::make_admin(&desk, email).await {
        Err(Error::NotFound | Error::Fields(_)) => {
            anyhow::bail!("nobody has signed up as {email}: let them sign up first")
        }
        other => Ok(other?),
    }
}

/// Wraps every stored secret with the present master key; answers how many were still under the one before. May be
/// stopped and run again at any time, beside a running desk that knows both keys.
///
/// # Errors
/// When a secret is under a key that is not configured, or the database cannot be used.
pub async fn rekey(config: Config) -> Result<u64> {
    let desk = idle_desk(config).await?;
    Ok(secrets::rekey(&desk).await?)
}

/// A desk that serves nobody and asks no exchange.
async fn idle_desk(config: Config) -> Result<SharedDesk> {
    private_dir(&config.data_dir)?;
    let Machine { clock, chance, .. } = Machine::default();
    let db = database(&config.database_url).await?;
    let sealer = sealer(&config, &chance)?;
    let nowhere = BinanceConfig::new("http://127.0.0.1:9", "http://127.0.0.1:9");
    let exchange = Arc::new(Binance::new(nowhere, Arc::clone(&clock))?);
    // A command holds no leases: the desk that serves beside it keeps its own.
    let instance = "operator".to_owned();
    Desk::new(Parts {
        db,
        exchange,
        sealer,
        clock,
        chance,
        settings: config.settings,
        sandbox: None,
        instance,
    })
}

/// Serves the sandbox, and nothing else, at `SLIPSTREAM_ADDR` until told to stop.
///
/// # Errors
/// When its state or the address cannot be used.
pub async fn sandbox_alone(config: &Config, told: impl Future<Output = ()>) -> Result<()> {
    if !matches!(config.exchange, ExchangeAt::Embedded) {
        tracing::warn!("where the desk's orders go does not matter to the sandbox itself");
    }
    private_dir(&config.data_dir)?;
    let machine = Machine::default();
    let options = sandbox_options(config, &machine);
    let Machine { clock, chance, .. } = machine;
    let dir = config.data_dir.join("sandbox");
    let sandbox = tokio::task::spawn_blocking(move || Sandbox::open(&dir, clock, chance, options))
        .await
        .context("opening the sandbox panicked")?
        .context("the sandbox could not be opened")?;
    let listener = TcpListener::bind(config.addr)
        .await
        .with_context(|| format!("SLIPSTREAM_ADDR: cannot listen on {}", config.addr))?;
    tracing::info!(addr = %listener.local_addr()?, "the sandbox is ready, under /sandbox");
    let (stop, stopped) = watch::channel(false);
    let routes = Router::new().nest("/sandbox", sandbox.router());
    tokio::select! {
        played = sandbox.run_clock() => played.context("the market stands still"),
        served = serve_until(listener, routes, stopped) => served.context("serving failed"),
        () = told => {
            stop.send_replace(true);
            Ok(())
        }
    }
}
