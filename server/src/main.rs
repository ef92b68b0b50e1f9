//! `slipstream`: serves the desk or runs one of the operator's commands.

mod cli;

use anyhow::{Context as _, Result, anyhow};
use clap::Parser as _;
use cli::{AuditCommand, CandleArgs, Cli, Command, ImportCommand, MaintenanceCommand, RehearseArgs};
use domain::{Frame, account::AccountState, ticket::RawTicket};
use server::{
    config::Config,
    harden,
    run::{self, CandleFile, Machine, Rehearsal, SandboxAt},
    telemetry, watchdog,
};
use service::{following::strategy::Imported, identity::person::UserAction, platform::system::WallClock};
use std::{io::Write as _, process::ExitCode, sync::Arc};
use strategy::candles::Gaps;
use tokio::signal::unix::{SignalKind, signal};

/// mimalloc: a signal to a thousand followers makes a million small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Stack of each worker thread in bytes. Futures that contain each other are polled on one stack, and without
/// optimisation (`cargo xtask run --quick`) a flip of a copied position takes more than the usual 2 MiB. Memory that is
/// never touched costs nothing.
const WORKER_STACK: usize = 16 * 1024 * 1024;

fn main() -> ExitCode {
    harden::process();
    let done = match Cli::try_parse() {
        Ok(cli) => run_command(cli.command),
        Err(refusal) => return refused(&refusal),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed; then the error cannot be reported at all.
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints why a command line was not accepted, or the help or version that it asked for.
fn refused(refusal: &clap::Error) -> ExitCode {
    let printed = refusal.print();
    if refusal.use_stderr() || printed.is_err() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn run_command(command: Option<Command>) -> Result<()> {
    let Some(command) = command else { return within(serve()) };
    match command {
        Command::Sandbox { legacy_listen_key } => sandbox(legacy_listen_key),
        Command::Checkout => within(run::checkout_alone(&configured()?, stop_signal())),
        Command::Plan { email, plan } => {
            within(run::assign_plan(configured()?, &email, &plan))?;
            print_out("The plan was assigned.\n")
        }
        Command::Admin { email } => {
            within(run::make_admin(configured()?, &email))?;
            print_out("The user is now an admin.\n")
        }
        Command::Person { email, actions } => person(&email, &actions.0),
        Command::ResetLink { email } => {
            let link = within(run::reset_link(configured()?, &email))?;
            print_out(&format!("{link}\nThe link works once and expires in one hour.\n"))
        }
        Command::Audit(AuditCommand::Verify { last_seal }) => verify_audit(last_seal.as_deref()),
        Command::Migrate => migrate(),
        Command::Rekey => {
            let done = within(run::rekey(configured()?))?;
            print_out(&format!(
                "{done} secrets were re-encrypted. All secrets now use the current master key.\n"
            ))
        }
        Command::Maintenance(wanted) => maintenance(&wanted),
        Command::Restored => {
            let accounts = within(run::restored(configured()?))?;
            print_out(&format!("{accounts} accounts will be reviewed before they trade.\n"))
        }
        Command::Reviews => print_out(&within(run::list_reviews(configured()?))?),
        Command::Confirm { key } => {
            within(run::confirm_review(configured()?, &key))?;
            print_out("The differences are confirmed. The account can trade again within seconds.\n")
        }
        Command::Rehearse(arguments) => rehearse(arguments),
        Command::Backup { file } => {
            within(run::backup(&configured()?, &file))?;
            print_out(
                "The database was copied. Its secrets can only be decrypted with the master key: back that up separately.\n",
            )
        }
        Command::Watchdog(arguments) => {
            let options = watchdog::Options::read(arguments, |name| std::env::var(name).ok())?;
            telemetry::start(std::env::var("SLIPSTREAM_LOG").is_ok_and(|word| word == "json"));
            within(watch(options))
        }
        Command::Import(ImportCommand::Candles(arguments)) => import(&arguments),
    }
}

fn maintenance(wanted: &MaintenanceCommand) -> Result<()> {
    let (on, message) = match wanted {
        MaintenanceCommand::On { message } => (true, message.join(" ")),
        MaintenanceCommand::Off => (false, String::new()),
    };
    within(run::maintenance(configured()?, on, &message))?;
    let state = if on { "on" } else { "off" };
    print_out(&format!("Maintenance mode is {state}. Every instance applies it within a second.\n"))
}

/// Prints the verdicts on a plan; fails if they differ.
fn rehearse(arguments: RehearseArgs) -> Result<()> {
    let RehearseArgs { key, symbol, side, amount, price, stop, take_profit, sandbox } = arguments;
    let kind = if price.is_some() { "LIMIT" } else { "MARKET" };
    let ticket = RawTicket {
        symbol: Some(symbol),
        kind: Some(kind.to_owned()),
        side: Some(side),
        price,
        amount: Some(amount),
        take_profit_prices: take_profit,
        stop_trigger_type: stop.is_some().then(|| "MARKET".to_owned()),
        stop_trigger_price: stop,
        ..RawTicket::default()
    };
    let sandbox = match sandbox {
        Some(url) => {
            let token = std::env::var("SLIPSTREAM_SANDBOX_TOKEN")
                .context("SLIPSTREAM_SANDBOX_TOKEN must be the sandbox's control token")?;
            Some(SandboxAt { url, token })
        }
        None => None,
    };
    let rehearsed = within(run::rehearse(configured()?, &Rehearsal { key, ticket, sandbox }))?;
    print_out(&rehearsed.report)?;
    if rehearsed.agree { Ok(()) } else { Err(anyhow!("the verdicts differ")) }
}

/// Runs only the sandbox, on request with the listen keys of spot.
fn sandbox(legacy_listen_key: bool) -> Result<()> {
    let mut config = configured()?;
    config.sandbox_legacy_listen_key |= legacy_listen_key;
    within(run::sandbox_alone(&config, stop_signal()))
}

fn migrate() -> Result<()> {
    within(run::migrate(&configured()?))?;
    print_out("The tables are up to date.\n")
}

fn verify_audit(last_seal: Option<&str>) -> Result<()> {
    let found = within(run::verify_audit(configured()?, last_seal))?;
    let head = found.head.unwrap_or_else(|| "none".to_owned());
    print_out(&format!(
        "{} rows are intact, {} are not sealed yet. Last seal: {head}\n",
        found.rows, found.unsealed
    ))
}

fn person(email: &str, actions: &[UserAction]) -> Result<()> {
    let person = within(run::person(configured()?, email, actions))?;
    let state = match person.state {
        AccountState::Active => "active",
        AccountState::Frozen => "frozen",
        AccountState::Suspended => "suspended",
    };
    print_out(&format!(
        "{}: {}, {state}; {} sessions, {} API clients, {} webhooks; signed up {}\n",
        person.email,
        person.role.name(),
        person.sessions,
        person.clients,
        person.webhooks,
        person.created_at
    ))
}

fn import(arguments: &CandleArgs) -> Result<()> {
    let of = match (&arguments.pair, &arguments.timeframe) {
        (Some(pair), Some(frame)) => {
            let pair = pair.parse().map_err(|_| anyhow!("{pair} is not a pair such as BTC/USDT"))?;
            let frame =
                Frame::parse(frame).with_context(|| format!("{frame} is not a timeframe such as 1h"))?;
            Some((pair, frame))
        }
        _ => None,
    };
    let gaps = if arguments.keep_gaps { Gaps::Keep } else { Gaps::Refuse };
    let file = CandleFile { path: &arguments.file, of, gaps };
    let (pair, frame, imported) = within(run::import_candles(configured()?, &file))?;
    let Imported { new, differing, strategies } = imported;
    let differ = match differing {
        0 => String::new(),
        count => format!(" {count} differ from the stored candles and were skipped."),
    };
    let runs = match (new, strategies) {
        (_, 0) => " No strategy uses these candles yet: check the pair and the timeframe.".to_owned(),
        (0, _) => String::new(),
        (_, count) => format!(" Strategies that will be backtested again automatically: {count}."),
    };
    print_out(&format!("Imported {new} new candles of {pair}, {frame}.{differ}{runs}\n"))
}

async fn serve() -> Result<()> {
    let desk = run::start(configured()?, Machine::default()).await?;
    desk.until(stop_signal()).await
}

async fn watch(options: watchdog::Options) -> Result<()> {
    tokio::select! {
        ended = watchdog::run(options, Arc::new(WallClock)) => ended,
        () = stop_signal() => Ok(()),
    }
}

fn configured() -> Result<Config> {
    let config = Config::from_env()?;
    telemetry::start(config.log_json);
    Ok(config)
}

fn within<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(WORKER_STACK)
        .enable_all()
        .build()
        .context("could not start the worker threads")?
        .block_on(work)
}

/// Waits for Ctrl-C or the service manager's SIGTERM.
async fn stop_signal() {
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => drop(terminated.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}

fn print_out(text: &str) -> Result<()> {
    std::io::stdout().write_all(text.as_bytes()).context("could not write to standard output")
}
