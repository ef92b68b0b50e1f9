//! Third-party clients, unmodified except for their base URLs, against a separate process of what they are
//! made for: the sandbox exchange, or a whole desk.

use super::Run;
use super::report;
use super::tally::Tally;
use crate::process::{Running, free_port};
use crate::sandbox::Sandbox;
use crate::{console, process, tools};
use anyhow::{Context as _, Result};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, Stdio};
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

/// Directories with a package.json whose `node --test` needs a server.
const CLIENTS: [(&str, Peer); 2] =
    [("crates/sandbox/tests/ccxt", Peer::Sandbox), ("end2end/clients", Peer::Desk)];

/// Runs each client's tests against a fresh server.
pub(super) fn clients(run: &Run<'_>) -> Result<Tally> {
    let mut total = Tally::default();
    let folders = CLIENTS.iter().map(|(client, peer)| (run.workspace.root.join(client), *peer));
    for (folder, peer) in folders.filter(|(folder, _)| folder.join("package.json").is_file()) {
        tools::node::ensure_packages(&folder)?;
        build(run)?;
        total += match peer {
            Peer::Sandbox => {
                let sandbox = Sandbox::start(run.workspace, "debug", &["--controllable"])?;
                let env = [
                    ("SANDBOX_URL", sandbox.url.as_str()),
                    ("SANDBOX_CONTROL_TOKEN", sandbox.token.as_str()),
                ];
                node(run, &folder, &env)?
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
                node(run, &folder, &env)?
            }
        };
    }
    Ok(total)
}

fn node(run: &Run<'_>, folder: &Path, env: &[(&str, &str)]) -> Result<Tally> {
    let report = run.report("node.tap")?;
    let mut node = Command::new("node");
    node.current_dir(folder).arg("--test");
    node.args(["--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=tap"]);
    node.arg(format!("--test-reporter-destination={}", report.display()));
    node.envs(env.iter().copied());
    run.long_forms(&mut node);
    let status = console::step(&format!("client {}", folder.display()), || process::status(&mut node))?;
    report::read(&report, status, report::tap)
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
