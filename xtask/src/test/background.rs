//! Work beside the first stages: installations, and the release build at the lowest priority. Its output is in files.
//! A stage that needs it waits for it, and then does the same step itself: that finds everything done, or fails where
//! its output is seen.

use super::{Need, Stage};
use crate::workspace::Workspace;
use crate::{console, fs, process, tools};
use anyhow::{Context as _, Result};
use std::cell::{Cell, RefCell};
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Free memory in bytes from which on the release build runs beside the stages: two compilers of large crates in each
/// of the two need up to this.
const MEMORY: u64 = 10 << 30;

/// The files with a container's memory limit. In a container, /proc/meminfo has the memory of the machine.
const GROUP_LIMITS: [&str; 2] = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/// The programs that run beside the stages.
#[derive(Default)]
pub(super) struct Background {
    installations: Option<Job>,
    release: Option<Job>,
}

/// A program that runs beside the stages.
struct Job {
    what: &'static str,
    log: PathBuf,
    worker: RefCell<Option<JoinHandle<Ended>>>,
    took: Cell<Option<Duration>>,
}

struct Ended {
    succeeded: bool,
    took: Duration,
}

impl Background {
    /// Starts what stages after the first will need. What cannot be started is left to the stages.
    pub(super) fn start(workspace: &Workspace, stages: &[&Stage]) -> Self {
        let installing: Vec<&str> =
            stages.iter().filter(|stage| stage.installs()).map(|stage| stage.name).collect();
        let later = |wanted: &dyn Fn(&Stage) -> bool| stages.iter().skip(1).any(|stage| wanted(stage));
        let mut background = Self::default();
        if later(&Stage::installs) {
            background.installations = started("installations", || install(workspace, &installing));
        }
        if later(&|stage: &Stage| stage.needs.contains(&Need::Release)) && memory_suffices() {
            background.release = started("the release build", || build(workspace));
        }
        background
    }

    /// Waits for what a stage needs.
    pub(super) fn wait_for(&self, stage: &Stage) {
        if stage.installs() {
            self.wait_for_installations();
        }
        if stage.needs.contains(&Need::Release) {
            self.wait_for_release();
        }
    }

    /// Waits until the release build has ended, if one runs.
    pub(super) fn wait_for_release(&self) {
        self.release.iter().for_each(Job::wait);
    }

    fn wait_for_installations(&self) {
        self.installations.iter().for_each(Job::wait);
    }

    /// How long the release build took beside the stages, if it has ended.
    pub(super) fn release_took(&self) -> Option<Duration> {
        self.release.as_ref().and_then(|job| job.took.get())
    }
}

impl Job {
    fn start(workspace: &Workspace, what: &'static str, name: &str, command: &mut Command) -> Result<Self> {
        let folder = workspace.target.join("reports");
        fs::make_dir(&folder)?;
        let log = folder.join(name);
        let output = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let start = Instant::now();
        let mut child = command.spawn().with_context(|| format!("cannot start {what}"))?;
        let worker = thread::spawn(move || {
            let succeeded = child.wait().is_ok_and(|status| status.success());
            Ended { succeeded, took: start.elapsed() }
        });
        console::note(&format!("{what}: started beside the stages, output in {}", log.display()));
        Ok(Self { what, log, worker: RefCell::new(Some(worker)), took: Cell::new(None) })
    }

    /// Waits until the program has ended; returns at the second call.
    fn wait(&self) {
        let Some(worker) = self.worker.take() else { return };
        if !worker.is_finished() {
            console::note(&format!("waiting for {}", self.what));
        }
        let Ok(ended) = worker.join() else { return };
        self.took.set(Some(ended.took));
        let outcome = if ended.succeeded { "done" } else { "FAILED, and is repeated here" };
        let (what, time) = (self.what, console::human(ended.took));
        console::note(&format!("{what}: {outcome} in {time} ({})", self.log.display()));
    }
}

fn started(what: &str, job: impl FnOnce() -> Result<Job>) -> Option<Job> {
    job().inspect_err(|error| console::note(&format!("{what} not started beside the stages: {error:#}"))).ok()
}

fn install(workspace: &Workspace, stages: &[&str]) -> Result<Job> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("prepare").args(stages);
    Job::start(workspace, "installations", "prepare.log", &mut command)
}

fn build(workspace: &Workspace) -> Result<Job> {
    // Here, because a stage beside it would install the same component.
    tools::rust::ensure_wasm(workspace)?;
    let nice = process::which("nice").context("the program `nice` is missing")?;
    let mut command = Command::new(nice);
    command.args(["-n", "19"]).arg(std::env::current_exe()?).arg("build");
    Job::start(workspace, "the release build", "release.log", &mut command)
}

/// Whether two builds can run beside each other. Only Linux reports how much memory is free.
fn memory_suffices() -> bool {
    let read = |path: &&str| std::fs::read_to_string(path).ok();
    let limits: Vec<String> = GROUP_LIMITS.iter().filter_map(read).collect();
    suffices(&std::fs::read_to_string("/proc/meminfo").unwrap_or_default(), &limits)
}

/// Whether the machine has enough free memory, and a container's limits allow to use it.
fn suffices(meminfo: &str, limits: &[String]) -> bool {
    // No limit is written as `max`, or as a number larger than any memory.
    let allowed = |limit: &String| limit.trim().parse::<u64>().ok().is_none_or(|bytes| bytes >= MEMORY);
    available(meminfo) >= Some(MEMORY) && limits.iter().all(allowed)
}

/// Bytes of `MemAvailable:   22677000 kB` in /proc/meminfo.
fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(target: &std::path::Path) -> Workspace {
        Workspace { root: target.to_owned(), target: target.to_owned() }
    }

    fn shell(workspace: &Workspace, script: &str) -> Job {
        Job::start(workspace, "a test", "test.log", Command::new("sh").args(["-c", script])).unwrap()
    }

    #[test]
    fn a_job_is_waited_for_once_and_its_output_is_in_a_file() {
        let target = tempfile::tempdir().unwrap();
        let job = shell(&workspace(target.path()), "echo out; echo err >&2; exit 3");
        job.wait();
        assert!(job.took.get().is_some());
        job.wait();
        assert_eq!(std::fs::read_to_string(target.path().join("reports/test.log")).unwrap(), "out\nerr\n");
    }

    #[test]
    fn a_job_that_cannot_start_is_left_to_the_stages() {
        let target = tempfile::tempdir().unwrap();
        let mut absent = Command::new(target.path().join("absent"));
        let job =
            started("a test", || Job::start(&workspace(target.path()), "a test", "test.log", &mut absent));
        assert!(job.is_none());
        Background::default().wait_for_release();
    }

    #[test]
    fn available_memory_is_read() {
        let text = "MemTotal:       24683520 kB\nMemFree:         8842000 kB\nMemAvailable:   22677000 kB\n";
        assert_eq!(available(text), Some(22_677_000 * 1024));
        assert_eq!(available("MemTotal: 1 kB\n"), None);
    }

    #[test]
    fn a_container_may_use_less_than_the_machine_has() {
        let text = "MemAvailable:   22677000 kB\n";
        for (limits, enough) in [
            (vec![], true),
            (vec!["max\n"], true),
            (vec!["9223372036854771712\n"], true),
            (vec!["4294967296\n"], false),
            (vec!["max\n", "4294967296\n"], false),
        ] {
            let limits: Vec<String> = limits.into_iter().map(str::to_owned).collect();
            assert_eq!(suffices(text, &limits), enough, "{limits:?}");
        }
        assert!(!suffices("", &[]));
    }
}
