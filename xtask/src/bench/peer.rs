//! The Express server of end2end/bench, which serves the same reads from its own SQLite file.

use super::desk::text;
use super::http::Client;
use crate::process::Running;
use crate::sandbox::first_line;
use crate::tools;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result, bail};
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// One read that both servers serve.
pub(super) struct BenchRead {
    pub(super) path: String,
    /// Whether it is public and needs no token.
    pub(super) open: bool,
    /// The body of the desk's response.
    pub(super) body: Vec<u8>,
}

pub(super) struct Peer {
    pub(super) addr: SocketAddr,
    pub(super) token: String,
    process: Running,
    _directory: TempDir,
}

impl Peer {
    /// Starts the server with the data of our responses, and checks that its responses have the same bytes.
    pub(super) fn start(workspace: &Workspace, token: &str, reads: &[BenchRead]) -> Result<Self> {
        let folder = workspace.root.join("end2end").join("bench");
        tools::node::ensure_packages(&folder)?;
        let directory = tempfile::tempdir()?;
        let file = directory.path().join("reads.json");
        std::fs::write(&file, reads_as_json(reads)?)?;
        let mut node = Command::new("node");
        node.current_dir(&folder).arg("peer.mjs").env("NODE_ENV", "production").env("PEER_TOKEN", token);
        node.env("PEER_READS", &file).env("PEER_DB", directory.path().join("peer.db"));
        let mut process = Running::start(node.stdout(Stdio::piped()))?;
        let ready = first_line(&mut process)?;
        let port =
            ready["port"].as_u64().and_then(|port| u16::try_from(port).ok()).context("the peer's port")?;
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let token = text(&ready, "token")?;
        let mut client = Client::connect(addr, &[("Authorization", &token)])?;
        for read in reads {
            let answer = client.get(&read.path)?;
            if answer.body != read.body {
                bail!(
                    "the peer's {} differs from Slipstream's: {}",
                    read.path,
                    String::from_utf8_lossy(&answer.body)
                );
            }
        }
        Ok(Self { addr, token, process, _directory: directory })
    }

    pub(super) fn process_id(&self) -> u32 {
        self.process.id()
    }
}

fn reads_as_json(reads: &[BenchRead]) -> Result<String> {
    let one = |read: &BenchRead| -> Result<String> {
        // The raw text: parsing and serialising it could reorder the keys.
        let body = std::str::from_utf8(&read.body)?;
        // Express routes by path alone.
        let path = json!(read.path.split('?').next().unwrap_or_default());
        Ok(format!(r#"{{"path":{path},"open":{},"body":{body}}}"#, read.open))
    };
    let all = reads.iter().map(one).collect::<Result<Vec<_>>>()?;
    Ok(format!("[{}]", all.join(",")))
}
