//! Follow-up of copied positions: runs the supervisor's inspection of a position after a change.

use crate::{
    error::Result,
    following::{Following, SharedFollowing},
    trading::order::{self, Access},
};
use domain::{ExchangeKeyId, Symbol};
use store::copy::CopyTrade;

/// Settles what was open on a market that has just been closed.
pub(crate) async fn settle_closed(desk: &SharedFollowing, key: ExchangeKeyId, symbol: &Symbol) -> Result<()> {
    order::protection::inspect_market(desk, key, symbol, order::protection::Known::Closed).await
}

/// Returns whether a copy's position is still open, and settles it if it has ended. `closed` means that an
/// order that closed it has filled. The caller holds the per-market lock.
pub(super) async fn settle_if_ended(
    desk: &Following,
    access: &Access,
    copy: &CopyTrade,
    closed: bool,
) -> Result<bool> {
    order::protection::inspect_copy(desk, access, copy.id, closed).await
}
