//! Spot orders that are checked but not placed (`order/test`).

use super::{place_one, terms::SpotOrder};
use crate::engine::{AccountId, Engine, Reject};
use domain::Micros;

impl Engine {
    /// Checks an order as if it were placed at time `at`, and changes nothing. It works on a copy of the
    /// markets and of the account, so it costs about a millisecond.
    ///
    /// # Errors
    /// A [`Reject`], as if the order had been placed.
    pub fn check_spot_order(&self, at: Micros, account: AccountId, new: &SpotOrder) -> Result<(), Reject> {
        let mut account = self.accounts.get(&account).cloned().ok_or_else(Reject::invalid_key)?;
        let mut markets = self.markets.clone();
        markets.now = markets.now.max(at);
        place_one(&mut markets, &mut account, new).map(drop)
    }
}
