//! Whether maintenance mode is on, read while a request is answered.

use service::{SharedDesk, identity::maintenance};

/// Returns the maintenance notice while the mode is on. If the database does not answer, the desk counts as
/// open: the request itself will report the failure.
pub(crate) async fn closed(desk: &SharedDesk) -> Option<maintenance::Closed> {
    maintenance::closed(desk).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "could not read the maintenance mode");
        None
    })
}
