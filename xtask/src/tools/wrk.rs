//! wrk, the load generator of `bench`.

use crate::process::which;
use anyhow::Result;

/// Ensures that wrk is installed.
pub(crate) fn ensure() -> Result<()> {
    if which("wrk").is_some() { Ok(()) } else { super::install("wrk", &["wrk"]) }
}
