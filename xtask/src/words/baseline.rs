//! The findings that are known and not mended yet, counted per kind of place, rule and crate.
//!
//! More than the baseline is a fault; fewer is one too, until the baseline is lowered: so the debt can only shrink.

use anyhow::{Context as _, Result, bail};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Kind of place, rule, crate.
pub(super) type Key = (String, String, String);

/// Findings by key.
pub(super) type Counts = BTreeMap<Key, usize>;

const HEAD: &str = "\
# Findings of `cargo xtask check words` that are not mended yet: kind of place, rule, crate, count.
# `cargo xtask check words --bless` lowers the counts. Nothing raises them: a new rule's findings are added by an edit.
";

/// Reads the file.
pub(super) fn parse(text: &str) -> Result<Counts> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let parts: Vec<&str> = line.split_whitespace().collect();
            let [group, rule, part, count] = parts[..] else { bail!("not four words: {line}") };
            let count = count.parse().with_context(|| format!("no count: {line}"))?;
            Ok(((group.to_owned(), rule.to_owned(), part.to_owned()), count))
        })
        .collect()
}

/// The file's text for some counts.
pub(super) fn print(counts: &Counts) -> String {
    let mut out = HEAD.to_owned();
    for ((group, rule, part), count) in counts.iter().filter(|(_, count)| **count > 0) {
        let _ = writeln!(out, "{group} {rule} {part} {count}");
    }
    out
}

/// How findings differ from the baseline.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// Key, baseline, found.
    pub(super) more: Vec<(Key, usize, usize)>,
    /// Key, baseline, found.
    pub(super) fewer: Vec<(Key, usize, usize)>,
}

/// Compares findings with the baseline.
pub(super) fn compare(baseline: &Counts, found: &Counts) -> Difference {
    let mut difference = Difference::default();
    let keys: std::collections::BTreeSet<&Key> = baseline.keys().chain(found.keys()).collect();
    for key in keys {
        let (old, new) =
            (baseline.get(key).copied().unwrap_or_default(), found.get(key).copied().unwrap_or_default());
        match new.cmp(&old) {
            std::cmp::Ordering::Greater => difference.more.push((key.clone(), old, new)),
            std::cmp::Ordering::Less => difference.fewer.push((key.clone(), old, new)),
            std::cmp::Ordering::Equal => {}
        }
    }
    difference
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(list: &[(&str, usize)]) -> Counts {
        let key = |rule: &str| ("name".to_owned(), rule.to_owned(), "crates/store".to_owned());
        list.iter().map(|(rule, count)| (key(rule), *count)).collect()
    }

    #[test]
    fn the_file_reads_back() {
        let some = counts(&[("told", 3), ("stand", 1)]);
        assert_eq!(parse(&print(&some)).unwrap(), some);
        assert_eq!(parse(&print(&counts(&[("told", 0)]))).unwrap(), Counts::new());
    }

    #[test]
    fn a_broken_line_is_an_error() {
        assert!(parse("name told 3").is_err());
        assert!(parse("name told crates/store many").is_err());
    }

    #[test]
    fn more_and_fewer_are_both_differences() {
        let difference = compare(
            &counts(&[("a", 2), ("b", 2), ("c", 2)]),
            &counts(&[("a", 3), ("b", 1), ("c", 2), ("d", 1)]),
        );
        let rules = |list: &[(Key, usize, usize)]| {
            list.iter().map(|(key, old, new)| (key.1.clone(), *old, *new)).collect::<Vec<_>>()
        };
        assert_eq!(rules(&difference.more), [("a".to_owned(), 2, 3), ("d".to_owned(), 0, 1)]);
        assert_eq!(rules(&difference.fewer), [("b".to_owned(), 2, 1)]);
    }
}
