//! Whether what public lists show has changed. The tables' own triggers count, so that no writer can forget to.

use crate::{Result, Source};

/// Grows with every change to what a public list shows.
///
/// # Errors
/// A fault.
pub async fn get(from: impl Source) -> Result<i64> {
    let sum = value!(i64, from, "select cast(sum(version) as bigint) from public_versions")?;
    Ok(sum.unwrap_or(0))
}
