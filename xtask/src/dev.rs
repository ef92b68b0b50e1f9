//! `dev`: a debug server that is rebuilt and restarted when a source changes.

use crate::build::address;
use crate::console;
use crate::fs::files_below;
use crate::process::{self, Running};
use crate::site::{self, Mode};
use crate::workspace::Workspace;
use anyhow::Result;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

const WATCHED: [&str; 8] =
    ["app", "crates", "frontend", "migrations", "public", "server", "style", "Cargo.toml"];
/// The polling interval. Checking a few hundred files takes a millisecond or two, so file-system events are
/// not needed.
const PAUSE: Duration = Duration::from_millis(300);

/// Serves until Ctrl-C. A failed build leaves the last good server running.
pub(crate) fn dev(workspace: &Workspace) -> Result<()> {
    let mut server: Option<Running> = None;
    loop {
        let seen = newest(workspace)?;
        match build(workspace) {
            Ok(()) => {
                drop(server.take());
                let mut command = Command::new(workspace.binary("debug"));
                server = Some(Running::start(command.current_dir(&workspace.root))?);
                console::note(&format!("serving http://{}; waiting for changes", address()));
            }
            Err(error) => console::error(&format!("{error:#}")),
        }
        while newest(workspace)? == seen {
            sleep(PAUSE);
            if let Some(Err(error)) = server.as_mut().map(Running::still_running) {
                console::error(&format!("{error:#}; will restart at the next change"));
                server = None;
            }
        }
        settle(workspace)?;
    }
}

fn build(workspace: &Workspace) -> Result<()> {
    let site = site::build(workspace, Mode::Dev)?;
    console::step("compile the server (debug)", || {
        let mut cargo = workspace.cargo(&["build", "--quiet", "--package", "server"]);
        process::run(cargo.env("SLIPSTREAM_SITE", &site))
    })
}

/// Waits until an editor has finished writing.
fn settle(workspace: &Workspace) -> Result<()> {
    let mut last = newest(workspace)?;
    loop {
        sleep(PAUSE);
        let now = newest(workspace)?;
        if now == last {
            return Ok(());
        }
        last = now;
    }
}

/// The number of sources and the newest modification time: adding, editing or removing a file changes one of
/// the two.
fn newest(workspace: &Workspace) -> Result<(usize, Option<SystemTime>)> {
    let mut count = 0;
    let mut newest = None;
    for name in WATCHED {
        let path = workspace.root.join(name);
        let files = if path.is_dir() { files_below(&path)? } else { vec![path] };
        for file in &files {
            count += 1;
            newest = newest.max(std::fs::metadata(file).and_then(|data| data.modified()).ok());
        }
    }
    Ok((count, newest))
}
