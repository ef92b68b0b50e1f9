//! The command line of `cargo xtask`. The doc comments are the texts of `--help`.

use clap::{Args, Parser, Subcommand};

/// All developer commands of Slipstream.
#[derive(Parser)]
#[command(name = "xtask", bin_name = "cargo xtask")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Build everything and start the server, unoptimized unless there is a release build already
    Run {
        /// Build the optimized server
        #[arg(long)]
        release: bool,
        /// Build the unoptimized server, even if there is a release build
        #[arg(long, conflicts_with = "release")]
        quick: bool,
    },
    /// Start a debug build; rebuild and restart on changes
    Dev,
    /// Build <target dir>/release/slipstream, one file that runs from any folder
    Build,
    /// Check formatting, words and packages, and run clippy for the server and for the browser
    Check {
        #[command(subcommand)]
        only: Option<CheckCommand>,
    },
    /// Run all tests on both databases and in a browser, or only some stages
    Test {
        /// Run the long versions
        #[arg(long)]
        deep: bool,
        /// The stages to run
        stages: Vec<String>,
    },
    /// Install what the tests need, or some of their stages, and run none
    Prepare {
        /// The stages to prepare for
        stages: Vec<String>,
    },
    /// Regenerate crates/store/.sqlx from the queries and the Postgres migrations
    Sqlx,
    /// Run the benchmarks, print a table, write <target dir>/bench.json
    Bench {
        /// How long each measurement takes
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
}

#[derive(Subcommand)]
pub(crate) enum CheckCommand {
    /// Check comments, texts and names against the project's vocabulary
    Words(WordsArgs),
}

/// The arguments of `check words`.
#[derive(Args)]
pub(crate) struct WordsArgs {
    /// Print every finding, or those with this text in path or rule
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = "", conflicts_with = "bless")]
    pub(crate) list: Option<String>,
    /// Lower the baseline to the findings
    #[arg(long)]
    pub(crate) bless: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn read(words: &str) -> Result<Option<Command>, clap::Error> {
        let words = ["xtask"].into_iter().chain(words.split_whitespace());
        Cli::try_parse_from(words).map(|cli| cli.command)
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn stages_and_flags_may_be_mixed() {
        let Some(Command::Test { deep, stages }) = read("test rust --deep browser").unwrap() else {
            panic!("another command");
        };
        assert!(deep && stages == ["rust", "browser"]);
        let Some(Command::Prepare { stages }) = read("prepare browser").unwrap() else {
            panic!("another command");
        };
        assert_eq!(stages, ["browser"]);
        assert!(matches!(read("bench").unwrap(), Some(Command::Bench { seconds: 10 })));
        assert!(matches!(read("bench --seconds 3").unwrap(), Some(Command::Bench { seconds: 3 })));
        assert!(read("").unwrap().is_none());
        assert!(matches!(read("run").unwrap(), Some(Command::Run { release: false, quick: false })));
        assert!(matches!(read("run --release").unwrap(), Some(Command::Run { release: true, quick: false })));
    }

    #[test]
    fn the_words_are_checked_listed_or_blessed() {
        let words = |line: &str| match read(line).unwrap() {
            Some(Command::Check { only: Some(CheckCommand::Words(WordsArgs { list, bless })) }) => {
                (list, bless)
            }
            _ => panic!("another command"),
        };
        assert_eq!(words("check words"), (None, false));
        assert_eq!(words("check words --list"), (Some(String::new()), false));
        assert_eq!(words("check words --list server"), (Some("server".to_owned()), false));
        assert_eq!(words("check words --bless"), (None, true));
        assert!(matches!(read("check").unwrap(), Some(Command::Check { only: None })));
        assert!(read("check words --list --bless").is_err());
    }

    #[test]
    fn unknown_commands_and_flags_are_refused() {
        for line in [
            "tset",
            "run --fast",
            "run --quick --release",
            "check spelling",
            "test --depe",
            "bench --seconds many",
            "sqlx now",
        ] {
            assert!(read(line).is_err_and(|refusal| refusal.use_stderr()), "{line}");
        }
    }
}
