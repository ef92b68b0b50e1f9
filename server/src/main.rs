//! `slipstream`: serves the desk, or does one of the operator's commands.

use anyhow::{Context as _, Result, anyhow, bail};
use domain::{Frame, account::AccountState};
use server::{
    config::Config,
    harden,
    run::{self, CandleFile, Machine},
    telemetry, watchdog,
};
use service::{person::Step, strategy::Imported, system::WallClock};
use std::{io::Write as _, path::Path, process::ExitCode, sync::Arc};
use strategy::candles::Gaps;
use tokio::signal::unix::{SignalKind, signal};

/// A signal to a thousand followers is a million small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const HELP: &str = "\
Slipstream, a self-hosted trading desk.

  slipstream                serve the desk
  slipstream sandbox        run the sandbox exchange alone
  slipstream checkout       run the test checkout alone
  slipstream admin EMAIL    make a person who has signed up an admin
  slipstream person EMAIL [--suspend | --unsuspend | --freeze | --unfreeze | --trader | --admin | --sign-out |
                    --revoke-programs | --end-webhooks]...
                            show a person, and contain an account that is in the wrong hands
  slipstream reset-link EMAIL
                            show a link that sets a new password, for a person who gets no mail
  slipstream audit verify   check that no row of the audit was changed or removed
  slipstream plan EMAIL PLAN
                            give a person a plan, private ones as well; FREE takes it back
  slipstream rekey          seal every stored secret under the present master key
  slipstream maintenance on [MESSAGE]
                            close the desk to everybody but its operator; positions are still protected
  slipstream maintenance off
                            open it again
  slipstream restored       before the first start on a restored Postgres database: check every account first
  slipstream reviews        list the accounts whose orders at the exchange differ from the database
  slipstream confirm KEY    confirm how one of them differs: it trades again
  slipstream backup FILE    copy the SQLite database while it is used
  slipstream import candles [--keep-gaps] FILE [PAIR TIMEFRAME]
                            store a CSV file of candles for backtests; BTCUSDT-1h.csv tells both by its name
  slipstream watchdog --url URL [--every 30] [--after 3] --mail-to ADDRESS | --telegram CHAT | --command COMMAND
                            ask the desk at URL how it is, from anywhere, and tell when it is down and when it is back
  slipstream --help         this text
  slipstream --version      the version

Configuration is environment variables; docs/OPERATIONS.md lists them.
";

fn main() -> ExitCode {
    harden::process();
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match command(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed: there is nobody left to tell.
            let _ = writeln!(std::io::stderr(), "slipstream: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command(words: &[&str]) -> Result<()> {
    match words {
        ["--help" | "-h" | "help"] => say(HELP),
        ["--version" | "-V"] => say(concat!("slipstream ", env!("CARGO_PKG_VERSION"), "\n")),
        [] => within(serve()),
        ["sandbox"] => within(run::sandbox_alone(&configured()?, told_to_stop())),
        ["checkout"] => within(run::checkout_alone(&configured()?, told_to_stop())),
        ["plan", email, plan] => {
            within(run::assign_plan(configured()?, email, plan))?;
            say("That person has the plan now.\n")
        }
        ["admin", email] => {
            within(run::make_admin(configured()?, email))?;
            say("That person is admin now.\n")
        }
        ["person", email, flags @ ..] => person(email, flags),
        ["reset-link", email] => {
            let link = within(run::reset_link(configured()?, email))?;
            say(&format!("{link}\nIt works once, within an hour.\n"))
        }
        ["audit", "verify"] => verify_audit(),
        ["rekey"] => {
            let done = within(run::rekey(configured()?))?;
            say(&format!("{done} secrets were sealed anew; all are under the present master key.\n"))
        }
        ["maintenance", "on", message @ ..] => {
            within(run::maintenance(configured()?, true, &message.join(" ")))?;
            say("The desk is closed. Every instance knows within a second.\n")
        }
        ["maintenance", "off"] => {
            within(run::maintenance(configured()?, false, ""))?;
            say("The desk is open. Every instance knows within a second.\n")
        }
        ["restored"] => {
            let accounts = within(run::restored(configured()?))?;
            say(&format!("{accounts} accounts are checked before they trade.\n"))
        }
        ["reviews"] => say(&within(run::list_reviews(configured()?))?),
        ["confirm", key] => {
            within(run::confirm_review(configured()?, key))?;
            say("The differences are confirmed. Every instance knows within seconds.\n")
        }
        ["backup", file] => {
            within(run::backup(&configured()?, Path::new(file)))?;
            say(
                "The database is copied. Without the master key its secrets cannot be opened: keep that elsewhere.\n",
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

/// What commands take that take something.
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

/// What is wrong with a command that cannot be carried out.
fn puzzled(words: &[&str]) -> String {
    let known = TAKE.iter().find(|(name, _)| words.first() == Some(name));
    match known {
        Some((name, takes)) if words.len() == 1 => format!("{name} needs more: slipstream {name} {takes}"),
        Some((name, takes)) => format!("{name} is used otherwise: slipstream {name} {takes}"),
        None => format!("no such command: {}", words.join(" ")),
    }
}

fn verify_audit() -> Result<()> {
    let found = within(run::verify_audit(configured()?))?;
    let head = found.head.unwrap_or_else(|| "none".to_owned());
    say(&format!(
        "{} rows are as they were written, {} are not sealed yet. The last seal is {head}\n",
        found.rows, found.unsealed
    ))
}

fn person(email: &str, flags: &[&str]) -> Result<()> {
    let step = |flag: &&str| {
        let step = flag.strip_prefix("--").and_then(Step::parse);
        step.with_context(|| format!("no such step: {flag}\n\n{}", puzzled(&["person"])))
    };
    let steps = flags.iter().map(step).collect::<Result<Vec<_>>>()?;
    let person = within(run::person(configured()?, email, &steps))?;
    let state = match person.state {
        AccountState::Active => "active",
        AccountState::Frozen => "frozen",
        AccountState::Suspended => "suspended",
    };
    say(&format!(
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
            let pair = pair.parse().map_err(|_| anyhow!("{pair} is no pair, such as BTC/USDT"))?;
            let frame =
                Frame::parse(frame).with_context(|| format!("{frame} is no timeframe, such as 1h"))?;
            (Path::new(path), Some((pair, frame)))
        }
        _ => bail!("which file?\n\n{HELP}"),
    };
    let file = CandleFile { path, of, gaps };
    let (pair, frame, imported) = within(run::import_candles(configured()?, &file))?;
    let Imported { new, differing, strategies } = imported;
    let differ = match differing {
        0 => String::new(),
        count => format!(" {count} differ from those that the desk has, and were left out."),
    };
    let runs = match (new, strategies) {
        (_, 0) => " No strategy with rules trades these candles yet: check pair and timeframe.".to_owned(),
        (0, _) => String::new(),
        (_, count) => format!(" The desk backtests the strategies over them by itself: {count}."),
    };
    say(&format!("{new} candles of {pair}, {frame}, are new.{differ}{runs}\n"))
}

async fn serve() -> Result<()> {
    let desk = run::start(configured()?, Machine::default()).await?;
    desk.until(told_to_stop()).await
}

async fn watch(options: watchdog::Options) -> Result<()> {
    tokio::select! {
        ended = watchdog::run(options, Arc::new(WallClock)) => ended,
        () = told_to_stop() => Ok(()),
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
        .context("no threads to run on")?
        .block_on(work)
}

/// Ctrl-C, or the word of a service manager.
async fn told_to_stop() {
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

fn say(text: &str) -> Result<()> {
    std::io::stdout().write_all(text.as_bytes()).context("nobody reads what I say")
}

#[cfg(test)]
mod tests {
    use super::puzzled;

    #[test]
    fn a_command_without_its_argument_is_told_what_is_missing() {
        assert_eq!(puzzled(&["backup"]), "backup needs more: slipstream backup FILE");
        assert_eq!(puzzled(&["backup", "a", "b"]), "backup is used otherwise: slipstream backup FILE");
        assert_eq!(
            puzzled(&["import"]),
            "import needs more: slipstream import candles [--keep-gaps] FILE [PAIR TIMEFRAME]"
        );
        assert_eq!(puzzled(&["beckup", "a"]), "no such command: beckup a");
    }
}
