//! Spot orders that are checked but not placed (`order/test`).

use super::{rules, spot_order::SpotOrder};
use crate::engine::{AccountId, Engine, Reject};

impl Engine {
    /// Checks an order against the filters and changes nothing. As on Binance, the order does not reach the
    /// matching engine, so its balance and the book do not matter.
    ///
    /// # Errors
    /// A [`Reject`], as if the order had been placed.
    pub fn check_spot_order(&self, account: AccountId, new: &SpotOrder) -> Result<(), Reject> {
        let account = self.accounts.get(&account).ok_or_else(Reject::invalid_key)?;
        rules::check(&self.markets, new)?;
        rules::capacity(&self.markets, account, &[new])
    }
}
