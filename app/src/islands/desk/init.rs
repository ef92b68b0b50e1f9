//! What the server hands the desk.

use super::{Bars, Draft};
use crate::answer::Failure;
use domain::{Decimal, Frame, Market, live::AccountState};
use serde::{Deserialize, Serialize};

/// Everything that the desk starts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskInit {
    /// The market and its rules.
    pub market: Market,
    /// The chart's frame.
    pub frame: Frame,
    /// Its candles.
    pub bars: Bars,
    /// The last price.
    pub last: Decimal,
    /// Orders, position, funds.
    pub account: AccountState,
    /// The taker's fee, as a share.
    pub fee_rate: Decimal,
    /// Whether this key can send manual orders.
    pub tradable: bool,
    /// Whether strategies trade this key.
    pub automated: bool,
    /// What is typed already.
    pub draft: Draft,
    /// What was wrong with it.
    pub failure: Failure,
    /// Makes the ticket's post act once.
    pub idempotency: String,
}
