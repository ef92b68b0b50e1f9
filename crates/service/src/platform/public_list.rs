//! Version of the public lists, for HTTP caching.

use crate::{
    error::Result,
    platform::{Platform, watched::Watched},
};
use domain::time;

/// Version of everything that public lists show: equal versions give equal responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataVersion {
    version: i64,
    /// The current day, because histories end with it.
    day: i64,
}

/// Cached version counter.
pub(crate) type DataVersions = Watched<i64>;

/// The current version; read it before the response is built. A change by this instance is visible
/// immediately, one by another instance within a second.
///
/// # Errors
/// When the database cannot be read.
pub async fn current_version(desk: &Platform) -> Result<DataVersion> {
    let read = async { Ok(store::public_version::get(&desk.db).await?) };
    let version = desk.lists.get(&*desk.clock, read).await?;
    Ok(DataVersion { version, day: desk.clock.now().0.div_euclid(time::DAY) })
}
