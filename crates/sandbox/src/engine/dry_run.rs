//! Orders that are checked but not placed.

use super::{AccountId, CommandResult, Engine, NewOrder, Reject, place};
use domain::Micros;

impl Engine {
    /// Answers as [`super::Command::Place`] would at time `at`, and changes nothing. It works on a copy of the
    /// markets and of the account, so it costs about a millisecond.
    ///
    /// # Errors
    /// A [`Reject`], as if the order had been placed.
    pub fn check_order(
        &self,
        at: Micros,
        account: AccountId,
        order: NewOrder,
    ) -> Result<CommandResult, Reject> {
        let mut account = self.accounts.get(&account).cloned().ok_or_else(Reject::invalid_key)?;
        let mut markets = self.markets.clone();
        markets.now = markets.now.max(at);
        place::place(&mut markets, &mut account, order)
    }
}
