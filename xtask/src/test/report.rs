//! Parses the reports of the test runners: JUnit (nextest), libtest's text (cargo test), JSON (Playwright)
//! and TAP (node).

use super::tally::Tally;
use anyhow::{Context as _, Result};
use std::path::Path;
use std::process::ExitStatus;

/// Reads a report file. A runner that failed although no test did (a build error, a crash) adds a failure.
pub(super) fn read(path: &Path, status: ExitStatus, parse: fn(&str) -> Result<Tally>) -> Result<Tally> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the test runner ended with {status} and wrote no {}", path.display()))?;
    Ok(judged(parse(&text)?, status))
}

/// Combines a tally with the runner's exit status.
pub(super) fn judged(mut tally: Tally, status: ExitStatus) -> Tally {
    if !status.success() && tally.failed == 0 {
        tally.failed = 1;
    }
    tally
}

/// The root of a JUnit report counts everything: `<testsuites tests="3" failures="1" errors="0">`; a skipped
/// test is neither. One that passed only on a retry has a `<flakyFailure>` or a `<flakyError>`, and counts as
/// failed.
pub(super) fn junit(text: &str) -> Result<Tally> {
    let root = text.split_once("<testsuites").context("no <testsuites> in the JUnit report")?.1;
    let (root, suites) = root.split_once('>').context("an unfinished JUnit report")?;
    // pytest counts in its only suite, and not in the root.
    let counts = if root.contains(" tests=\"") { root } else { suites.split('>').next().unwrap_or_default() };
    let attribute = |name: &str| -> Result<u64> {
        let value = counts.split_once(&format!(" {name}=\"")).with_context(|| format!("JUnit: no {name}"))?.1;
        Ok(value.split('"').next().unwrap_or_default().parse()?)
    };
    let flaky = text.split("<testcase ").skip(1).filter(|case| case.contains("<flaky")).count() as u64;
    let failed = attribute("failures")? + attribute("errors")? + flaky;
    let left_out = failed + attribute("skipped").unwrap_or(0);
    Ok(Tally { passed: attribute("tests")?.saturating_sub(left_out), failed })
}

/// Sums the lines `test result: ok. 3 passed; 0 failed; …`, one per test program.
pub(super) fn libtest(text: &str) -> Tally {
    let mut tally = Tally::default();
    for line in text.lines().filter(|line| line.starts_with("test result:")) {
        tally += Tally { passed: before(line, " passed"), failed: before(line, " failed") };
    }
    tally
}

/// The number before a word; zero if the word does not occur.
fn before(line: &str, word: &str) -> u64 {
    let Some((head, _)) = line.split_once(word) else { return 0 };
    head.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Playwright's JSON reporter: `stats` has `expected`, `unexpected` and `flaky`. The last ones passed only on a
/// retry, and count as failed.
pub(super) fn playwright(text: &str) -> Result<Tally> {
    let report: serde_json::Value = serde_json::from_str(text)?;
    let stat = |name: &str| {
        report["stats"][name].as_u64().with_context(|| format!("no stats.{name} in Playwright's report"))
    };
    let errors = report["errors"].as_array().map_or(0, |errors| errors.len() as u64);
    Ok(Tally { passed: stat("expected")?, failed: stat("unexpected")? + stat("flaky")? + errors })
}

/// TAP of `node --test`: it ends with `# pass 3`, `# fail 0`, `# cancelled 0`.
pub(super) fn tap(text: &str) -> Result<Tally> {
    let count = |name: &str| -> Result<u64> {
        let prefix = format!("# {name} ");
        let line = text.lines().rev().find_map(|line| line.strip_prefix(&prefix));
        Ok(line.with_context(|| format!("no `{prefix}` in the TAP report"))?.trim().parse()?)
    };
    Ok(Tally { passed: count("pass")?, failed: count("fail")? + count("cancelled")? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt as _;

    const fn tally(passed: u64, failed: u64) -> Tally {
        Tally { passed, failed }
    }

    #[test]
    fn junit_counts_failures_and_errors() {
        let text = r#"<?xml version="1.0"?><testsuites name="n" tests="9" skipped="2" failures="2" errors="1" uuid="u"><testsuite tests="7"/></testsuites>"#;
        assert_eq!(junit(text).unwrap(), tally(4, 3));
        let flaky = r#"<testsuites tests="2" failures="0" errors="0"><testcase name="a"/><testcase name="b"><flakyFailure/><flakyFailure/></testcase></testsuites>"#;
        assert_eq!(junit(flaky).unwrap(), tally(1, 1));
        let pytest = r#"<testsuites name="pytest tests"><testsuite name="pytest" errors="0" failures="1" skipped="2" tests="7"><testcase name="a"/></testsuite></testsuites>"#;
        assert_eq!(junit(pytest).unwrap(), tally(4, 1));
        assert!(junit("<testsuites name=\"n\">").is_err());
        assert!(junit("").is_err());
    }

    #[test]
    fn libtest_sums_every_program() {
        let text = "running 2 tests\ntest a ... ok\n\ntest result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
                    test result: FAILED. 3 passed; 12 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n";
        assert_eq!(libtest(text), tally(5, 12));
    }

    #[test]
    fn playwright_counts_what_passed_when_repeated_as_failed() {
        let text = r#"{"errors":[],"stats":{"expected":5,"unexpected":1,"flaky":2,"skipped":1}}"#;
        assert_eq!(playwright(text).unwrap(), tally(5, 3));
        assert!(playwright(r#"{"stats":{}}"#).is_err());
    }

    #[test]
    fn tap_counts_cancelled_tests_as_failed() {
        let text = "TAP version 13\n# tests 6\n# suites 0\n# pass 4\n# fail 1\n# cancelled 1\n# skipped 0\n";
        assert_eq!(tap(text).unwrap(), tally(4, 2));
        assert!(tap("TAP version 13\n").is_err());
    }

    #[test]
    fn a_runner_that_fails_without_a_failed_test_is_a_failure() {
        let failure = ExitStatus::from_raw(1 << 8);
        assert_eq!(judged(tally(3, 0), failure), tally(3, 1));
        assert_eq!(judged(tally(3, 2), failure), tally(3, 2));
        assert_eq!(judged(tally(3, 0), ExitStatus::from_raw(0)), tally(3, 0));
    }
}
