//! Starting programs, waiting for them, and stopping them.

use anyhow::{Context as _, Result, bail};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Runs a program on this terminal; anything but success is an error that names the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    if !status.success() {
        bail!("`{}` ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs a program on this terminal and returns its exit status.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    command.status().with_context(|| format!("cannot start `{}`", shown(command)))
}

/// Returns what a program printed; its stderr goes to this terminal.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{}`", shown(command)))?;
    if !output.status.success() {
        bail!("`{}` ended with {}", shown(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a quiet probe of a program succeeds; `false` if the program does not exist.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The path of a program, searched in `PATH`.
pub(crate) fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|candidate| candidate.is_file())
}

/// Whether we run as root, and may use the system's package manager.
pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|uid| uid.trim() == "0")
}

/// A port that is currently free.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Program and arguments; never the environment, which may hold secrets.
fn shown(command: &Command) -> String {
    let mut text = Path::new(command.get_program()).display().to_string();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

/// A background program, stopped when this is dropped.
pub(crate) struct Running {
    child: Child,
    name: String,
    signal: &'static str,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let name = shown(command);
        let child = command.spawn().with_context(|| format!("cannot start `{name}`"))?;
        Ok(Self { child, name, signal: "TERM" })
    }

    /// Sets the signal that stops the program, for programs to which SIGTERM means something else.
    pub(crate) fn stopped_by(mut self, signal: &'static str) -> Self {
        self.signal = signal;
        self
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Takes the piped stdout, once.
    pub(crate) fn take_stdout(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    /// An error if the program has already ended.
    pub(crate) fn still_running(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("`{}` ended with {status}", self.name);
        }
        Ok(())
    }

    /// Waits until the program has ended; anything but success is an error.
    pub(crate) fn wait_for_success(&mut self) -> Result<()> {
        let status = self.child.wait()?;
        if !status.success() {
            bail!("`{}` ended with {status}", self.name);
        }
        Ok(())
    }

    /// Waits until the program has ended, whatever its exit status.
    pub(crate) fn wait(&mut self) -> Result<()> {
        self.child.wait().with_context(|| format!("cannot wait for `{}`", self.name))?;
        Ok(())
    }

    /// Waits until it answers 200 to `GET path`.
    pub(crate) fn wait_for_http(&mut self, addr: SocketAddr, path: &str, limit: Duration) -> Result<()> {
        let start = Instant::now();
        while http_status(addr, path) != Some(200) {
            self.still_running()?;
            if start.elapsed() > limit {
                bail!("`{}` did not respond at http://{addr}{path} within {limit:?}", self.name);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Stops the program, and kills it after five seconds.
    fn stop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        let flag = format!("-{}", self.signal);
        let asked = succeeds(Command::new("kill").args([&flag, &self.child.id().to_string()]));
        let start = Instant::now();
        while asked && start.elapsed() < Duration::from_secs(5) {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The status of a GET request; `None` if there is no response.
pub(crate) fn http_status(addr: SocketAddr, path: &str) -> Option<u16> {
    let limit = Duration::from_secs(5);
    let mut stream = TcpStream::connect_timeout(&addr, limit).ok()?;
    stream.set_read_timeout(Some(limit)).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n").ok()?;
    let mut head = [0_u8; 12];
    stream.read_exact(&mut head).ok()?;
    std::str::from_utf8(&head[9..12]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_program_is_named() {
        let error = run(Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert!(error.to_string().starts_with("`sh -c exit 3` ended with"), "{error}");
    }

    #[test]
    fn a_background_program_is_waited_for() {
        assert!(Running::start(&mut Command::new("true")).unwrap().wait_for_success().is_ok());
        let error = Running::start(&mut Command::new("false")).unwrap().wait_for_success().unwrap_err();
        assert!(Running::start(&mut Command::new("false")).unwrap().wait().is_ok());
        assert!(error.to_string().starts_with("`false` ended with"), "{error}");
    }

    #[test]
    fn a_dropped_program_is_stopped() {
        let running = Running::start(Command::new("sleep").arg("600")).unwrap();
        let id = running.id().to_string();
        drop(running);
        assert!(!succeeds(Command::new("kill").args(["-0", &id])));
    }

    #[test]
    fn a_status_is_read_from_the_first_line() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let addr = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).unwrap();
            stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\n\r\n").unwrap();
        });
        assert_eq!(http_status(addr, "/healthz"), Some(503));
        server.join().unwrap();
        assert_eq!(http_status(addr, "/healthz"), None);
    }
}
