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

/// Looks at everything that an account has open: its stream was away.
pub(super) async fn look_at_key(desk: &SharedDesk, key: ExchangeKeyId) {
    if let Err(error) = order::protection::inspect_key(desk, key).await {
        tracing::debug!(%key, %error, "an account's positions are looked at by the next tick");
    }
}

/// Whether a copy's position is still open; `closed` when an order that closed it has filled. One that has ended is settled. The
/// caller has the market's lock.
pub(super) async fn look(desk: &Desk, access: &Access, copy: &Copy, closed: bool) -> Result<bool> {
    order::protection::inspect_copy(desk, access, copy.id, closed).await
}
