//! All developer commands of Slipstream. `cargo xtask` without arguments lists them.

mod bench;
mod build;
mod check;
mod console;
mod deny;
mod dev;
mod fs;
mod process;
mod sandbox;
mod site;
mod sqlx;
mod test;
mod tools;
mod words;
mod workspace;

use anyhow::{Result, bail};
use std::process::ExitCode;
use workspace::Workspace;

const USAGE: &str = "\
usage: cargo xtask <command>

  run                      build everything in release mode and start the server
  dev                      start a debug build; rebuild and restart on changes
  build                    build <target dir>/release/slipstream, one file that runs from any folder
  check                    check formatting, words and packages, and run clippy for the server and for the browser
  check words [--list [X] | --bless]
                           check comments, texts and names against the project's vocabulary; --list: every
                           finding, or those with X in path or rule; --bless: lower the baseline
  test [--deep] [stage…]   run all tests on both databases and in a browser; --deep runs the long versions
  sqlx                     regenerate crates/store/.sqlx from the queries and the Postgres migrations
  bench [--seconds N]      run the benchmarks, print a table, write <target dir>/bench.json
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&words) {
        Ok(code) => code,
        Err(error) => {
            console::error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(words: &[String]) -> Result<ExitCode> {
    let Some((command, rest)) = words.split_first() else {
        console::line(USAGE);
        return Ok(ExitCode::SUCCESS);
    };
    if !matches!(command.as_str(), "test" | "bench" | "check") && !rest.is_empty() {
        bail!("`cargo xtask {command}` takes no arguments\n\n{USAGE}");
    }
    let workspace = Workspace::find()?;
    match command.as_str() {
        "run" => build::run(&workspace)?,
        "dev" => dev::dev(&workspace)?,
        "build" => build::release(&workspace).map(drop)?,
        "check" => check::command(&workspace, rest)?,
        "sqlx" => sqlx::rewrite(&workspace)?,
        "bench" => bench::bench(&workspace, rest)?,
        "test" => return test::test(&workspace, rest),
        other => bail!("unknown command `{other}`\n\n{USAGE}"),
    }
    Ok(ExitCode::SUCCESS)
}
