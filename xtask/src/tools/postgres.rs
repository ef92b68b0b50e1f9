//! A throw-away Postgres cluster, created for one test run and removed afterwards.

use crate::console;
use crate::process::{self, Running, free_port, is_root, which};
use anyhow::{Context as _, Result, bail};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The cluster's superuser; it needs no password, and can connect only from 127.0.0.1.
const USER: &str = "slipstream";

/// No data needs to outlive the run, so nothing waits for the disk. Each test has its own schema and a few
/// connections.
const SETTINGS: [&str; 6] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=400",
    "shared_buffers=128MB",
    "listen_addresses=127.0.0.1",
];

/// A running cluster. Fields are dropped in order: first the server ends, then its files are removed.
pub(crate) struct Cluster {
    server: Running,
    directory: TempDir,
    binaries: PathBuf,
    port: u16,
}

impl Cluster {
    /// Creates and starts a cluster.
    pub(crate) fn start() -> Result<Self> {
        console::step("start a throw-away Postgres", || {
            let binaries = ensure_binaries()?;
            let directory = tempfile::Builder::new().prefix("slipstream-pg-").tempdir()?;
            let owner = owner()?;
            if let Some((uid, gid)) = owner {
                chown(directory.path(), Some(uid), Some(gid))?;
            }
            let data = directory.path().join("data");
            let mut initdb = as_owner(&binaries.join("initdb"), owner, directory.path());
            initdb.args(["--no-locale", "--encoding=UTF8", "--auth=trust", "--no-sync", "--username", USER]);
            initdb.arg("-D").arg(&data).stdout(Stdio::null());
            process::run(&mut initdb)?;

            let port = free_port()?;
            let mut postgres = as_owner(&binaries.join("postgres"), owner, directory.path());
            postgres.arg("-D").arg(&data).arg("-k").arg(directory.path()).args(["-p", &port.to_string()]);
            for setting in SETTINGS {
                postgres.args(["-c", setting]);
            }
            let log = std::fs::File::create(directory.path().join("log"))?;
            postgres.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
            // SIGINT is Postgres' fast shutdown; SIGTERM would wait for clients to disconnect.
            let server = Running::start(&mut postgres)?.stopped_by("INT");
            let mut cluster = Self { server, directory, binaries, port };
            cluster.wait_until_ready()?;
            Ok(cluster)
        })
    }

    /// The URL of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// The URL of the database that every cluster has.
    pub(crate) fn default_url(&self) -> String {
        self.url("postgres")
    }

    /// Runs psql on a database, stopping at the first error.
    pub(crate) fn psql(&self, database: &str, arguments: &[&std::ffi::OsStr]) -> Result<()> {
        let mut psql = Command::new(self.binaries.join("psql"));
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &self.url(database)]).args(arguments);
        process::run(psql.stdout(Stdio::null()))
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let start = Instant::now();
        let port = self.port.to_string();
        while !process::succeeds(Command::new(self.binaries.join("pg_isready")).args([
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            &port,
        ])) {
            let ended = self.server.still_running();
            if ended.is_err() || start.elapsed() > Duration::from_secs(60) {
                let log = std::fs::read_to_string(self.directory.path().join("log")).unwrap_or_default();
                bail!("Postgres did not start:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

/// The directory with initdb and postgres: Debian keeps them out of the path, one directory per version.
pub(crate) fn ensure_binaries() -> Result<PathBuf> {
    if let Some(found) = find_binaries() {
        return Ok(found);
    }
    super::install("Postgres", &["postgresql"])?;
    find_binaries().context("Postgres was installed, but its initdb was not found")
}

fn find_binaries() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    let packaged = versions.into_iter().rev().map(|(_, directory)| directory);
    let on_path = which("initdb").and_then(|initdb| {
        let real = initdb.canonicalize().ok()?;
        Some(real.parent()?.to_path_buf())
    });
    packaged
        .chain(on_path)
        .find(|dir| ["initdb", "postgres", "psql"].iter().all(|name| dir.join(name).is_file()))
}

/// Postgres refuses to run as root: then it runs as the user it belongs to, or as `nobody`.
fn owner() -> Result<Option<(u32, u32)>> {
    if !is_root() {
        return Ok(None);
    }
    let id = |flag: &str, user: &str| -> Option<u32> {
        let mut command = Command::new("id");
        command.args([flag, user]).stderr(Stdio::null());
        let output = command.output().ok().filter(|output| output.status.success())?;
        String::from_utf8_lossy(&output.stdout).trim().parse().ok()
    };
    ["postgres", "nobody"]
        .iter()
        .find_map(|user| Some((id("-u", user)?, id("-g", user)?)))
        .map(Some)
        // words: allow(whoever): a user of the operating system
        .context("Postgres cannot run as root, and there is no user `postgres` or `nobody` to run it as")
}

fn as_owner(program: &Path, owner: Option<(u32, u32)>, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(directory);
    if let Some((uid, gid)) = owner {
        command.uid(uid).gid(gid);
    }
    command
}
