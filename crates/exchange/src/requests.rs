//! What is asked of an exchange and what it tells unasked.

use crate::HoldingsChange;
use domain::{
    Balance, Candle, Clock, Decimal, Micros, Order, OrderType, Side, Symbol, Ticker, TimeInForce, Trade,
    TradeType,
};
use std::time::Duration;

/// The time within which a request that changes something may reach the exchange.
///
/// Binance: `checked_at`, converted to the exchange's clock, is the request's `timestamp`, and `window` its `recvWindow`,
/// so the exchange itself refuses what arrives later (-1021), however long the sender was paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// [`Clock::boot`] at the moment at which the sender last checked that the request is wanted and its own to send.
    pub checked_at: Micros,
    /// How long after that the exchange may still take it; at most 60 s.
    pub window: Duration,
}

impl Validity {
    /// The longest window that is used: Binance's own default.
    pub const LONGEST: Duration = Duration::from_secs(5);

    /// Valid for [`Self::LONGEST`] from now on.
    #[must_use]
    pub fn from_now(clock: &dyn Clock) -> Self {
        Self { checked_at: clock.boot(), window: Self::LONGEST }
    }

    /// The moment of [`Clock::boot`] at which it ends.
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
    /// Derived from intent and leg: the same for every try.
    pub client_order_id: String,
    /// Buy or sell.
    pub side: Side,
    /// Its kind.
    pub kind: OrderType,
    /// None closes the whole position (`closePosition`).
    pub amount: Option<Decimal>,
    /// Limit price, where the kind has one.
    pub price: Option<Decimal>,
    /// Trigger price, or activation price of a trailing stop.
    pub stop_price: Option<Decimal>,
    /// Percent, for trailing stops.
    pub callback_rate: Option<Decimal>,
    /// How long it stands; ignored for market orders.
    pub time_in_force: TimeInForce,
    /// May only shrink a position.
    pub reduce_only: bool,
    /// Its place in the queue when the rate budget is short.
    pub urgency: Urgency,
}

/// Who goes first when the rate budget is short. A fifth of it is kept for [`Urgency::Protection`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Stops, closing, cancelling, and the reads that decide about them.
    Protection,
    /// Entries, and what they wait for.
    First,
    /// Take-profits and settings.
    Second,
    /// Reads.
    Last,
}

/// What the public stream of a market tells.
#[derive(Clone, Debug, PartialEq)]
pub enum MarketEvent {
    /// The stream stands (again).
    Connected,
    /// The stream broke; it is being mended.
    Disconnected,
    /// The last 24 hours changed; `ticker.last` is the live price.
    Ticker(Ticker),
    /// The mark price changed.
    Mark {
        /// The pair.
        symbol: Symbol,
        /// The fair price.
        price: Decimal,
        /// When.
        at: Micros,
    },
    /// The current 1m candle changed; `closed` on its last telling.
    Candle {
        /// The pair.
        symbol: Symbol,
        /// The candle so far.
        candle: Candle,
        /// It will not change any more.
        closed: bool,
    },
}

/// What an account's stream tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountEvent {
    /// The stream stands (again): read the account's state afresh.
    Connected,
    /// The stream broke; it is being mended.
    Disconnected,
    /// The exchange refuses the key; the stream has ended.
    Unauthorized,
    /// An order changed; with the fill that changed it, if one did.
    Order(Box<Order>, Option<Trade>),
    /// Balances or positions of these pairs changed: read them again.
    Account {
        /// Assets that changed, with their new funds where the exchange told them.
        balance: Option<Balance>,
        /// Pairs whose position changed.
        positions: Vec<Symbol>,
        /// Futures: the figures that it told.
        change: Option<HoldingsChange>,
    },
    /// Leverage or margin mode of a pair changed.
    Settings(Symbol),
}
