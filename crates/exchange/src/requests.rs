//! Requests to an exchange, and the events it sends.

use crate::HoldingsChange;
use domain::{
    Balance, Candle, Clock, Decimal, Micros, Order, OrderType, PositionSlot, Side, Symbol, Ticker,
    TimeInForce, Trade, TradeType, trade::PriceSource,
};
use std::time::Duration;

/// Where a list of fills begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TradesFrom {
    /// At the fill with this id.
    Id(String),
    /// At the first fill at or after this time. Binance answers at most seven days from there for futures.
    Time(Micros),
}

/// The period within which a state-changing request may reach the exchange.
///
/// On Binance, `checked_at` converted to the exchange's clock is the request's `timestamp`, and `window` its
/// `recvWindow`, so the exchange itself rejects what arrives later (-1021), however long the sender was
/// suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// [`Clock::boot`] when the sender last checked that the request is wanted and that it still holds the
    /// lease to send it.
    pub checked_at: Micros,
    /// How long after `checked_at` the exchange may still accept the request; at most 60 s.
    pub window: Duration,
}

impl Validity {
    /// The longest window in use, Binance's own default.
    pub const LONGEST: Duration = Duration::from_secs(5);

    /// Valid for [`Self::LONGEST`] from now.
    #[must_use]
    pub fn from_now(clock: &dyn Clock) -> Self {
        Self { checked_at: clock.boot(), window: Self::LONGEST }
    }

    /// The [`Clock::boot`] time at which the validity ends.
    #[must_use]
    pub fn ends_at(&self) -> Micros {
        self.checked_at.plus(i64::try_from(self.window.as_micros()).unwrap_or(i64::MAX))
    }
}

/// An order to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRequest {
    /// Spot or futures.
    pub trade_type: TradeType,
    /// The pair.
    pub symbol: Symbol,
    /// Client order id, derived from intent and leg and identical for every attempt, so that it serves as
    /// idempotency key.
    pub client_order_id: String,
    /// Buy or sell.
    pub side: Side,
    /// The futures position that it acts on.
    pub position_side: PositionSlot,
    /// The order type.
    pub kind: OrderType,
    /// Amount in base units; `None` closes the entire position (`closePosition`).
    pub amount: Option<Decimal>,
    /// Limit price, if the type has one.
    pub price: Option<Decimal>,
    /// Trigger price, or activation price of a trailing stop.
    pub stop_price: Option<Decimal>,
    /// The price that triggers a conditional futures order.
    pub trigger: PriceSource,
    /// Callback rate of a trailing stop, in percent.
    pub callback_rate: Option<Decimal>,
    /// Time in force; ignored for market orders.
    pub time_in_force: TimeInForce,
    /// When an order ends whose time in force is [`TimeInForce::Gtd`], in whole seconds.
    pub good_till: Option<Micros>,
    /// The order may only reduce a position. In hedge mode it is sent as `side` against `position_side`.
    pub reduce_only: bool,
    /// Priority when the rate limit budget is short.
    pub urgency: Urgency,
}

/// The exchange's verdict on an order that it validated without placing it. A rejection is
/// [`crate::ExchangeFailure::Refused`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderTest {
    /// The order passed.
    Passed,
    /// The exchange cannot validate orders of this kind without placing them.
    Unsupported,
}

/// Priority of a request when the rate limit budget is short. A fifth of the budget is reserved for
/// [`Urgency::Protection`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Stops, closes, cancels, and the reads needed for deciding about them.
    Protection,
    /// Entries and the requests they depend on.
    First,
    /// Take-profits and settings.
    Second,
    /// All other reads.
    Last,
}

/// An event of a public market stream.
#[derive(Clone, Debug, PartialEq)]
pub enum MarketEvent {
    /// The stream is connected, initially or again.
    Connected,
    /// The stream is disconnected; it is reconnecting.
    Disconnected,
    /// The 24-hour statistics changed; `ticker.last` is the live price.
    Ticker(Ticker),
    /// The mark price changed.
    Mark {
        /// The pair.
        symbol: Symbol,
        /// The mark price.
        price: Decimal,
        /// Time of the update.
        at: Micros,
    },
    /// The current 1m candle changed; `closed` is set on its final update.
    Candle {
        /// The pair.
        symbol: Symbol,
        /// The candle so far.
        candle: Candle,
        /// Whether the candle is final.
        closed: bool,
    },
}

/// An event of an account's user-data stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountEvent {
    /// The stream is connected, initially or again; the account's state has to be reloaded.
    Connected,
    /// The stream is disconnected; it is reconnecting.
    Disconnected,
    /// The exchange rejected the key; the stream has ended.
    Unauthorized,
    /// An order changed, with the fill that changed it, if any.
    Order(Box<Order>, Option<Trade>),
    /// Balances or positions of these pairs changed and have to be reloaded.
    Account {
        /// Assets that changed, with their new funds if the exchange sent them.
        balance: Option<Balance>,
        /// Pairs whose position changed.
        positions: Vec<Symbol>,
        /// Futures: the figures that the event carried.
        change: Option<HoldingsChange>,
    },
    /// Leverage or margin mode of a pair changed; with the new leverage if the event carried it.
    Settings(Symbol, Option<u16>),
}
