//! The budgets of the wasm bundles: what the first visit of a page downloads.

use crate::{console, site};
use anyhow::{Context as _, Result, bail};
use std::path::Path;

/// The most bytes that each bundle's compressed wasm may have, as docs/decisions/0004-two-wasm-bundles.md lists them: 180 KiB
/// for the trade page.
pub(crate) const BUDGETS: [(&str, u64); 2] = [("small", 50_000), ("desk", 180 * 1024)];

/// The size of a bundle in bytes.
pub(crate) struct Size {
    /// The wasm as it is compiled.
    pub(crate) raw: u64,
    /// The wasm as it is sent.
    pub(crate) packed: u64,
    /// Its JavaScript as it is sent.
    pub(crate) script: u64,
}

impl Size {
    /// Measures a bundle of a built site.
    pub(crate) fn of(site: &Path, name: &str) -> Result<Self> {
        let stem = site::stem(site, name).with_context(|| format!("no bundle {name}"))?;
        let size = |file: String| -> Result<u64> {
            let path = site.join("pkg").join(file);
            Ok(std::fs::metadata(&path).with_context(|| path.display().to_string())?.len())
        };
        Ok(Self {
            raw: size(format!("{stem}_bg.wasm"))?,
            packed: size(format!("{stem}_bg.wasm.br"))?,
            script: size(format!("{stem}.js.br"))?,
        })
    }
}

/// Fails if a bundle of the release build exceeds its budget.
pub(crate) fn check(site: &Path) -> Result<()> {
    let mut exceeded = Vec::new();
    for (name, budget) in BUDGETS {
        let Size { packed, script, .. } = Size::of(site, name)?;
        console::note(&format!("{name}: {packed} B of {budget}, and {script} B of JavaScript"));
        if packed > budget {
            exceeded.push(format!("{name} has {packed} B of compressed wasm, and its budget is {budget}"));
        }
    }
    if exceeded.is_empty() { Ok(()) } else { bail!("{}", exceeded.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A site with bundles of these sizes.
    fn built(sizes: [(&str, u64); 2]) -> tempfile::TempDir {
        let site = tempfile::tempdir().unwrap();
        std::fs::create_dir(site.path().join("pkg")).unwrap();
        let mut listing = String::new();
        for (name, size) in sizes {
            listing.push_str(&format!("{name} {name}-aa\n"));
            for suffix in ["_bg.wasm", "_bg.wasm.br", ".js.br"] {
                let content = vec![0_u8; usize::try_from(size).unwrap()];
                std::fs::write(site.path().join("pkg").join(format!("{name}-aa{suffix}")), content).unwrap();
            }
        }
        std::fs::write(site.path().join("bundles.txt"), listing).unwrap();
        site
    }

    #[test]
    fn a_bundle_over_its_budget_fails() {
        let [(small, small_budget), (desk, desk_budget)] = BUDGETS;
        check(built([(small, small_budget), (desk, desk_budget)]).path()).unwrap();
        let error = check(built([(small, small_budget), (desk, desk_budget + 1)]).path()).unwrap_err();
        assert!(error.to_string().starts_with("desk has 184321 B"), "{error}");
    }

    #[test]
    fn every_bundle_has_a_budget() {
        assert_eq!(BUDGETS.map(|(name, _)| name), site::BUNDLES.map(|(name, _)| name));
    }

    #[test]
    fn the_documentation_lists_the_budgets() {
        let table = include_str!("../../docs/decisions/0004-two-wasm-bundles.md");
        for (name, budget) in BUDGETS {
            let (thousands, rest) = (budget / 1_000, budget % 1_000);
            let row = format!("| `{name}` | {thousands},{rest:03} |");
            assert!(table.contains(&row), "{row}");
        }
    }
}
