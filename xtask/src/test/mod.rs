//! `test`: all tests, in stages that reuse each other's builds. If a stage cannot get what it needs (a
//! database engine, a browser), it fails; it is never skipped.

mod background;
mod clients;
mod prepare;
mod report;
mod rust;
mod schema;
mod tally;

use crate::tools::postgres::Cluster;
use crate::workspace::Workspace;
use crate::{budget, build, check, console, deny, sqlx, tools, words};
use anyhow::{Result, bail};
use background::Background;
pub(crate) use prepare::prepare;
use std::cell::OnceCell;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};
use tally::Tally;

/// State shared by the stages.
struct Run<'a> {
    workspace: &'a Workspace,
    deep: bool,
    background: Background,
    cluster: OnceCell<Cluster>,
    binary: OnceCell<PathBuf>,
}

/// A requirement of a stage. Directories are relative to the root of the workspace.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    /// The programs of Postgres.
    Postgres,
    /// The Python packages of a directory.
    Python(&'static str),
    /// The Node packages of a directory.
    Node(&'static str),
    /// The packages of the third-party clients.
    Clients,
    /// A browser; it follows the Node packages of end2end, with which it may be installed.
    Chromium,
    /// The release server.
    Release,
}

/// A named part of the tests.
struct Stage {
    name: &'static str,
    what: &'static str,
    needs: &'static [Need],
    run: fn(&Run<'_>) -> Result<Tally>,
}

/// In the order in which they run: the quick ones first, then those that need debug builds. The release build runs
/// beside these, so what needs it comes last.
const STAGES: [Stage; 13] = [
    Stage { name: "fmt", what: "formatting", needs: &[], run: |run| once(check::format(run.workspace)) },
    Stage {
        name: "words",
        what: "the vocabulary of comments, texts and names",
        needs: &[],
        run: |run| once(words::check(run.workspace)),
    },
    Stage {
        name: "deny",
        what: "licences, sources and duplicates of all packages, and advisories",
        needs: &[],
        run: |run| once(deny::check_with_advisories(run.workspace)),
    },
    Stage {
        name: "clippy",
        what: "clippy for the server",
        needs: &[],
        run: |run| once(check::clippy(run.workspace)),
    },
    Stage {
        name: "wasm",
        what: "clippy for the browser",
        needs: &[],
        run: |run| once(check::clippy_wasm(run.workspace)),
    },
    Stage {
        name: "sqlx",
        what: "freshness of the checked queries",
        needs: &[Need::Postgres],
        run: |run| once(fresh(run)),
    },
    Stage {
        name: "rust",
        what: "unit, property and contract tests on both databases",
        needs: &[Need::Postgres, Need::Python(rust::SMTP)],
        run: rust::tests,
    },
    Stage {
        name: "crash",
        what: "kill -9 tests",
        needs: &[Need::Postgres, Need::Python(rust::SMTP)],
        run: rust::crash_tests,
    },
    Stage { name: "clients", what: "third-party clients", needs: &[Need::Clients], run: clients::clients },
    Stage {
        name: "schema",
        what: "the OpenAPI document against a running server",
        needs: &[Need::Postgres, Need::Python(schema::FOLDER)],
        run: schema::schema,
    },
    Stage {
        name: "release",
        what: "wasm and release build, and the budgets of the bundles",
        needs: &[Need::Release],
        run: |run| once(run.binary().and_then(|_| budget::check(&run.workspace.target.join("site")))),
    },
    Stage {
        name: "flood",
        what: "floods against the release binary",
        needs: &[Need::Postgres, Need::Python(rust::SMTP), Need::Release],
        run: rust::flood_tests,
    },
    Stage {
        name: "browser",
        what: "browser journeys",
        needs: &[Need::Node(JOURNEYS), Need::Chromium, Need::Release],
        run: browser,
    },
];

/// The directory of the browser journeys.
const JOURNEYS: &str = "end2end";

/// Runs the named stages, or all; the exit code is 0 if everything passed.
pub(crate) fn test(workspace: &Workspace, deep: bool, names: &[String]) -> Result<ExitCode> {
    let stages = chosen(names)?;
    let start = Instant::now();
    let background = Background::start(workspace, &stages);
    let run = Run { workspace, deep, background, cluster: OnceCell::new(), binary: OnceCell::new() };
    let mut total = Tally::default();
    let mut table = Vec::new();
    for stage in stages {
        let (tally, time) = run_stage(&run, stage);
        table.push(row(&run, stage, tally, time));
        total += tally;
    }
    drop(run);
    console::note(&format!("all stages in {}\n\n{}\n", console::human(start.elapsed()), table.join("\n")));
    console::line(&total.to_string());
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A row of the table of stages. Time beside other stages is named, because the stage's own does not contain it.
fn row(run: &Run<'_>, stage: &Stage, tally: Tally, time: Duration) -> String {
    let mut row = format!("{:<8} {:>12}   {tally}", stage.name, console::human(time));
    if let Some(took) = run.background.release_took().filter(|_| stage.name == "release") {
        row.push_str(&format!(" (beside other stages: {})", console::human(took)));
    }
    row
}

fn run_stage(run: &Run<'_>, stage: &Stage) -> (Tally, Duration) {
    let start = Instant::now();
    console::note(&format!("== {}: {}", stage.name, stage.what));
    run.background.wait_for(stage);
    let tally = (stage.run)(run).unwrap_or_else(|error| {
        console::error(&format!("stage {} broke: {error:#}", stage.name));
        Tally::BROKEN
    });
    let time = start.elapsed();
    console::note(&format!("== {}: {tally} in {}", stage.name, console::human(time)));
    (tally, time)
}

fn chosen(names: &[String]) -> Result<Vec<&'static Stage>> {
    if let Some(unknown) = names.iter().find(|name| !STAGES.iter().any(|stage| stage.name == **name)) {
        let known: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
        bail!("unknown stage `{unknown}`; stages: {}", known.join(", "));
    }
    let wanted = |stage: &&Stage| names.is_empty() || names.iter().any(|name| *name == stage.name);
    Ok(STAGES.iter().filter(wanted).collect())
}

/// A check that passes or fails as a whole counts as one test.
fn once(outcome: Result<()>) -> Result<Tally> {
    outcome.map(|()| Tally { passed: 1, ..Tally::default() })
}

fn fresh(run: &Run<'_>) -> Result<()> {
    sqlx::compare(run.workspace, run.cluster()?)
}

/// The browser journeys against the release binary. Playwright's own report provides the counts.
fn browser(run: &Run<'_>) -> Result<Tally> {
    let folder = run.workspace.root.join(JOURNEYS);
    tools::node::ensure_packages(&folder)?;
    let chromium = tools::chromium::ensure(&folder)?;
    let binary = run.binary()?;
    console::step("check the types of the journeys", || {
        crate::process::run(Command::new("npx").current_dir(&folder).args(["tsc", "--noEmit"]))
    })?;
    let report = run.report("playwright.json")?;
    let mut playwright = Command::new("npx");
    playwright.current_dir(&folder).args(["playwright", "test", "--reporter=list,json"]);
    playwright.env("PLAYWRIGHT_JSON_OUTPUT_NAME", &report);
    playwright.env("CHROMIUM", chromium).env("SLIPSTREAM_BIN", binary);
    run.long_forms(&mut playwright);
    let status = crate::process::status(&mut playwright)?;
    report::read(&report, status, report::playwright)
}

impl Stage {
    /// Whether it needs programs or packages that may have to be installed.
    fn installs(&self) -> bool {
        self.needs.iter().any(|need| *need != Need::Release)
    }
}

impl Run<'_> {
    /// The throw-away Postgres, started on first use.
    fn cluster(&self) -> Result<&Cluster> {
        if self.cluster.get().is_none() {
            let _ = self.cluster.set(Cluster::start()?);
        }
        self.cluster.get().ok_or_else(|| anyhow::anyhow!("the cluster is gone"))
    }

    /// The release server, built on first use.
    fn binary(&self) -> Result<&PathBuf> {
        if self.binary.get().is_none() {
            self.background.wait_for_release();
            let _ = self.binary.set(build::release(self.workspace)?);
        }
        self.binary.get().ok_or_else(|| anyhow::anyhow!("the binary is gone"))
    }

    /// A fresh path for a report; a report of an earlier run is removed.
    fn report(&self, name: &str) -> Result<PathBuf> {
        let folder = self.workspace.target.join("reports");
        crate::fs::make_dir(&folder)?;
        let path = folder.join(name);
        if path.exists() {
            std::fs::remove_file(&path)?;
        }
        Ok(path)
    }

    /// Makes a test program run the long variants, if they are requested.
    fn long_forms(&self, command: &mut Command) {
        if self.deep {
            command.env("SLIPSTREAM_DEEP", "1");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &[&str]) -> Vec<&'static str> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        chosen(&words).unwrap().iter().map(|stage| stage.name).collect()
    }

    #[test]
    fn without_names_all_stages_run() {
        assert_eq!(names(&[]).len(), STAGES.len());
    }

    #[test]
    fn named_stages_run_in_the_order_of_the_table() {
        assert_eq!(names(&["browser", "fmt"]), ["fmt", "browser"]);
    }

    #[test]
    fn stages_that_need_the_release_build_are_last() {
        let needs: Vec<bool> = STAGES.iter().map(|stage| stage.needs.contains(&Need::Release)).collect();
        assert!(needs.is_sorted());
        assert_eq!(needs.iter().filter(|needed| **needed).count(), 3);
    }

    #[test]
    fn an_unknown_stage_is_refused() {
        assert!(chosen(&["nonsense".to_owned()]).is_err());
    }
}
