//! bench
use crate::workspace::Workspace;
use anyhow::Result;
pub(crate) fn bench(_workspace: &Workspace, _words: &[String]) -> Result<()> {
    Ok(())
}
