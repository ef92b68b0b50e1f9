//! `slipstream`: serves the desk or runs one of the operator's commands.

use anyhow::{Context as _, Result, anyhow, bail};
use domain::{Frame, account::AccountState};
use server::{
    config::Config,
    harden,
    run::{self, CandleFile, Machine},
    telemetry, watchdog,
};
use service::{person::UserAction, strategy::Imported, system::WallClock};
use std::{io::Write as _, path::Path, process::ExitCode, sync::Arc};
use strategy::candles::Gaps;
use tokio::signal::unix::{SignalKind, signal};

/// mimalloc: a signal to a thousand followers makes a million small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const HELP: &str = "\
Slipstream, a self-hosted crypto trading desk.

Usage:
  slipstream                start the server
  slipstream sandbox [--legacy-listen-key]
                            run only the sandbox exchange, on request with the listen keys that Binance has retired
  slipstream checkout       run only the test checkout
  slipstream admin EMAIL    make a user who has signed up an admin
  slipstream person EMAIL [--suspend | --unsuspend | --freeze | --unfreeze | --trader | --admin | --sign-out |
                    --revoke-programs | --end-webhooks]...
                            show a user, and apply the given actions, for example to contain a compromised account
  slipstream reset-link EMAIL
                            print a password reset link for a user who receives no e-mail
  slipstream audit verify   verify that no row of the audit log was changed or removed
  slipstream plan EMAIL PLAN
                            assign a plan to a user, private plans included; FREE removes it
  slipstream rekey          re-encrypt every stored secret with the current master key
  slipstream maintenance on [MESSAGE]
                            turn on maintenance mode: only admins can sign in; positions stay protected
  slipstream maintenance off
                            turn off maintenance mode
  slipstream restored       run before the first start on a restored Postgres database: reviews every account first
  slipstream reviews        list the accounts whose orders at the exchange differ from the database
  slipstream confirm KEY    confirm the differences of one of these accounts, so that it can trade again
  slipstream backup FILE    copy the SQLite database while the server is running
  slipstream import candles [--keep-gaps] FILE [PAIR TIMEFRAME]
                            import a CSV file of candles for backtests; BTCUSDT-1h.csv needs no pair and timeframe
  slipstream watchdog --url URL [--every 30] [--after 3] --mail-to ADDRESS | --telegram CHAT | --command COMMAND
                            check the server at URL, and send an alert when it goes down and when it is back up
  slipstream --help         print this help
  slipstream --version      print the version

Configuration comes from environment variables; see docs/OPERATIONS.md.
";

fn main() -> ExitCode {
    harden::process();
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match command(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed; then the error cannot be reported at all.
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command(words: &[&str]) -> Result<()> {
    match words {
        ["--help" | "-h" | "help"] => print_out(HELP),
        ["--version" | "-V"] => print_out(concat!("slipstream ", env!("CARGO_PKG_VERSION"), "\n")),
        [] => within(serve()),
        ["sandbox"] => sandbox(false),
        ["sandbox", "--legacy-listen-key"] => sandbox(true),
        ["checkout"] => within(run::checkout_alone(&configured()?, stop_signal())),
        ["plan", email, plan] => {
            within(run::assign_plan(configured()?, email, plan))?;
            print_out("The plan was assigned.\n")
        }
        ["admin", email] => {
            within(run::make_admin(configured()?, email))?;
            print_out("The user is now an admin.\n")
        }
        ["person", email, flags @ ..] => person(email, flags),
        ["reset-link", email] => {
            let link = within(run::reset_link(configured()?, email))?;
            print_out(&format!("{link}\nThe link works once and expires in one hour.\n"))
        }
        ["audit", "verify"] => verify_audit(),
        ["rekey"] => {
            let done = within(run::rekey(configured()?))?;
            print_out(&format!(
                "{done} secrets were re-encrypted. All secrets now use the current master key.\n"
            ))
        }
        ["maintenance", "on", message @ ..] => {
            within(run::maintenance(configured()?, true, &message.join(" ")))?;
            print_out("Maintenance mode is on. Every instance applies it within a second.\n")
        }
        ["maintenance", "off"] => {
            within(run::maintenance(configured()?, false, ""))?;
            print_out("Maintenance mode is off. Every instance applies it within a second.\n")
        }
        ["restored"] => {
            let accounts = within(run::restored(configured()?))?;
            print_out(&format!("{accounts} accounts will be reviewed before they trade.\n"))
        }
        ["reviews"] => print_out(&within(run::list_reviews(configured()?))?),
        ["confirm", key] => {
            within(run::confirm_review(configured()?, key))?;
            print_out("The differences are confirmed. The account can trade again within seconds.\n")
        }
        ["backup", file] => {
            within(run::backup(&configured()?, Path::new(file)))?;
            print_out(
                "The database was copied. Its secrets can only be decrypted with the master key: back that up separately.\n",
            )
        }
        ["watchdog", words @ ..] => {
            let options = watchdog::Options::read(words, |name| std::env::var(name).ok())?;
            telemetry::start(std::env::var("SLIPSTREAM_LOG").is_ok_and(|word| word == "json"));
            within(watch(options))
        }
        ["import", "candles", "--keep-gaps", file @ ..] => import(file, Gaps::Keep),
        ["import", "candles", file @ ..] => import(file, Gaps::Refuse),
        _ => bail!("{}\n\n{HELP}", puzzled(words)),
    }
}

/// Runs only the sandbox, on request with the listen keys of spot.
fn sandbox(legacy_listen_key: bool) -> Result<()> {
    let mut config = configured()?;
    config.sandbox_legacy_listen_key |= legacy_listen_key;
    within(run::sandbox_alone(&config, stop_signal()))
}

/// The arguments of those commands that take any.
const TAKE: [(&str, &str); 9] = [
    ("audit", "verify"),
    (
        "person",
        "EMAIL [--suspend | --unsuspend | --freeze | --unfreeze | --trader | --admin | --sign-out | --revoke-programs | --end-webhooks]...",
    ),
    ("reset-link", "EMAIL"),
    ("admin", "EMAIL"),
    ("plan", "EMAIL PLAN"),
    ("maintenance", "on [MESSAGE] | off"),
    ("confirm", "KEY"),
    ("backup", "FILE"),
    ("import", "candles [--keep-gaps] FILE [PAIR TIMEFRAME]"),
];

/// The error message for a command that cannot be executed.
fn puzzled(words: &[&str]) -> String {
    let known = TAKE.iter().find(|(name, _)| words.first() == Some(name));
    match known {
        Some((name, takes)) if words.len() == 1 => {
            format!("missing argument; usage: slipstream {name} {takes}")
        }
        Some((name, takes)) => format!("wrong arguments; usage: slipstream {name} {takes}"),
        None => format!("unknown command: {}", words.join(" ")),
    }
}

fn verify_audit() -> Result<()> {
    let found = within(run::verify_audit(configured()?))?;
    let head = found.head.unwrap_or_else(|| "none".to_owned());
    print_out(&format!(
        "{} rows are intact, {} are not sealed yet. Last seal: {head}\n",
        found.rows, found.unsealed
    ))
}

fn person(email: &str, flags: &[&str]) -> Result<()> {
    let step = |flag: &&str| {
        let step = flag.strip_prefix("--").and_then(UserAction::parse);
        step.with_context(|| format!("unknown option {flag}\n\n{}", puzzled(&["person"])))
    };
    let steps = flags.iter().map(step).collect::<Result<Vec<_>>>()?;
    let person = within(run::person(configured()?, email, &steps))?;
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

fn import(words: &[&str], gaps: Gaps) -> Result<()> {
    let (path, of) = match words {
        [path] => (Path::new(path), None),
        [path, pair, frame] => {
            let pair = pair.parse().map_err(|_| anyhow!("{pair} is not a pair such as BTC/USDT"))?;
            let frame =
                Frame::parse(frame).with_context(|| format!("{frame} is not a timeframe such as 1h"))?;
            (Path::new(path), Some((pair, frame)))
        }
        _ => bail!("{}", puzzled(&["import"])),
    };
    let file = CandleFile { path, of, gaps };
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

#[cfg(test)]
mod tests {
    use super::puzzled;

    #[test]
    fn a_command_without_its_argument_reports_what_is_missing() {
        assert_eq!(puzzled(&["backup"]), "missing argument; usage: slipstream backup FILE");
        assert_eq!(puzzled(&["backup", "a", "b"]), "wrong arguments; usage: slipstream backup FILE");
        assert_eq!(
            puzzled(&["import"]),
            "missing argument; usage: slipstream import candles [--keep-gaps] FILE [PAIR TIMEFRAME]"
        );
        assert_eq!(puzzled(&["beckup", "a"]), "unknown command: beckup a");
    }
}
