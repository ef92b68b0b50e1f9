//! Detects accounts whose orders and positions at the exchange differ from the database: after a restore, or
//! when another desk runs on a copy of the database.
//!
//! Each account is checked once after a start. Orders of this install that the database does not know put the
//! account under review: the desk rebuilds what it can and places missing stops, but does not enter, cancel
//! or close anything there on its own until an admin confirms the differences. A desk that starts on a
//! backup puts every account under review until it has been checked.

mod check;
mod confirm;
mod difference;
mod state;

pub use check::check_next;
pub use confirm::{Review, confirm, confirm_by_command, list, listed};
pub use difference::Difference;
pub(crate) use state::Reviews;
pub use state::watch;

use crate::{
    error::{Error, Result},
    trading::{Trading, order::Install},
};
use state::refresh;

/// Reads or creates the install's characters, and puts every account under review if the database is a
/// restored backup. Called at start, before anything is sent.
///
/// # Errors
/// When the database cannot be used.
pub async fn begin(desk: &Trading) -> Result<()> {
    let now = desk.clock.now();
    if store::install::get(&desk.db).await?.is_none() {
        let mut tx = desk.db.begin().await?;
        store::install::insert(&mut tx, &Install::draw(&*desk.entropy).code(), now).await?;
        tx.commit().await?;
    }
    let install =
        store::install::get(&desk.db).await?.ok_or_else(|| Error::fault("the install row is missing"))?;
    let code =
        Install::parse(&install.code).ok_or_else(|| Error::fault("the install code is not readable"))?;
    desk.reviews.install.get_or_init(|| code);
    if install.copied_at.is_some() {
        let mut tx = desk.db.begin().await?;
        if store::install::mark_used(&mut tx).await? {
            let keys = store::review::begin_all(&mut tx, now).await?;
            tracing::warn!(
                keys,
                "this database was restored from a backup; every account is reviewed before it trades"
            );
        }
        tx.commit().await?;
    }
    refresh(desk).await
}

/// Puts every account under review until it has been checked, for an operator who has restored the database
/// by other means than a file of `slipstream backup`. Returns the number of accounts.
///
/// # Errors
/// When the database cannot be used.
pub async fn restored(desk: &Trading) -> Result<u64> {
    let mut tx = desk.db.begin().await?;
    let keys = store::review::begin_all(&mut tx, desk.clock.now()).await?;
    tx.commit().await?;
    Ok(keys)
}
