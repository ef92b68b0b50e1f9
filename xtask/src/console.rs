//! Output of the commands: progress on stderr, results on stdout.

use anyhow::Result;
use std::io::Write as _;
use std::time::{Duration, Instant};

/// Prints a result. A closed pipe is not an error.
pub(crate) fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

/// Prints progress.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "xtask: {text}");
}

/// Prints why the command stopped.
pub(crate) fn error(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "xtask: error: {text}");
}

/// Reports a step, runs it, and reports how long it took.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    note(what);
    let start = Instant::now();
    let outcome = work();
    let verb = if outcome.is_ok() { "done" } else { "FAILED" };
    note(&format!("{what}: {verb} in {}", human(start.elapsed())));
    outcome
}

/// A readable duration: `0.4 s`, `12.3 s`, `3 min 07 s`.
pub(crate) fn human(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        return format!("{}.{} s", seconds, time.subsec_millis() / 100);
    }
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(human(Duration::from_millis(420)), "0.4 s");
        assert_eq!(human(Duration::from_millis(59_990)), "59.9 s");
        assert_eq!(human(Duration::from_secs(187)), "3 min 07 s");
    }
}
