//! The Express server of end2end/bench, which answers the same key list from its own SQLite file.

use super::desk::{KEY_LIST, text};
use super::http::Client;
use crate::process::Running;
use crate::sandbox::first_line;
use crate::tools;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result, bail};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Stdio};
use tempfile::TempDir;

pub(super) struct Peer {
    pub(super) addr: SocketAddr,
    pub(super) token: String,
    process: Running,
    _directory: TempDir,
}

impl Peer {
    /// Starts it with the rows of our answer, and makes sure that its answer has the same bytes.
    pub(super) fn start(workspace: &Workspace, token: &str, body: &[u8]) -> Result<Self> {
        let folder = workspace.root.join("end2end").join("bench");
        tools::node::ensure_packages(&folder)?;
        let directory = tempfile::tempdir()?;
        let rows = directory.path().join("body.json");
        std::fs::write(&rows, body)?;
        let mut node = Command::new("node");
        node.current_dir(&folder).arg("peer.mjs").env("NODE_ENV", "production").env("PEER_TOKEN", token);
        node.env("PEER_BODY", &rows).env("PEER_DB", directory.path().join("peer.db"));
        let mut process = Running::start(node.stdout(Stdio::piped()))?;
        let ready = first_line(&mut process)?;
        let port =
            ready["port"].as_u64().and_then(|port| u16::try_from(port).ok()).context("the peer's port")?;
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let token = text(&ready, "token")?;
        let answer = Client::connect(addr, &[("Authorization", &token)])?.get(KEY_LIST)?;
        if answer.body != body {
            bail!("the peer's key list differs from ours: {}", String::from_utf8_lossy(&answer.body));
        }
        Ok(Self { addr, token, process, _directory: directory })
    }

    pub(super) fn process_id(&self) -> u32 {
        self.process.id()
    }
}
