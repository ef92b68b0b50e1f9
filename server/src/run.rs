//! Startup and shutdown: the database, the sandbox and unfinished orders come before the first request.

mod candle_import;
mod commands;
mod embedded;
mod instance;
mod lock;
mod master;
mod rehearsal;
mod stop;
mod test_checkout;

pub use candle_import::{CandleFile, import_candles};
pub use commands::{
    assign_plan, backup, checkout_alone, confirm_review, list_reviews, maintenance, make_admin, migrate,
    person, rekey, reset_link, restored, sandbox_alone, verify_audit,
};
pub use rehearsal::{Rehearsal, Rehearsed, SandboxAt, rehearse};

use crate::{
    config::{Config, ExchangeAt},
    front::{self, Front, Limits, Timeouts},
    hosts::Hosts,
    jobs::Jobs,
    network::Network,
    router::{self, Beside},
};
use anyhow::{Context as _, Result};
use axum::Router;
use domain::{Clock, Entropy};
use embedded::Embedded;
use exchange::binance::{Binance, BinanceConfig};
use keep::Lock;
use payment::PaymentGateway;
use sandbox::Sandbox;
use service::{
    Desk, Parts, SharedDesk,
    following::strategy,
    identity::event_webhook,
    messaging::notify,
    platform::{
        secrets::Sealer,
        settings::{Mode, Settings},
        system::{OsEntropy, WallClock},
    },
    trading::{order, review, sandbox_control::SandboxControl},
};
use std::{
    future::Future,
    io,
    net::SocketAddr,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::Path,
    sync::Arc,
    time::Duration,
};
use test_checkout::TestCheckout;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::timeout};

/// How long unfinished orders are reconciled before the first request is accepted; the rest continues
/// concurrently. No new order is sent for a key and market whose last order is unresolved, however long that
/// takes.
const RECONCILING: Duration = Duration::from_secs(10);

/// Write permission of group and others.
const OTHERS_WRITE: u32 = 0o022;

/// Dependencies that a test may replace.
pub struct Machine {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Options of an embedded sandbox.
    pub sandbox: sandbox::Options,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            clock: Arc::new(WallClock),
            entropy: Arc::new(OsEntropy),
            sandbox: sandbox::Options::default(),
        }
    }
}

/// A running desk.
pub struct Running {
    /// The address it listens on.
    pub addr: SocketAddr,
    /// The desk.
    pub desk: SharedDesk,
    /// The embedded sandbox, if there is one.
    pub sandbox: Option<Sandbox>,
    jobs: Jobs,
    serving: JoinHandle<io::Result<()>>,
    stop: watch::Sender<bool>,
    embedded: Option<Embedded>,
    test_checkout: Option<TestCheckout>,
    /// Holds the exclusive lock on the data directory until dropped.
    lock: Lock,
}

/// The options of an embedded sandbox, from the configuration.
fn sandbox_options(config: &Config, machine: &Machine) -> sandbox::Options {
    let limits = if config.sandbox_limits { machine.sandbox.limits } else { sandbox::Limits::NONE };
    let controllable = config.sandbox_control || machine.sandbox.controllable;
    let legacy_listen_key = config.sandbox_legacy_listen_key || machine.sandbox.legacy_listen_key;
    sandbox::Options { limits, controllable, legacy_listen_key, ..machine.sandbox }
}

/// Starts a desk, and returns once it accepts requests.
///
/// # Errors
/// If another desk runs on the data directory, or the database, the sandbox, the master key or the address
/// cannot be used.
pub async fn start(config: Config, machine: Machine) -> Result<Running> {
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    private_dir(&config.data_dir)?;
    let lock = lock::take(&config.data_dir, &*machine.clock)?;
    let data_dir = config.data_dir.clone();
    let (listener, config) = listen(config).await?;
    let addr = listener.local_addr()?;
    let db = database(&config.database_url).await?;
    let sealer = master::checked(&config, &db, &*machine.clock, &machine.entropy).await?;
    let embedded = match config.exchange {
        ExchangeAt::Embedded => Some(Embedded::start(&config, &machine).await?),
        _ => None,
    };
    let network = network(&config);
    let test_checkout = TestCheckout::start(&config, &machine, addr).await?;
    let payments = test_checkout::gateway(&config, test_checkout.as_ref())?;
    let desk = desk(config, machine, (db, sealer), embedded.as_ref(), payments)?;
    // Before anything is claimed: from here on, a process of the same name that still runs can send nothing.
    desk.keep_lease().await?;
    review::begin(&desk).await?;
    strategy::seed(&desk).await?;
    notify::resume(&desk).await?;
    event_webhook::resume(&desk).await?;
    reconcile(&desk).await;
    let sandbox = embedded.as_ref().map(|e| e.sandbox.clone());
    let checkout = test_checkout.as_ref().map(|test| (test_checkout::PATH, test.router()));
    let beside = Beside { sandbox: sandbox.as_ref().map(Sandbox::router), checkout };
    let routes = router::build(&desk, &network, beside)?;
    let jobs = Jobs::start(&desk, &data_dir);
    let (stop, stopped) = watch::channel(false);
    let front = Front { limits: network.limits, timeouts: Timeouts::default(), proxies: network.proxies };
    let serving = tokio::spawn(front.serve(listener, routes, stopped));
    let mode = if desk.settings.mode == Mode::Live { "LIVE" } else { "PAPER" };
    tracing::info!(%addr, url = %desk.settings.public_url, mode, "server ready");
    Ok(Running { addr, desk, sandbox, jobs, serving, stop, embedded, test_checkout, lock })
}

impl Running {
    /// Serves until `shutdown` completes, then stops as [`Running::stop`] does.
    ///
    /// # Errors
    /// If serving failed on its own.
    pub async fn until(mut self, shutdown: impl Future<Output = ()>) -> Result<()> {
        let failed = tokio::select! {
            () = shutdown => None,
            ended = &mut self.serving => Some(ended),
        };
        match failed {
            None => self.stop().await,
            Some(ended) => {
                self.jobs.stop().await;
                ended.context("the HTTP server panicked")?.context("the HTTP server failed")
            }
        }
    }
}

async fn listen(mut config: Config) -> Result<(TcpListener, Config)> {
    let listener = TcpListener::bind(config.addr)
        .await
        .with_context(|| format!("SLIPSTREAM_ADDR: cannot listen on {}", config.addr))?;
    // Port 0 requests any free port: only now is the public URL known.
    if config.settings.public_url == format!("http://{}", config.addr) {
        config.settings.public_url = format!("http://{}", listener.local_addr()?);
    }
    Ok((listener, config))
}

/// Opens the database and runs its migrations.
///
/// # Errors
/// If it cannot be reached, or was migrated by a newer version.
pub async fn database(url: &str) -> Result<store::Db> {
    let db = store::Db::connect(url, &store::Options::default())
        .await
        .context("DATABASE_URL: cannot open the database")?;
    db.migrate().await.context("could not migrate the database")?;
    Ok(db)
}

fn desk(
    config: Config,
    machine: Machine,
    (db, sealer): (store::Db, Sealer),
    embedded: Option<&Embedded>,
    payments: Option<Arc<dyn PaymentGateway>>,
) -> Result<SharedDesk> {
    let Machine { clock, entropy, .. } = machine;
    let (binance, sandbox) = match (&config.exchange, embedded) {
        (ExchangeAt::Binance { spot_url, futures_url }, _) => {
            (BinanceConfig::new(spot_url, futures_url), None)
        }
        (ExchangeAt::Sandbox { url, token }, _) => at_sandbox(url, token.0.clone())?,
        (ExchangeAt::Embedded, Some(embedded)) => {
            at_sandbox(&embedded.url, embedded.sandbox.control_token().to_owned())?
        }
        (ExchangeAt::Embedded, None) => anyhow::bail!("could not start the embedded sandbox"),
    };
    let exchange = Arc::new(Binance::new(binance, Arc::clone(&clock))?);
    let instance = instance::name(&config.data_dir, &*entropy)?;
    let settings = Settings { audit_folder: Some(config.data_dir), ..config.settings };
    Desk::new(Parts { db, exchange, payments, sealer, clock, entropy, settings, sandbox, instance })
}

fn at_sandbox(url: &str, token: String) -> Result<(BinanceConfig, Option<SandboxControl>)> {
    let binance = format!("{url}/binance");
    Ok((BinanceConfig::new(&binance, &binance), Some(SandboxControl::new(url, token)?)))
}

/// Settles what the last run left unfinished before anything new is sent.
async fn reconcile(desk: &SharedDesk) {
    match timeout(RECONCILING, order::sweep(desk)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "could not settle unfinished orders before the start"),
        Err(_) => {
            tracing::warn!(
                "settling unfinished orders takes long; continuing while the first requests are served"
            )
        }
    }
}

/// The network settings, with limits according to the available descriptors.
fn network(config: &Config) -> Network {
    let limits = limits(config);
    tracing::info!(connections = limits.connections, streams = limits.streams, "connection limits");
    let hosts = Hosts::new(&config.settings.public_url, config.addr.ip(), &config.allowed_hosts);
    Network::new(&config.trusted_proxies, hosts, limits)
}

fn limits(config: &Config) -> Limits {
    let descriptors = front::raise_descriptor_limit();
    let limits = Limits::within(descriptors, &config.connections);
    if config.connections.connections.is_some_and(|wanted| wanted > limits.connections) {
        tracing::warn!(
            descriptors,
            "SLIPSTREAM_CONNECTIONS exceeds the limit on open files; raise LimitNOFILE or ulimit -n"
        );
    }
    limits
}

/// Serves routes other than the desk's at their own address.
async fn serve_until(
    config: &Config,
    listener: TcpListener,
    routes: Router,
    stopped: watch::Receiver<bool>,
) -> io::Result<()> {
    // Any number of desks connect to it from one address.
    let limits = Limits { address: usize::MAX, ..limits(config) };
    let front =
        Front { limits, timeouts: Timeouts::default(), proxies: config.trusted_proxies.as_slice().into() };
    front.serve(listener, routes, stopped).await
}

fn private_dir(path: &Path) -> Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("SLIPSTREAM_DATA_DIR: cannot create {}", path.display()))?;
    let mode = std::fs::metadata(path).map(|about| about.permissions().mode()).unwrap_or_default();
    if mode & OTHERS_WRITE != 0 {
        tracing::warn!(
            folder = %path.display(),
            "other users of this machine can write to the data folder; run chmod 700 on it"
        );
    }
    Ok(())
}
