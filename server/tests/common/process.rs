//! The real program as a child process that can be killed.

#![allow(clippy::panic, reason = "a test fails with the condition that it waited for")]

use std::{
    ffi::OsString,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// Timeout for the start of a process or the settling of an order.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Kills its process when dropped, as `kill -9` does.
pub(crate) struct Process {
    child: Child,
    pub(crate) base: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Process {
    pub(crate) fn start(words: &[&str], port: u16, settings: &[(&str, String)]) -> Self {
        Self::spawn(Command::new(program()).args(words), port, settings)
    }

    /// Starts with this many file descriptors and no way to get more.
    pub(crate) fn limited(descriptors: usize, port: u16, settings: &[(&str, String)]) -> Self {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "ulimit -n \"$0\" && exec \"$1\""]).arg(descriptors.to_string()).arg(program());
        Self::spawn(&mut command, port, settings)
    }

    /// As [`Self::start`], with file sizes that [`Self::fill_disk`] can limit.
    pub(crate) fn start_on_small_disk(port: u16, settings: &[(&str, String)]) -> Self {
        // A write beyond the file size limit then fails as on a full disk; without the trap the signal would
        // end the process.
        Self::spawn(
            Command::new("bash").args(["-c", "trap '' XFSZ; exec \"$0\""]).arg(program()),
            port,
            settings,
        )
    }

    fn spawn(command: &mut Command, port: u16, settings: &[(&str, String)]) -> Self {
        let child = command
            .env_clear()
            .env("SLIPSTREAM_ADDR", format!("127.0.0.1:{port}"))
            .env("SLIPSTREAM_RATE_PERSON", "0")
            .env("SLIPSTREAM_RATE_ADDRESS", "0")
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::null())
            .stderr(log(port))
            .spawn()
            .expect("the program starts");
        Self { child, base: format!("http://127.0.0.1:{port}") }
    }

    /// Sends a signal: `STOP`, `CONT`, `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "SIG{name} was sent");
    }

    /// Simulates a full disk: no file can grow, and none of a page or more can be written.
    pub(crate) fn fill_disk(&self) {
        self.limit_files("4096:unlimited");
    }

    /// Ends the simulated full disk.
    pub(crate) fn empty_disk(&self) {
        self.limit_files("unlimited:unlimited");
    }

    fn limit_files(&self, limit: &str) {
        let (pid, limit) = (self.child.id().to_string(), format!("--fsize={limit}"));
        let set = Command::new("prlimit").args(["--pid", &pid, &limit]).status();
        assert!(set.is_ok_and(|status| status.success()), "the limit was set");
    }

    /// Waits until the process has ended by itself; returns whether it succeeded.
    pub(crate) fn ended(&mut self) -> bool {
        self.child.wait().is_ok_and(|status| status.success())
    }

    /// The resident memory, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("resident memory");
        line.trim().trim_end_matches("kB").trim().parse::<u64>().expect("kilobytes") * 1_024
    }

    /// Kills the process as `kill -9` does; it may be dead already.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program: the one built with the tests, or the one named by `SLIPSTREAM_BIN`, such as the release
/// build.
fn program() -> OsString {
    std::env::var_os("SLIPSTREAM_BIN").unwrap_or_else(|| env!("CARGO_BIN_EXE_slipstream").into())
}

/// Where the program's log goes: discarded unless `SLIPSTREAM_TEST_LOGS` names a directory.
fn log(port: u16) -> Stdio {
    let folder = std::env::var_os("SLIPSTREAM_TEST_LOGS");
    let file = folder.and_then(|folder| {
        let path = Path::new(&folder).join(format!("{port}.log"));
        std::fs::OpenOptions::new().create(true).append(true).open(path).ok()
    });
    file.map_or_else(Stdio::null, Stdio::from)
}

/// Returns a port for a program that this test starts, and maybe restarts. The port is below those that the
/// system gives to connections and to listeners without a port, and test processes that run at the same time
/// search different ranges, so nothing else takes it while the program is not running.
pub(crate) fn free_port() -> u16 {
    const FIRST: u32 = 11_000;
    const PER_PROCESS: u32 = 16;
    const RANGES: u32 = 1_300;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let start = std::process::id() % RANGES * PER_PROCESS;
    let free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    (0..RANGES * PER_PROCESS)
        .map(|_| FIRST + (start + NEXT.fetch_add(1, Ordering::SeqCst)) % (RANGES * PER_PROCESS))
        .filter_map(|port| u16::try_from(port).ok())
        .find(free)
        .expect("a free port")
}

/// Polls until `ask` returns a value.
pub(crate) async fn until<T>(what: &str, patience: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let answer = tokio::time::timeout(patience, asking).await;
    answer.unwrap_or_else(|_| panic!("{what} did not happen in time"))
}

/// Waits until a path responds with success.
pub(crate) async fn answers(http: &reqwest::Client, what: &str, url: &str) {
    until(what, PATIENCE, async || {
        let response = http.get(url).send().await.ok()?;
        response.status().is_success().then_some(())
    })
    .await;
}

/// The control token of a sandbox that keeps its state in this directory.
pub(crate) fn control_token(data_dir: &Path) -> String {
    let token = std::fs::read_to_string(data_dir.join("sandbox/control.token")).expect("a sandbox's token");
    token.trim().to_owned()
}
