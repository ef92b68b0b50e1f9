//! `check words`: holds comments, texts, log lines, documents and names against the project's vocabulary.
//!
//! The rules are tables in [`rules`]. What breaks them and is not mended yet is counted in `baseline.txt`, which can only
//! shrink. A comment `// words: allow(rule): reason` on the line before is an exception.

mod allow;
mod baseline;
mod files;
mod matcher;
mod pattern;
mod place;
mod report;
mod rules;
mod scan;
mod shape;

use crate::cli::WordsArgs;
use crate::workspace::Workspace;
use crate::{console, fs, process};
use anyhow::{Context as _, Result, bail};
use files::File;
use matcher::Matcher;
use report::Finding;
use std::path::PathBuf;
use std::process::Command;

/// Where the baseline is, from the top of the checkout.
const BASELINE: &str = "xtask/src/words/baseline.txt";

/// All findings of the tree, and the state of its exceptions.
#[derive(Default)]
struct Findings {
    list: Vec<Finding>,
    /// Exceptions that are wrong or needless, each with its path and line.
    faults: Vec<String>,
    /// Exceptions in place.
    exceptions: usize,
}

/// `check words` with its arguments.
pub(crate) fn command(workspace: &Workspace, arguments: &WordsArgs) -> Result<()> {
    match (&arguments.list, arguments.bless) {
        (Some(part), _) => list(workspace, part),
        (None, true) => bless(workspace),
        (None, false) => check(workspace),
    }
}

/// Fails when the findings differ from the baseline.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let found = find(workspace)?;
    refuse_faults(&found)?;
    let difference = baseline::compare(&read_baseline(workspace)?, &report::counts(&found.list));
    if !difference.more.is_empty() {
        console::line(report::excess(&found.list, &difference, &changed(workspace)).trim_end());
        bail!("new findings: write what is suggested, or make an exception (xtask/src/words/mod.rs)");
    }
    if !difference.fewer.is_empty() {
        console::line(report::paid(&difference).trim_end());
        bail!(
            "fewer findings than the baseline: run `cargo xtask check words --bless` and commit {BASELINE}"
        );
    }
    let debt = found.list.len();
    console::note(&format!("no new findings; {debt} in the baseline, {} exceptions", found.exceptions));
    Ok(())
}

/// Prints every finding whose path, rule or kind of place contains `part`.
fn list(workspace: &Workspace, part: &str) -> Result<()> {
    let found = find(workspace)?;
    let contains = |one: &&Finding| {
        one.path.contains(part) || one.rule.id.contains(part) || one.place.group().contains(part)
    };
    for finding in found.list.iter().filter(contains) {
        console::line(&finding.to_string());
    }
    refuse_faults(&found)
}

/// Lowers the baseline to the findings; refuses to raise it. Without a baseline, all findings become the first one.
fn bless(workspace: &Workspace) -> Result<()> {
    let found = find(workspace)?;
    refuse_faults(&found)?;
    let path = workspace.root.join(BASELINE);
    let counts = report::counts(&found.list);
    if path.exists() {
        let difference = baseline::compare(&read_baseline(workspace)?, &counts);
        if !difference.more.is_empty() {
            console::line(report::excess(&found.list, &difference, &changed(workspace)).trim_end());
            bail!("the baseline can only be lowered: mend these first");
        }
    }
    fs::write_if_changed(&path, baseline::print(&counts).as_bytes())
}

fn refuse_faults(found: &Findings) -> Result<()> {
    if found.faults.is_empty() {
        return Ok(());
    }
    console::line(&found.faults.join("\n"));
    bail!("an exception is `words: allow(rule): reason`, on the line before the comment, text or name");
}

fn read_baseline(workspace: &Workspace) -> Result<baseline::Counts> {
    let text = fs::read(&workspace.root.join(BASELINE))?;
    baseline::parse(&String::from_utf8_lossy(&text)).context(BASELINE)
}

/// Files that differ from the last commit. Without git's answer, none.
fn changed(workspace: &Workspace) -> Vec<String> {
    let mut git = Command::new("git");
    git.current_dir(&workspace.root).args(["diff", "--name-only", "HEAD"]);
    process::output(&mut git).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// Reads every tracked file, on all processors.
fn find(workspace: &Workspace) -> Result<Findings> {
    let files = files::tracked(workspace)?;
    let matcher = Matcher::new();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let size = files.len().div_ceil(threads).max(1);
    let mut all = Findings::default();
    std::thread::scope(|scope| {
        let workers: Vec<_> = files
            .chunks(size)
            .map(|part| scope.spawn(|| read_all(&workspace.root, part, &matcher)))
            .collect();
        for worker in workers {
            let Ok(found) = worker.join() else { bail!("a worker panicked") };
            let found = found?;
            all.list.extend(found.list);
            all.faults.extend(found.faults);
            all.exceptions += found.exceptions;
        }
        Ok(())
    })?;
    Ok(all)
}

fn read_all(root: &std::path::Path, files: &[File], matcher: &Matcher) -> Result<Findings> {
    let mut all = Findings::default();
    for file in files {
        let path: PathBuf = root.join(&file.path);
        let source = String::from_utf8(fs::read(&path)?).with_context(|| file.path.clone())?;
        find_in(file, &source, matcher, &mut all).with_context(|| file.path.clone())?;
    }
    Ok(all)
}

fn find_in(file: &File, source: &str, matcher: &Matcher, all: &mut Findings) -> Result<()> {
    let scan = scan::scan(source, file.kind)?;
    let lines: Vec<&str> = source.lines().collect();
    let mut used = vec![false; scan.allows.len()];
    for passage in &scan.passages {
        for hit in matcher.hits(passage) {
            let line = passage.line + hit.below;
            let allowed = scan.allows.iter().position(|allow| allow.covers(hit.rule.id, passage.line, line));
            if let Some(allowed) = allowed {
                used[allowed] = true;
                continue;
            }
            let text = lines.get(line - 1).map_or("", |line| line.trim()).to_owned();
            let (path, place, rule) = (file.path.clone(), passage.place, hit.rule);
            all.list.push(Finding { path, line, place, rule, words: hit.words, text });
        }
    }
    all.exceptions += scan.allows.len();
    for (allow, used) in scan.allows.iter().zip(used) {
        let needless = (!used).then(|| "suspends nothing".to_owned());
        if let Some(fault) = allow.fault().or(needless) {
            all.faults.push(format!("{}:{}: the exception {fault}", file.path, allow.line));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
