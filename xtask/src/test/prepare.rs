//! `prepare`: installs what the stages need, and runs none.

use super::{JOURNEYS, Need, chosen, clients};
use crate::tools;
use crate::workspace::Workspace;
use anyhow::Result;

/// Installs what the named stages need, or all. Everything is tried; the first failure is returned.
pub(crate) fn prepare(workspace: &Workspace, names: &[String]) -> Result<()> {
    let mut needs: Vec<Need> = Vec::new();
    for stage in chosen(names)? {
        for need in stage.needs {
            if !needs.contains(need) {
                needs.push(*need);
            }
        }
    }
    needs.into_iter().map(|need| install(workspace, need)).fold(Ok(()), Result::and)
}

fn install(workspace: &Workspace, need: Need) -> Result<()> {
    match need {
        Need::Postgres => tools::postgres::ensure_binaries().map(drop),
        Need::Python(folder) => {
            tools::python::ensure(&workspace.root.join(folder), &workspace.target).map(drop)
        }
        Need::Node(folder) => tools::node::ensure_packages(&workspace.root.join(folder)),
        Need::Clients => clients::install(workspace),
        Need::Chromium => tools::chromium::ensure(&workspace.root.join(JOURNEYS)).map(drop),
        // Built, not installed: `build` does that.
        Need::Release => Ok(()),
    }
}
