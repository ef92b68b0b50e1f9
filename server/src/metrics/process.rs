//! Resource usage of this process, as Linux counts it.

use std::fs;

/// Linux reports CPU time to programs in hundredths of a second, whatever the kernel's own tick is.
const TICKS_PER_SECOND: u64 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    /// Resident memory.
    pub(super) resident_bytes: u64,
    /// User and system time, whole seconds.
    pub(super) cpu_seconds: u64,
}

/// `None` if there is no `/proc`.
pub(super) fn usage() -> Option<Usage> {
    parse(&fs::read_to_string("/proc/self/stat").ok()?, &fs::read_to_string("/proc/self/status").ok()?)
}

fn parse(stat: &str, status: &str) -> Option<Usage> {
    // The second field is the program's name in parentheses and may contain anything; utime and stime are
    // fields 14 and 15.
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place)?.parse::<u64>().ok();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(Usage {
        resident_bytes: kilobytes.saturating_mul(1_024),
        cpu_seconds: ticks(11)?.saturating_add(ticks(12)?) / TICKS_PER_SECOND,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_the_figures_of_linux() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194304 5 0 0 0 1234 66 0 0 20 0 1 0 5 9 3 1";
        let status = "Name:\tx\nVmRSS:\t    2048 kB\nThreads:\t1\n";
        assert_eq!(parse(stat, status), Some(Usage { resident_bytes: 2_097_152, cpu_seconds: 13 }));
        assert_eq!(parse("", ""), None);
        assert!(usage().is_some_and(|usage| usage.resident_bytes > 100_000));
    }
}
