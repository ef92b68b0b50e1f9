//! The initial state that the server passes to the desk.

use super::{Bars, TicketDraft};
use crate::answer::FormFailure;
use domain::{Decimal, Frame, Market, live::AccountState};
use serde::{Deserialize, Serialize};

/// The initial state of the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskInit {
    /// The market and its rules.
    pub market: Market,
    /// The candle interval of the chart.
    pub frame: Frame,
    /// The candles.
    pub bars: Bars,
    /// The last price.
    pub last: Decimal,
    /// Orders, position and balances.
    pub account: AccountState,
    /// The taker fee, as a fraction.
    pub fee_rate: Decimal,
    /// Whether this key can place manual orders.
    pub tradable: bool,
    /// Whether strategies trade this key.
    pub automated: bool,
    /// Whether the key's first-day limits apply, so that each order is confirmed.
    pub first_day: bool,
    /// The ticket's values.
    pub draft: TicketDraft,
    /// The problems of the ticket's last post.
    pub failure: FormFailure,
    /// The problems of the last post of the position's and the orders' forms.
    pub managed: FormFailure,
    /// The idempotency key of the ticket's next post.
    pub idempotency: String,
}
