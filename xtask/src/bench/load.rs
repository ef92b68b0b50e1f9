//! Load tests with `wrk`, and the server's CPU time and memory as Linux counts them.

use crate::process;
use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use std::process::Command;
use std::time::Duration;

/// Linux reports CPU time in hundredths of a second, whatever the kernel's own tick is (USER_HZ).
const TICKS_PER_SECOND: f64 = 100.0;

/// The result of a load test.
pub(super) struct Load {
    pub(super) requests: f64,
    pub(super) per_second: f64,
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    pub(super) cpu_seconds: f64,
}

impl Load {
    /// Requests per second of CPU time: unlike the rate per second, it does not depend on other load on the
    /// machine.
    pub(super) fn per_cpu_second(&self) -> f64 {
        self.requests / self.cpu_seconds.max(1.0 / TICKS_PER_SECOND)
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "requestsPerSecond": self.per_second.round(),
            "requestsPerCpuSecond": self.per_cpu_second().round(),
            "cpuMicrosPerRequest": (1e6 / self.per_cpu_second()).round(),
            "p50Micros": micros(self.p50),
            "p99Micros": micros(self.p99),
        })
    }
}

/// A duration in microseconds, for a JSON file.
pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Runs wrk against a URL for some seconds, with 16 connections on one thread, and measures the server with
/// this process id. A response that is not a success invalidates the measurement and is an error.
pub(super) fn load(url: &str, headers: &[(&str, &str)], server: u32, seconds: u64) -> Result<Load> {
    let wrk = |seconds: u64| {
        let mut wrk = Command::new("wrk");
        wrk.args(["-t1", "-c16", "--latency", &format!("-d{seconds}s")]);
        for (name, value) in headers {
            wrk.args(["-H", &format!("{name}: {value}")]);
        }
        process::output(wrk.arg(url)).map_err(|_| anyhow::anyhow!("wrk failed on {url}"))
    };
    wrk(1)?; // Warms up caches and connections.
    let before = cpu_seconds(server)?;
    let report = wrk(seconds)?;
    parse(&report, cpu_seconds(server)? - before)
        .with_context(|| format!("unexpected wrk report for {url}:\n{report}"))
}

fn parse(report: &str, cpu_seconds: f64) -> Result<Load> {
    let line = |start: &str| {
        let mut lines = report.lines().map(str::trim);
        lines
            .find_map(|line| line.strip_prefix(start).map(str::trim))
            .with_context(|| format!("no `{start}`"))
    };
    if report.contains("Non-2xx") || report.contains("Socket errors") {
        bail!("not every request succeeded");
    }
    let requests = report.lines().find_map(|line| line.split_once(" requests in ")).context("no requests")?.0;
    Ok(Load {
        requests: requests.trim().parse()?,
        per_second: line("Requests/sec:")?.parse()?,
        p50: duration(line("50%")?)?,
        p99: duration(line("99%")?)?,
        cpu_seconds,
    })
}

/// Parses `87.00us`, `1.23ms`, `2.00s`.
fn duration(text: &str) -> Result<Duration> {
    let units = [("us", 1e-6), ("ms", 1e-3), ("s", 1.0)];
    let found = units.iter().find_map(|(unit, scale)| Some((text.strip_suffix(unit)?, scale)));
    let (number, scale) = found.with_context(|| format!("{text:?} is not a duration"))?;
    Ok(Duration::from_secs_f64(number.parse::<f64>()? * scale))
}

/// User and system time of a process and its threads.
pub(super) fn cpu_seconds(process: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second field is the program's name in parentheses and may contain anything; utime and stime are
    // fields 14 and 15.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |index: usize| -> Result<f64> { Ok(fields.get(index).context("a short stat")?.parse()?) };
    Ok((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
}

/// Resident memory of a process, in bytes.
pub(super) fn resident_bytes(process: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "Running 2s test @ http://127.0.0.1:1/\n  Latency Distribution\n     50%  470.00us\n     75%    1.00ms\n     99%    2.50ms\n  20384 requests in 2.00s, 3.00MB read\nRequests/sec:  10190.12\nTransfer/sec:      1.50MB\n";

    #[test]
    fn the_report_of_wrk_is_read() {
        let load = parse(REPORT, 2.0).unwrap();
        assert_eq!((load.p50, load.p99), (Duration::from_micros(470), Duration::from_micros(2500)));
        assert!((load.per_cpu_second() - 10_192.0).abs() < 0.1);
        assert!(parse(&format!("{REPORT}  Non-2xx or 3xx responses: 7\n"), 2.0).is_err());
    }

    #[test]
    fn our_own_process_can_be_measured() {
        assert!(cpu_seconds(std::process::id()).is_ok());
        assert!(resident_bytes(std::process::id()).unwrap() > 100_000);
    }
}
