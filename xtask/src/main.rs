//! All developer commands of Slipstream. `cargo xtask` without arguments lists them.

mod bench;
mod budget;
mod build;
mod check;
mod cli;
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

use anyhow::Result;
use clap::{CommandFactory as _, Parser as _};
use cli::{CheckCommand, Cli, Command};
use std::process::ExitCode;
use workspace::Workspace;

fn main() -> ExitCode {
    let done = match Cli::try_parse() {
        Ok(cli) => run(cli.command),
        Err(refusal) => {
            // A closed pipe is not an error.
            let _ = refusal.print();
            return if refusal.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    done.unwrap_or_else(|error| {
        console::error(&format!("{error:#}"));
        ExitCode::FAILURE
    })
}

fn run(command: Option<Command>) -> Result<ExitCode> {
    let Some(command) = command else {
        console::line(&Cli::command().render_help().to_string());
        return Ok(ExitCode::SUCCESS);
    };
    let workspace = Workspace::find()?;
    match command {
        Command::Run { release, quick } => build::run(&workspace, release, quick)?,
        Command::Dev => dev::dev(&workspace)?,
        Command::Build => build::release(&workspace).map(drop)?,
        Command::Check { only: None } => check::check(&workspace)?,
        Command::Check { only: Some(CheckCommand::Words(arguments)) } => {
            words::command(&workspace, &arguments)?;
        }
        Command::Prepare { stages } => test::prepare(&workspace, &stages)?,
        Command::Sqlx => sqlx::rewrite(&workspace)?,
        Command::Bench { seconds } => bench::bench(&workspace, seconds)?,
        Command::Test { deep, stages } => return test::test(&workspace, deep, &stages),
    }
    Ok(ExitCode::SUCCESS)
}
