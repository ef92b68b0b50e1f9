//! Following copied positions up: whoever learns that something changed has the supervisor look at the position.

use crate::{
    Desk, Result, SharedDesk,
    order::{self, Access},
};
use domain::{ExchangeKeyId, Symbol};
use store::copy::Copy;

/// Settles what was open on a market that has just been closed.
pub(crate) async fn settle_closed(desk: &SharedDesk, key: ExchangeKeyId, symbol: &Symbol) -> Result<()> {
    order::protection::inspect_market(desk, key, symbol, order::protection::Known::Closed).await
}

/// Whether a copy's position is still open; `closed` when an order that closed it has filled. One that has ended is settled. The
/// caller has the market's lock.
pub(super) async fn look(desk: &Desk, access: &Access, copy: &Copy, closed: bool) -> Result<bool> {
    order::protection::inspect_copy(desk, access, copy.id, closed).await
}
