//! The command line of `slipstream`. The doc comments are the texts of `--help`.

use clap::{Arg, ArgAction, ArgMatches, Args, FromArgMatches, Parser, Subcommand};
use server::watchdog::WatchdogArgs;
use service::identity::person::UserAction;
use std::path::PathBuf;

/// Slipstream, a self-hosted crypto trading desk. Without a command it starts the server.
#[derive(Parser)]
#[command(
    name = "slipstream",
    version,
    after_help = "Configuration comes from environment variables; see docs/OPERATIONS.md."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run only the sandbox exchange
    Sandbox {
        /// Serve the listen keys of spot, which Binance has retired
        #[arg(long)]
        legacy_listen_key: bool,
    },
    /// Run only the test checkout
    Checkout,
    /// Make a user who has signed up an admin
    Admin {
        /// The user's address
        email: String,
    },
    /// Show a user, and apply the given actions in their order, for example to contain a compromised account
    #[command(args_override_self = true)]
    Person {
        /// The user's address
        email: String,
        #[command(flatten)]
        actions: Actions,
    },
    /// Print a password reset link for a user who receives no e-mail
    ResetLink {
        /// The user's address
        email: String,
    },
    /// Verify the audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Assign a plan to a user, private plans included; FREE removes it
    Plan {
        /// The user's address
        email: String,
        /// The plan's name
        plan: String,
    },
    /// Create or upgrade the tables, for a server whose database role may not
    Migrate,
    /// Re-encrypt every stored secret with the current master key
    Rekey,
    /// Turn maintenance mode on or off
    #[command(subcommand)]
    Maintenance(MaintenanceCommand),
    /// Run before the first start on a restored Postgres database: reviews every account first
    Restored,
    /// List the accounts whose orders at the exchange differ from the database
    Reviews,
    /// Confirm the differences of one of these accounts, so that it can trade again
    Confirm {
        /// The id of the exchange key
        key: String,
    },
    /// Have the exchange and our own checks validate the orders of a plan, without placing anything
    Rehearse(RehearseArgs),
    /// Copy the SQLite database while the server is running
    Backup {
        /// The new file
        file: PathBuf,
    },
    /// Import data from a file
    #[command(subcommand)]
    Import(ImportCommand),
    /// Check a server, and send an alert when it goes down and when it is back up
    Watchdog(WatchdogArgs),
}

#[derive(Subcommand)]
pub(crate) enum AuditCommand {
    /// Verify that no row of the audit log was changed or removed
    Verify {
        /// A seal that this command printed earlier: the log must still contain it
        #[arg(long, value_name = "HEX")]
        last_seal: Option<String>,
    },
}

#[derive(Subcommand)]
pub(crate) enum MaintenanceCommand {
    /// Turn on maintenance mode: only admins can sign in; positions stay protected
    On {
        /// The text that users read meanwhile
        message: Vec<String>,
    },
    /// Turn off maintenance mode
    Off,
}

#[derive(Subcommand)]
pub(crate) enum ImportCommand {
    /// Import a CSV file of candles for backtests; BTCUSDT-1h.csv needs no pair and timeframe
    Candles(CandleArgs),
}

/// The arguments of `import candles`.
#[derive(Args)]
pub(crate) struct CandleArgs {
    /// Accept gaps in the exchange's own record
    #[arg(long)]
    pub(crate) keep_gaps: bool,
    /// The CSV file
    pub(crate) file: PathBuf,
    /// A pair such as BTC/USDT
    #[arg(requires = "timeframe")]
    pub(crate) pair: Option<String>,
    /// A timeframe such as 1h
    pub(crate) timeframe: Option<String>,
}

/// The arguments of `rehearse`.
#[derive(Args)]
pub(crate) struct RehearseArgs {
    /// The id of the exchange key
    #[arg(long)]
    pub(crate) key: String,
    /// A pair such as BTC/USDT
    #[arg(long)]
    pub(crate) symbol: String,
    /// BUY or SELL
    #[arg(long)]
    pub(crate) side: String,
    /// The amount, in the base asset
    #[arg(long)]
    pub(crate) amount: String,
    /// The limit price of the entry; a market order without it
    #[arg(long)]
    pub(crate) price: Option<String>,
    /// The stop price
    #[arg(long)]
    pub(crate) stop: Option<String>,
    /// A take-profit price; may be repeated
    #[arg(long)]
    pub(crate) take_profit: Vec<String>,
    /// A sandbox that validates the orders, too, such as http://127.0.0.1:4000/sandbox; needs SLIPSTREAM_SANDBOX_TOKEN
    #[arg(long)]
    pub(crate) sandbox: Option<String>,
}

/// The actions on a user, in the order in which they were given.
pub(crate) struct Actions(pub(crate) Vec<UserAction>);

impl Actions {
    const fn help(action: UserAction) -> &'static str {
        match action {
            UserAction::Suspend => "Suspend the account",
            UserAction::Unsuspend => "End the suspension",
            UserAction::Freeze => "Freeze the account, as with the owner's own link",
            UserAction::Unfreeze => "Unfreeze the account",
            UserAction::Trader => "Make them a trader",
            UserAction::Admin => "Make them an admin",
            UserAction::SignOut => "End their sessions and their programs' sign-ins",
            UserAction::RevokePrograms => "Revoke their API clients and the tokens of these",
            UserAction::EndWebhooks => "Close the webhooks whose address they were shown",
        }
    }
}

impl Args for Actions {
    fn augment_args(command: clap::Command) -> clap::Command {
        UserAction::ALL.iter().fold(command, |command, (action, name)| {
            let flag = Arg::new(*name).long(*name).action(ArgAction::SetTrue);
            command.arg(flag.help(Self::help(*action)))
        })
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Actions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given: Vec<_> = UserAction::ALL
            .iter()
            .filter(|(_, name)| matches.get_flag(name))
            .map(|(action, name)| (matches.index_of(name), *action))
            .collect();
        given.sort_by_key(|(index, _)| *index);
        Ok(Self(given.into_iter().map(|(_, action)| action).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory as _, error::ErrorKind};

    fn read(words: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(["slipstream"].into_iter().chain(words.split_whitespace()))
    }

    fn refused(words: &str) -> (ErrorKind, String) {
        let error = read(words).err().unwrap_or_else(|| panic!("{words} was accepted"));
        (error.kind(), error.to_string())
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_a_command_the_server_starts() {
        assert!(read("").unwrap().command.is_none());
    }

    #[test]
    fn every_command_of_the_documents_is_accepted() {
        for words in [
            "sandbox",
            "sandbox --legacy-listen-key",
            "checkout",
            "admin ada@example.org",
            "person ada@example.org",
            "reset-link ada@example.org",
            "audit verify",
            "audit verify --last-seal 00ff",
            "plan ada@example.org EXPERT",
            "rekey",
            "maintenance on",
            "maintenance on Back at 14:00 UTC.",
            "maintenance off",
            "restored",
            "reviews",
            "confirm 0199c0de-0000-7000-8000-000000000000",
            "rehearse --key 0199c0de-0000-7000-8000-000000000000 --symbol BTC/USDT --side BUY --amount 0.01",
            "rehearse --key a --symbol b --side c --amount 1 --price 2 --stop 1 --take-profit 3 --take-profit 4 --sandbox d",
            "backup copy.db",
            "import candles BTCUSDT-1h.csv",
            "import candles --keep-gaps candles.csv BTC/USDT 1h",
            "watchdog --url http://desk.example --every 5 --after 1 --telegram -100 --command true",
        ] {
            assert!(read(words).is_ok(), "{words}");
        }
    }

    #[test]
    fn actions_on_a_user_keep_their_order() {
        let words = "person ada@example.org --sign-out --suspend --end-webhooks --suspend --admin";
        let Some(Command::Person { email, actions: Actions(actions) }) = read(words).unwrap().command else {
            panic!("another command");
        };
        let wanted = [UserAction::SignOut, UserAction::EndWebhooks, UserAction::Suspend, UserAction::Admin];
        assert_eq!((email.as_str(), actions.as_slice()), ("ada@example.org", &wanted[..]));
    }

    #[test]
    fn a_message_may_have_many_words() {
        let Some(Command::Maintenance(MaintenanceCommand::On { message })) =
            read("maintenance on back at two").unwrap().command
        else {
            panic!("another command");
        };
        assert_eq!(message.join(" "), "back at two");
    }

    #[test]
    fn missing_and_unknown_arguments_are_named() {
        let (kind, text) = refused("backup");
        assert!(kind == ErrorKind::MissingRequiredArgument && text.contains("<FILE>"), "{text}");
        let (kind, text) = refused("backup a b");
        assert!(kind == ErrorKind::UnknownArgument && text.contains("'b'"), "{text}");
        let (_, text) = refused("import candles a.csv BTC/USDT");
        assert!(text.contains("<TIMEFRAME>"), "{text}");
        let (kind, text) = refused("beckup a");
        assert!(kind == ErrorKind::InvalidSubcommand && text.contains("beckup"), "{text}");
        for unknown in ["--fast", "rekey --fast", "person ada@example.org --fast", "maintenance on --fast"] {
            let (kind, text) = refused(unknown);
            assert!(kind == ErrorKind::UnknownArgument && text.contains("--fast"), "{text}");
        }
        assert!(refused("audit").0 == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand);
    }

    #[test]
    fn help_and_version_are_no_errors() {
        for words in ["--help", "-h", "help", "person --help", "import candles --help", "--version", "-V"] {
            let error = read(words).err().unwrap();
            assert!(!error.use_stderr(), "{words}");
        }
        assert_eq!(refused("--version").1, concat!("slipstream ", env!("CARGO_PKG_VERSION"), "\n"));
    }
}
