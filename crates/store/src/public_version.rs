//! The version of the public lists. Triggers on the tables increment it, so that no writer can forget to.

use crate::{Result, Source};

/// Returns the version, which increases with every change to what a public list shows.
pub async fn get(from: impl Source) -> Result<i64> {
    let sum = value!(i64, from, "select cast(sum(version) as bigint) from public_versions")?;
    Ok(sum.unwrap_or(0))
}
