//! A release server with its own data directory, and a user on it.

use super::http::Client;
use crate::process::{Running, free_port};
use crate::sandbox::Sandbox;
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(super) const KEY_LIST: &str = "/v1/priv/account/exchange/key/list";

/// The running server. It is stopped before its directory is removed.
pub(super) struct Desk {
    pub(super) addr: SocketAddr,
    server: Option<Running>,
    binary: PathBuf,
    directory: TempDir,
    sandbox: (String, String),
}

/// A signed-in user.
pub(super) struct BenchUser {
    pub(super) token: String,
    /// The id of an exchange key that may trade.
    pub(super) key: String,
}

impl Desk {
    /// Starts the server on an empty directory, connected to the given sandbox.
    pub(super) fn start(binary: &Path, sandbox: &Sandbox) -> Result<Self> {
        let mut desk = Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?)),
            server: None,
            binary: binary.to_path_buf(),
            directory: tempfile::tempdir()?,
            sandbox: (sandbox.url.clone(), sandbox.token.clone()),
        };
        desk.restart()?;
        Ok(desk)
    }

    /// Restarts the server and returns the time from exec to the first healthy response.
    pub(super) fn restart(&mut self) -> Result<Duration> {
        drop(self.server.take());
        let mut command = Command::new(&self.binary);
        command.env_clear().current_dir(self.directory.path());
        command
            .env("SLIPSTREAM_ADDR", self.addr.to_string())
            .env("SLIPSTREAM_DATA_DIR", self.directory.path());
        // The load exceeds the rate limit of a single user or address.
        command.env("SLIPSTREAM_RATE_PERSON", "0").env("SLIPSTREAM_RATE_ADDRESS", "0");
        command.env("SLIPSTREAM_SANDBOX", &self.sandbox.0).env("SLIPSTREAM_SANDBOX_TOKEN", &self.sandbox.1);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let start = Instant::now();
        let server = self.server.insert(Running::start(&mut command)?);
        server.wait_for_http(self.addr, "/healthz", Duration::from_secs(30))?;
        Ok(start.elapsed())
    }

    pub(super) fn process_id(&self) -> u32 {
        self.server.as_ref().map_or(0, Running::id)
    }

    /// Signs up a user with this many futures keys at the sandbox; trading uses the first key.
    pub(super) fn sign_up(&self, keys: usize) -> Result<BenchUser> {
        let person = json!({ "email": "bench@example.com", "password": "correct horse battery staple" });
        let answer = self.client("")?.send("POST", "/v1/auth/sign-up", Some(&person))?.json()?;
        let token = text(&answer, "accessToken")?;
        let mut client = self.client(&token)?;
        let mut first = None;
        for number in 0..keys {
            let opened = client.send("POST", "/v1/priv/account/exchange/sandbox", None)?.json()?;
            let body = json!({
                "exchangeId": "BINANCE", "tradeType": "FUTURES", "strategyType": "MANUAL",
                "name": format!("Bench {number}"),
                "apiKey": opened["apiKey"], "apiSecretKey": opened["apiSecretKey"],
            });
            let key = client.send("POST", "/v1/priv/account/exchange/key", Some(&body))?.json()?;
            first.get_or_insert(text(&key, "id")?);
        }
        Ok(BenchUser { token, key: first.context("no key was created")? })
    }

    pub(super) fn client(&self, token: &str) -> Result<Client> {
        Client::connect(self.addr, &[("Authorization", token)])
    }
}

pub(super) fn text(value: &Value, field: &str) -> Result<String> {
    value[field].as_str().map(str::to_owned).with_context(|| format!("no {field} in {value}"))
}
