//! Whether an answer that shows public lists is still true.

use crate::{Desk, Result, watched::Watched};
use domain::time;

/// The state of everything that public lists show: two equal ones have equal answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edition {
    version: i64,
    /// Histories end with the present day.
    day: i64,
}

/// What was last read of it.
pub(crate) type Editions = Watched<i64>;

/// The present edition; to be asked before an answer is made. This instance's own changes count at once, another's within
/// a second.
///
/// # Errors
/// When the database cannot be asked.
pub async fn edition(desk: &Desk) -> Result<Edition> {
    let read = async { Ok(store::public_version::get(&desk.db).await?) };
    let version = desk.edge.lists.get(&*desk.clock, read).await?;
    Ok(Edition { version, day: desk.clock.now().0.div_euclid(time::DAY) })
}
