//! Requests that only futures accounts know: amendments, the timer that cancels orders, and fees in BNB.

use super::{Account, Amend, CommandResult, Reject, amend, markets::MarketState, timers};
use crate::market::Pair;
use serde::{Deserialize, Serialize};

/// A request of a futures account. Journalled, so its serialized form is part of the on-disk state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FuturesRequest {
    /// Changes the price and amount of a resting order. Answers [`CommandResult::Order`].
    Amend(Amend),
    /// Sets the timer that cancels a perpetual's open orders. Answers [`CommandResult::Done`].
    Countdown {
        /// The perpetual.
        pair: Pair,
        /// Milliseconds until the orders are cancelled; zero stops the timer.
        millis: u64,
    },
    /// Sets whether the account pays fees in BNB if it holds any. Answers [`CommandResult::Done`].
    FeeBurn(bool),
}

/// Carries out a request.
pub(super) fn carry_out(
    markets: &mut MarketState,
    account: &mut Account,
    request: &FuturesRequest,
) -> Result<CommandResult, Reject> {
    match request {
        FuturesRequest::Amend(change) => amend::amend(markets, account, change),
        FuturesRequest::Countdown { pair, millis } => timers::set_countdown(markets, account, *pair, *millis),
        FuturesRequest::FeeBurn(on) => {
            account.state.fee_burn = *on;
            Ok(CommandResult::Done)
        }
    }
}
