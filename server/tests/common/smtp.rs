//! A real mail server: PyPI's aiosmtpd, which stores received mails in a maildir. `cargo xtask test` installs
//! it and names it in `TEST_AIOSMTPD`.

use super::process::{PATIENCE, free_port, until};
use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
};

pub(crate) struct MailServer {
    pub(crate) url: String,
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl MailServer {
    /// Starts the server; `None` if `SLIPSTREAM_SKIP_SMTP=1` disables these tests.
    pub(crate) async fn start() -> Option<Self> {
        if std::env::var_os("SLIPSTREAM_SKIP_SMTP").is_some_and(|value| value == "1") {
            return None;
        }
        let program = std::env::var_os("TEST_AIOSMTPD").map(PathBuf::from).expect(
            "TEST_AIOSMTPD names the program of PyPI's aiosmtpd (`cargo xtask test` sees to it), or \
             SLIPSTREAM_SKIP_SMTP=1 skips the tests with a real mail server",
        );
        let (port, folder) = (free_port(), tempfile::tempdir().expect("a folder"));
        let child = start(&program, port, &folder);
        let server = Self { url: format!("smtp://127.0.0.1:{port}"), child, port, folder };
        until("the mail server's start", PATIENCE, async || {
            tokio::net::TcpStream::connect(("127.0.0.1", server.port)).await.ok().map(drop)
        })
        .await;
        Some(server)
    }

    /// The received mails, as stored in the mailbox.
    pub(crate) fn arrived(&self) -> Vec<String> {
        let new = self.folder.path().join("mails").join("new");
        let Ok(files) = std::fs::read_dir(new) else { return Vec::new() };
        files.map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("a mail")).collect()
    }
}

fn start(program: &PathBuf, port: u16, folder: &tempfile::TempDir) -> Child {
    Command::new(program)
        .args(["-n", "-l", &format!("127.0.0.1:{port}"), "-c", "aiosmtpd.handlers.Mailbox"])
        .arg(folder.path().join("mails"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("aiosmtpd starts")
}
