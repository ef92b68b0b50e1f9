//! Third-party clients, unmodified except for their base URLs, against a separate process of what they are
//! made for: the sandbox exchange, or a whole desk.

use super::Run;
use super::report;
use super::tally::Tally;
use crate::process::{Running, free_port};
use crate::sandbox::Sandbox;
use crate::workspace::Workspace;
use crate::{console, process, tools};
use anyhow::{Context as _, Result};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// The server that a client's tests connect to.
#[derive(Clone, Copy)]
enum Peer {
    /// Sets `SANDBOX_URL` and `SANDBOX_CONTROL_TOKEN`.
    Sandbox,
    /// Sets `DESK_URL`; `SLIPSTREAM_BIN` for tests that start their own desk; and `CHECKOUT_URL`,
    /// `CHECKOUT_KEY`, `CHECKOUT_CONTROL` of a separate test checkout.
    Desk,
}

/// Directories with tests that need a server: `node --test` for a package.json, pytest for a requirements.txt.
const CLIENTS: [(&str, Peer); 4] = [
    ("crates/sandbox/tests/ccxt", Peer::Sandbox),
    ("crates/sandbox/tests/npm-binance", Peer::Sandbox),
    ("crates/sandbox/tests/python", Peer::Sandbox),
    ("end2end/clients", Peer::Desk),
];

/// Programs that trade for minutes; they run only with `--deep`.
const DEEP_CLIENTS: [(&str, Peer); 2] =
    [("crates/sandbox/tests/freqtrade", Peer::Sandbox), ("crates/sandbox/tests/nautilus", Peer::Sandbox)];

/// The tests of one directory, with their packages installed.
struct Tests<'a> {
    run: &'a Run<'a>,
    folder: PathBuf,
    /// The programs of the Python environment; `None` for Node.
    python: Option<PathBuf>,
}

/// Runs each client's tests against a fresh server.
pub(super) fn clients(run: &Run<'_>) -> Result<Tally> {
    let mut total = Tally::default();
    build(run)?;
    let deep = DEEP_CLIENTS.into_iter().filter(|_| run.deep);
    for (client, peer) in CLIENTS.into_iter().chain(deep) {
        let tests = Tests::prepare(run, run.workspace.root.join(client))?;
        total += match peer {
            Peer::Sandbox => {
                let sandbox = Sandbox::start(run.workspace, "debug", &["--controllable"])?;
                let env = [
                    ("SANDBOX_URL", sandbox.url.as_str()),
                    ("SANDBOX_CONTROL_TOKEN", sandbox.token.as_str()),
                ];
                tests.tally(&env)?
            }
            Peer::Desk => {
                let binary = run.workspace.target.join("debug").join("slipstream");
                let (desk, checkout) = (Desk::start(&binary)?, Checkout::start(&binary)?);
                let binary = binary.display().to_string();
                let env = [
                    ("DESK_URL", desk.url.as_str()),
                    ("SLIPSTREAM_BIN", binary.as_str()),
                    ("CHECKOUT_URL", checkout.url.as_str()),
                    ("CHECKOUT_KEY", checkout.key.as_str()),
                    ("CHECKOUT_CONTROL", checkout.control.as_str()),
                ];
                tests.tally(&env)?
            }
        };
    }
    Ok(total)
}

/// Installs the packages of each client's tests.
pub(super) fn install(workspace: &Workspace) -> Result<()> {
    CLIENTS.iter().try_for_each(|(client, _)| packages(workspace, &workspace.root.join(client)).map(drop))
}

/// Installs the packages of a directory; returns the programs of its Python environment, or `None` for Node.
fn packages(workspace: &Workspace, folder: &Path) -> Result<Option<PathBuf>> {
    if folder.join("requirements.txt").is_file() {
        return tools::python::ensure(folder, &workspace.target).map(Some);
    }
    tools::node::ensure_packages(folder)?;
    Ok(None)
}

impl<'a> Tests<'a> {
    fn prepare(run: &'a Run<'a>, folder: PathBuf) -> Result<Self> {
        let python = packages(run.workspace, &folder)?;
        Ok(Self { run, folder, python })
    }

    fn tally(&self, env: &[(&str, &str)]) -> Result<Tally> {
        match &self.python {
            Some(programs) => self.pytest(programs, env),
            None => self.node(env),
        }
    }

    fn pytest(&self, programs: &Path, env: &[(&str, &str)]) -> Result<Tally> {
        let report = self.run.report("pytest.xml")?;
        let mut python = Command::new(programs.join("python"));
        python.args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "--disable-warnings"]);
        python.arg(format!("--junitxml={}", report.display())).env("PYTHONDONTWRITEBYTECODE", "1");
        let status = self.status(&mut python, env)?;
        report::read(&report, status, report::junit)
    }

    fn node(&self, env: &[(&str, &str)]) -> Result<Tally> {
        let report = self.run.report("node.tap")?;
        let mut node = Command::new("node");
        // One file at a time: they share an exchange, and some of them move its prices.
        node.args(["--test", "--test-concurrency=1"]);
        node.args(["--test-reporter=spec", "--test-reporter-destination=stdout"]);
        node.arg("--test-reporter=tap").arg(format!("--test-reporter-destination={}", report.display()));
        let status = self.status(&mut node, env)?;
        report::read(&report, status, report::tap)
    }

    /// Runs the tests in their directory.
    fn status(&self, tests: &mut Command, env: &[(&str, &str)]) -> Result<ExitStatus> {
        tests.current_dir(&self.folder).envs(env.iter().copied());
        self.run.long_forms(tests);
        console::step(&format!("client {}", self.folder.display()), || process::status(tests))
    }
}

/// A desk on an empty directory, with an embedded sandbox. It is stopped before its directory is removed.
pub(super) struct Desk {
    pub(super) url: String,
    _server: Running,
    directory: TempDir,
}

impl Desk {
    /// Starts the desk and waits until it is healthy.
    fn start(binary: &Path) -> Result<Self> {
        Self::with(binary, &[])
    }

    /// As [`Self::start`], with additional settings.
    pub(super) fn with(binary: &Path, settings: &[(&str, &str)]) -> Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let directory = tempfile::tempdir()?;
        let mut command = Command::new(binary);
        command.env_clear().current_dir(directory.path());
        command.env("SLIPSTREAM_ADDR", address.to_string()).env("SLIPSTREAM_DATA_DIR", directory.path());
        // The tests make more sign-ups and requests from one address than the limits allow.
        command.env("SLIPSTREAM_ATTEMPTS", "100000").env("SLIPSTREAM_SANDBOX_LIMITS", "none");
        command.env("SLIPSTREAM_RATE_PERSON", "0").env("SLIPSTREAM_RATE_ADDRESS", "0");
        command.envs(settings.iter().copied()).stdin(Stdio::null()).stdout(Stdio::null());
        let mut server = Running::start(&mut command)?;
        server.wait_for_http(address, "/healthz", Duration::from_secs(30))?;
        Ok(Self { url: format!("http://{address}"), _server: server, directory })
    }

    pub(super) fn data_dir(&self) -> &Path {
        self.directory.path()
    }
}

/// A test checkout on an empty directory, whose clock moves by command.
struct Checkout {
    url: String,
    key: String,
    control: String,
    _server: Running,
    _directory: TempDir,
}

impl Checkout {
    /// Starts the checkout and waits until it responds.
    fn start(binary: &Path) -> Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let directory = tempfile::tempdir()?;
        let mut command = Command::new(binary);
        command.arg("checkout").env_clear().current_dir(directory.path());
        command.env("SLIPSTREAM_ADDR", address.to_string()).env("SLIPSTREAM_DATA_DIR", directory.path());
        command.env("SLIPSTREAM_SANDBOX_CONTROL", "open");
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let mut server = Running::start(&mut command)?;
        server.wait_for_http(address, "/style.css", Duration::from_secs(30))?;
        let secret = |name: &str| {
            let path = directory.path().join("checkout").join(name);
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
        };
        let (key, control) = (secret("secret.key")?, secret("control.token")?);
        Ok(Self { url: format!("http://{address}"), key, control, _server: server, _directory: directory })
    }
}

/// The same package selection as for the Rust tests, so that nothing is compiled twice.
pub(super) fn build(run: &Run<'_>) -> Result<()> {
    let mut cargo = run.workspace.cargo(&["build", "--quiet", "--workspace", "--exclude", "frontend"]);
    process::run(cargo.args(["--example", "serve", "--bin", "slipstream"]))
}
