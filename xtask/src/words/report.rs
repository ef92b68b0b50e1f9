//! Findings, and how they are printed.

use super::baseline::{Counts, Difference, Key};
use super::files;
use super::place::Place;
use super::rules::Rule;
use std::fmt;
use std::fmt::Write as _;

/// One place in the tree that breaks a rule.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) place: Place,
    pub(super) rule: &'static Rule,
    /// The words that matched.
    pub(super) words: String,
    /// The line of the file.
    pub(super) text: String,
}

impl Finding {
    /// The key of its count in the baseline.
    pub(super) fn key(&self) -> Key {
        (self.place.group().to_owned(), self.rule.id.to_owned(), files::part(&self.path).to_owned())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, place, rule, words, text } = self;
        write!(out, "{path}:{line}: {text}\n    {place}, {}: \"{words}\" -> {}", rule.id, rule.write)
    }
}

/// Findings by key.
pub(super) fn counts(findings: &[Finding]) -> Counts {
    let mut counts = Counts::new();
    for finding in findings {
        *counts.entry(finding.key()).or_default() += 1;
    }
    counts
}

/// How many findings of one key are printed before the rest is a number.
const PRINTED: usize = 25;

/// The findings that are more than the baseline allows, those in `changed` files first.
pub(super) fn excess(findings: &[Finding], difference: &Difference, changed: &[String]) -> String {
    let mut out = String::new();
    for (key, allowed, found) in &difference.more {
        let (group, rule, part) = key;
        let _ = writeln!(out, "{part}: {found} × {rule} in {group}, the baseline allows {allowed}");
        let mut those: Vec<&Finding> = findings.iter().filter(|finding| finding.key() == *key).collect();
        those.sort_by_key(|finding| !changed.contains(&finding.path));
        for finding in those.iter().take(PRINTED) {
            let _ = writeln!(out, "  {finding}");
        }
        if those.len() > PRINTED {
            let _ = writeln!(out, "  and {} more: cargo xtask check words --list", those.len() - PRINTED);
        }
    }
    out
}

/// The counts that are lower than the baseline.
pub(super) fn paid(difference: &Difference) -> String {
    let mut out = String::new();
    for ((group, rule, part), old, new) in &difference.fewer {
        let _ = writeln!(out, "{part}: {new} × {rule} in {group}, the baseline has {old}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{baseline, rules};
    use super::*;

    fn finding(path: &str) -> Finding {
        let rule = rules::named("told").unwrap();
        Finding {
            path: path.to_owned(),
            line: 7,
            place: Place::Doc,
            rule,
            words: "told".to_owned(),
            text: "/// Who is told.".to_owned(),
        }
    }

    #[test]
    fn a_finding_has_place_rule_and_suggestion() {
        let text = finding("app/src/a.rs").to_string();
        assert!(text.starts_with("app/src/a.rs:7: /// Who is told.\n"), "{text}");
        assert!(text.contains("comment, told: \"told\" -> `notify`"), "{text}");
    }

    #[test]
    fn changed_files_are_printed_first() {
        let findings = [finding("app/src/a.rs"), finding("app/src/b.rs")];
        let difference = baseline::compare(&Counts::new(), &counts(&findings));
        let text = excess(&findings, &difference, &["app/src/b.rs".to_owned()]);
        assert!(text.starts_with("app: 2 × told in comment, the baseline allows 0\n"), "{text}");
        assert!(text.find("b.rs").unwrap() < text.find("a.rs").unwrap(), "{text}");
    }
}
