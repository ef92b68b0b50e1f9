//! The operator's commands.

use super::{Machine, database, master, private_dir, sandbox_options, serve_until, test_checkout};
use crate::config::{Config, ExchangeAt};
use anyhow::{Context as _, Result};
use axum::Router;
use domain::{Refusal, account::Person};
use exchange::binance::{Binance, BinanceConfig};
use sandbox::Sandbox;
use service::{
    Desk, Error, Parts, SharedDesk,
    identity::{
        account,
        person::{self, By, UserAction},
        plan,
    },
    platform::{audit, secrets, settings::Settings},
    trading::review,
};
use std::{future::Future, path::Path, sync::Arc};
use store::{Db, Options};
use tokio::{net::TcpListener, sync::watch};

/// Makes a user an admin.
///
/// # Errors
/// If no user has signed up with that e-mail, or the database cannot be used.
pub async fn make_admin(config: Config, email: &str) -> Result<()> {
    let desk = idle_desk(config).await?;
    match account::make_admin(&desk, email).await {
        Err(Error::NotFound | Error::Fields(_)) => {
            anyhow::bail!("no user with the e-mail {email}; they must sign up first")
        }
        other => Ok(other?),
    }
}

/// Finds a user and applies the steps in order; returns the resulting state of the user.
///
/// # Errors
/// If no user has signed up with that e-mail, a step is rejected, or the database cannot be used.
pub async fn person(config: Config, email: &str, steps: &[UserAction]) -> Result<Person> {
    let desk = idle_desk(config).await?;
    let unknown = || anyhow::anyhow!("no user with the e-mail {email}");
    let mut found = match person::find_user(&desk, email).await {
        Err(Error::NotFound | Error::Fields(_)) => return Err(unknown()),
        other => other?,
    };
    for step in steps {
        found = match person::act_on_user(&desk, By::CommandLine, found.id, *step).await {
            Err(Error::Refused(Refusal::LastAdmin)) => {
                anyhow::bail!("{email} is the last admin; make another user an admin first")
            }
            Err(Error::NotFound) => return Err(unknown()),
            other => other?,
        };
    }
    Ok(found)
}

/// Returns a password-reset link for a user who does not receive mail. It works once, within an hour; issuing
/// it is audited.
///
/// # Errors
/// If no user has signed up with that e-mail, or the database cannot be used.
pub async fn reset_link(config: Config, email: &str) -> Result<String> {
    let desk = idle_desk(config).await?;
    match person::reset_link(&desk, email).await {
        Err(Error::NotFound | Error::Fields(_)) => anyhow::bail!("no user with the e-mail {email}"),
        other => Ok(other?),
    }
}

/// Creates or upgrades the tables, as a start of the server does. For installs whose server has no right to.
///
/// # Errors
/// If the database cannot be reached or a migration fails.
pub async fn migrate(config: &Config) -> Result<()> {
    private_dir(&config.data_dir)?;
    database(&config.database_url).await?.close().await;
    Ok(())
}

/// Verifies the hash chain of the audit log, and that it contains a seal that was recorded elsewhere.
///
/// # Errors
/// If a row was changed, removed or moved, a row has no seal although it is older than a minute, the last seal that this
/// data folder knows or `recorded` is missing, or the database cannot be read.
pub async fn verify_audit(config: Config, recorded: Option<&str>) -> Result<audit::Verified> {
    if recorded.is_some_and(|seal| seal.len() != 64 || !seal.chars().all(|c| c.is_ascii_hexdigit())) {
        anyhow::bail!("--last-seal must be 64 hex digits, as `slipstream audit verify` prints them");
    }
    let desk = idle_desk(config).await?;
    let found = audit::verify(&desk, recorded).await?;
    match found.broken {
        Some(what) => {
            anyhow::bail!("the audit log is not intact: {what}; {} rows match their seals", found.rows)
        }
        None => Ok(found),
    }
}

/// Assigns a plan to a user, including private ones; `FREE` revokes an assigned plan. A paid plan continues.
///
/// # Errors
/// If no user has signed up with that e-mail, there is no such plan, or the database cannot be used.
pub async fn assign_plan(config: Config, email: &str, name: &str) -> Result<()> {
    let desk = idle_desk(config).await?;
    match plan::assign_plan(&desk, email, name).await {
        Err(Error::NotFound) => anyhow::bail!("no user with the e-mail {email}; they must sign up first"),
        Err(Error::Fields(problems)) if problems.iter().any(|p| p.field == "plan") => {
            anyhow::bail!("unknown plan {name}; use FREE, BASIC, ADVANCED, PROFESSIONAL or EXPERT")
        }
        Err(Error::Fields(_)) => anyhow::bail!("{email} is not an e-mail address"),
        other => other.map(drop).map_err(Into::into),
    }
}

/// Re-wraps every stored secret with the current master key; returns how many were still under the previous
/// one. Can be interrupted and repeated at any time, while a desk runs that knows both keys.
///
/// # Errors
/// If neither of the two keys is the database's, a secret is under a key that is not configured, or the
/// database cannot be used.
pub async fn rekey(config: Config) -> Result<u64> {
    let desk = idle_desk(config).await?;
    secrets::verify(&desk.db, &desk.sealer, &*desk.clock, &*desk.entropy).await?;
    Ok(secrets::rekey(&desk).await?)
}

/// Switches maintenance mode on or off while instances are running.
///
/// # Errors
/// If the message is too long, or the database cannot be used.
pub async fn maintenance(config: Config, on: bool, message: &str) -> Result<()> {
    let desk = idle_desk(config).await?;
    match service::identity::maintenance::command(&desk, on, message).await {
        Err(Error::Fields(_)) => anyhow::bail!("the message must be one line of at most 300 characters"),
        other => Ok(other?),
    }
}

/// Lists the accounts whose orders at the exchange differ from the database, one line each, followed by the
/// differences.
///
/// # Errors
/// If the database cannot be used.
pub async fn list_reviews(config: Config) -> Result<String> {
    let desk = idle_desk(config).await?;
    let mut text = String::new();
    for review in review::listed(&desk).await? {
        let review::Review { key, name, owner, since, differences } = review;
        text += &format!("{key}  {name} of {owner}, since {since}\n");
        let Some(differences) = differences else {
            text += "    not checked yet\n";
            continue;
        };
        for review::Difference { symbol, what, adopted, .. } in differences {
            let supervised = if adopted { "supervised" } else { "not supervised" };
            text += &format!("    {symbol}: {what}, {supervised}\n");
        }
    }
    Ok(if text.is_empty() { "No account is under review.\n".to_owned() } else { text })
}

/// Puts every futures account under review, after the database was restored by other means than a file of
/// `slipstream backup`. Returns the number of accounts.
///
/// # Errors
/// If the database cannot be used.
pub async fn restored(config: Config) -> Result<u64> {
    let desk = idle_desk(config).await?;
    Ok(review::restored(&desk).await?)
}

/// Confirms the differences of an account: it trades again, within seconds on every instance.
///
/// # Errors
/// If there is no such account under review, or the database cannot be used.
pub async fn confirm_review(config: Config, key: &str) -> Result<()> {
    let id = key.parse().ok().with_context(|| format!("{key} is not a key id"))?;
    let desk = idle_desk(config).await?;
    match review::confirm_by_command(&desk, id).await {
        Err(Error::NotFound) => {
            anyhow::bail!("{key} is not under review; run `slipstream reviews` to list the keys that are")
        }
        other => Ok(other?),
    }
}

/// Copies an SQLite database into a new file while the desk is running. The tables are copied unchanged, so a
/// program of another version than the desk's does not migrate them.
///
/// # Errors
/// If the file exists or cannot be written, or the database is Postgres.
pub async fn backup(config: &Config, file: &Path) -> Result<()> {
    if !config.database_url.starts_with("sqlite:") {
        anyhow::bail!("back up a Postgres database with pg_dump; see docs/OPERATIONS.md");
    }
    let path = config.database_url.trim_start_matches("sqlite:").trim_start_matches("//");
    // Opening would create a missing database, and its copy would look like a backup.
    if !Path::new(path.split('?').next().unwrap_or(path)).is_file() {
        anyhow::bail!("no database found at {path}");
    }
    let db = Db::connect(&config.database_url, &Options::default()).await.context("DATABASE_URL")?;
    db.copy_to(file).await.with_context(|| format!("could not copy the database to {}", file.display()))
}

/// A desk that serves no requests and contacts no exchange.
pub(super) async fn idle_desk(config: Config) -> Result<SharedDesk> {
    desk_at(config, BinanceConfig::new("http://127.0.0.1:9", "http://127.0.0.1:9")).await
}

/// A desk that serves no requests and has no jobs, at this exchange.
pub(super) async fn desk_at(config: Config, binance: BinanceConfig) -> Result<SharedDesk> {
    private_dir(&config.data_dir)?;
    let Machine { clock, entropy, .. } = Machine::default();
    let db = database(&config.database_url).await?;
    let sealer = master::sealer(&config, &db, &entropy).await?;
    let exchange = Arc::new(Binance::new(binance, Arc::clone(&clock))?);
    // A command holds no leases, so a running desk keeps its own.
    let instance = "operator".to_owned();
    let settings = Settings { audit_folder: Some(config.data_dir), ..config.settings };
    Desk::new(Parts {
        db,
        payments: None,
        exchange,
        sealer,
        clock,
        entropy,
        settings,
        sandbox: None,
        instance,
    })
}

/// Serves only the sandbox at `SLIPSTREAM_ADDR` until `shutdown` completes.
///
/// # Errors
/// If its state or the address cannot be used.
pub async fn sandbox_alone(config: &Config, shutdown: impl Future<Output = ()>) -> Result<()> {
    if !matches!(config.exchange, ExchangeAt::Embedded) {
        tracing::warn!("the exchange settings are ignored: this process runs only the sandbox");
    }
    private_dir(&config.data_dir)?;
    let machine = Machine::default();
    let options = sandbox_options(config, &machine);
    let Machine { clock, entropy, .. } = machine;
    let dir = config.data_dir.join("sandbox");
    let sandbox = tokio::task::spawn_blocking(move || Sandbox::open(&dir, clock, entropy, options))
        .await
        .context("the sandbox panicked while opening")?
        .context("could not open the sandbox")?;
    let listener = TcpListener::bind(config.addr)
        .await
        .with_context(|| format!("SLIPSTREAM_ADDR: cannot listen on {}", config.addr))?;
    tracing::info!(addr = %listener.local_addr()?, "sandbox ready at /sandbox");
    let (stop, stopped) = watch::channel(false);
    let routes = Router::new().nest("/sandbox", sandbox.router());
    tokio::select! {
        played = sandbox.run_clock() => played.context("the sandbox market stopped"),
        served = serve_until(config, listener, routes, stopped) => served.context("the HTTP server failed"),
        () = shutdown => {
            stop.send_replace(true);
            Ok(())
        }
    }
}

/// Serves only the test checkout at `SLIPSTREAM_ADDR` until `shutdown` completes: its `/v1` matches Stripe's, so
/// that Stripe clients need only another address.
///
/// # Errors
/// If its state or the address cannot be used.
pub async fn checkout_alone(config: &Config, shutdown: impl Future<Output = ()>) -> Result<()> {
    private_dir(&config.data_dir)?;
    let machine = Machine::default();
    let listener = TcpListener::bind(config.addr)
        .await
        .with_context(|| format!("SLIPSTREAM_ADDR: cannot listen on {}", config.addr))?;
    let addr = listener.local_addr()?;
    let public_url = format!("http://{addr}");
    let options = checkout::Options { public_url, listener: None, controllable: config.sandbox_control };
    let checkout = test_checkout::open(&config.data_dir, &machine, options).await?;
    tracing::info!(%addr, "test checkout ready; its keys are in the data folder under checkout/");
    let (stop, stopped) = watch::channel(false);
    tokio::select! {
        () = checkout.run() => Ok(()),
        served = serve_until(config, listener, checkout.router(), stopped) => served.context("the HTTP server failed"),
        () = shutdown => {
            stop.send_replace(true);
            Ok(())
        }
    }
}
