//! The operator's commands.

use super::{Machine, database, master, private_dir, sandbox_options, serve_until, test_checkout};
use crate::config::{Config, ExchangeAt};
use ::strategy::candles::{self, Gaps};
use anyhow::{Context as _, Result};
use axum::Router;
use domain::{Frame, Refusal, Symbol, account::Person};
use exchange::binance::{Binance, BinanceConfig};
use sandbox::Sandbox;
use service::{
    Desk, Error, Parts, SharedDesk, account, audit,
    person::{self, By, UserAction},
    plan, review, secrets,
    strategy::{self, Imported},
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
    let mut found = match person::find(&desk, email).await {
        Err(Error::NotFound | Error::Fields(_)) => return Err(unknown()),
        other => other?,
    };
    for step in steps {
        found = match person::act(&desk, By::CommandLine, found.id, *step).await {
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

/// Verifies the hash chain of the audit log.
///
/// # Errors
/// If a row was changed, removed or moved, or the database cannot be read.
pub async fn verify_audit(config: Config) -> Result<audit::Verified> {
    let desk = idle_desk(config).await?;
    let found = audit::verify(&desk).await?;
    match found.broken {
        Some(what) => {
            anyhow::bail!("the audit log was changed: {what}; the {} rows before it are intact", found.rows)
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
    match plan::assign(&desk, email, name).await {
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
    match service::maintenance::command(&desk, on, message).await {
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
        for review::Difference { symbol, what, adopted } in differences {
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

/// A candle file and its content.
pub struct CandleFile<'a> {
    /// The path of the file.
    pub path: &'a Path,
    /// The pair and the candle interval; `None` if the file name contains them, as in Binance's archive:
    /// `BTCUSDT-1h-2022-10.csv`.
    pub of: Option<(Symbol, Frame)>,
    /// Whether gaps are accepted where the exchange itself has no data.
    pub gaps: Gaps,
}

/// Imports the candles of a file, all or none. The desk repeats the affected backtests.
///
/// # Errors
/// If the file cannot be read, with every invalid line; if a candle has not closed yet; or if the database
/// cannot be used.
pub async fn import_candles(config: Config, file: &CandleFile<'_>) -> Result<(Symbol, Frame, Imported)> {
    let (symbol, frame) = match &file.of {
        Some(of) => of.clone(),
        None => named(file.path).context(
            "the file name does not contain a pair and a timeframe; pass them after the file name",
        )?,
    };
    let text = std::fs::read_to_string(file.path)
        .with_context(|| format!("could not read {}", file.path.display()))?;
    let candles = candles::parse(&text, frame, file.gaps)
        .with_context(|| format!("imported nothing from {}", file.path.display()))?;
    let desk = idle_desk(config).await?;
    match strategy::import(&desk, &symbol, frame, &candles).await {
        Ok(imported) => Ok((symbol, frame, imported)),
        Err(Error::Fields(_)) => {
            let last = candles.last().map(|candle| candle.start.to_string()).unwrap_or_default();
            anyhow::bail!("imported nothing: the candle of {last} has not closed yet")
        }
        Err(error) => Err(error.into()),
    }
}

/// Derives pair and interval from a file name.
fn named(path: &Path) -> Option<(Symbol, Frame)> {
    let mut parts = path.file_stem()?.to_str()?.split('-');
    let (joined, frame) = (parts.next()?, Frame::parse(parts.next()?)?);
    let quotes = ["USDT", "USDC", "BUSD", "FDUSD", "BTC"];
    let (base, quote) = quotes.iter().find_map(|quote| Some((joined.strip_suffix(quote)?, quote)))?;
    Some((format!("{base}/{quote}").parse().ok()?, frame))
}

/// A desk that serves no requests and contacts no exchange.
async fn idle_desk(config: Config) -> Result<SharedDesk> {
    private_dir(&config.data_dir)?;
    let Machine { clock, entropy, .. } = Machine::default();
    let db = database(&config.database_url).await?;
    let sealer = master::sealer(&config, &db, &entropy).await?;
    let nowhere = BinanceConfig::new("http://127.0.0.1:9", "http://127.0.0.1:9");
    let exchange = Arc::new(Binance::new(nowhere, Arc::clone(&clock))?);
    // A command holds no leases, so a running desk keeps its own.
    let instance = "operator".to_owned();
    Desk::new(Parts {
        db,
        payments: None,
        exchange,
        sealer,
        clock,
        entropy,
        settings: config.settings,
        sandbox: None,
        instance,
    })
}

/// Serves only the sandbox at `SLIPSTREAM_ADDR` until `told` completes.
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

/// Serves only the test checkout at `SLIPSTREAM_ADDR` until `told` completes: its `/v1` matches Stripe's, so
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails where it stands")]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_gives_symbol_and_frame() {
        let shutdown = |name: &str| named(Path::new(name)).map(|(symbol, frame)| format!("{symbol} {frame}"));
        assert_eq!(shutdown("/data/BTCUSDT-1h.csv").as_deref(), Some("BTC/USDT 1h"));
        assert_eq!(shutdown("ETHBTC-15m-2022-10.csv").as_deref(), Some("ETH/BTC 15m"));
        for unclear in ["candles.csv", "BTCUSDT.csv", "BTCUSDT-1w.csv", "-1h.csv", "USDT-1h.csv"] {
            assert_eq!(shutdown(unclear), None, "{unclear}");
        }
    }
}
