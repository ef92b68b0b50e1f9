//! Messages of the page's WebSocket (`/events`), one connection per tab.

use crate::{
    Balance, Candle, Decimal, ExchangeKeyId, MarginMode, Micros, Order, OrderStatus, OrderType, Position,
    PositionSide, PositionSlot, Side, Symbol, Ticker, Trade, copy::Exit, order_failure::OrderFailure,
    trade::OpenTrade,
};
use serde::{Deserialize, Serialize};

mod results;

pub use results::Results;

/// A message from the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientMessage {
    /// Subscribes the tab; replaces its earlier subscriptions.
    Watch {
        /// Markets whose prices are shown.
        symbols: Vec<Symbol>,
        /// The key and market of the trading page, if one is open.
        account: Option<(ExchangeKeyId, Symbol)>,
        /// Sequence number of the last [`LiveMessage::Happened`] that the tab received; later ones are sent again.
        after: Option<i64>,
    },
    /// Subscribes the tab to the open positions of all its user's accounts, until the next `Watch`.
    Portfolio,
}

/// A message from the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum LiveMessage {
    /// The connection is ready; events up to `seq` are in the past.
    Hello {
        /// The sequence number from which the tab can resume.
        seq: i64,
    },
    /// Whether live prices are arriving from the exchange; shown by the connection indicator.
    Upstream {
        /// `true` while prices arrive.
        live: bool,
    },
    /// The 24-hour ticker of a market; `last` is the live price.
    Price(Ticker),
    /// A new mark price.
    Mark {
        /// Trading pair.
        symbol: Symbol,
        /// The mark price.
        price: Decimal,
    },
    /// The current one-minute candle.
    Candle {
        /// Trading pair.
        symbol: Symbol,
        /// The candle so far.
        candle: Candle,
    },
    /// The complete state of an account, sent after every change.
    Account(Box<AccountState>),
    /// The profit of the open positions of all accounts, sent after every change.
    Portfolio(Box<Portfolio>),
    /// An event that the user should see immediately.
    Happened {
        /// Increasing sequence number.
        seq: i64,
        /// The event.
        event: LiveEvent,
        /// The result of the order that the event is about, in quote units ([`Results`]).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        result: Option<Decimal>,
    },
    /// Too many messages were missed; the page must be reloaded.
    Reload,
}

crate::words! {
    /// A change of an exchange key's permissions.
    pub RightsChange {
        /// The key can now withdraw; no entries are sent with it.
        WithdrawGained = "WITHDRAW_GAINED",
        /// The key can no longer withdraw; entries are sent again.
        WithdrawLost = "WITHDRAW_LOST",
        /// The key is no longer restricted to certain IP addresses.
        AnyAddress = "ANY_ADDRESS",
        /// The key can no longer trade and was disabled.
        TradingLost = "TRADING_LOST",
        /// The key's trading permission expires soon.
        ExpiresSoon = "EXPIRES_SOON",
    }
}

crate::words! {
    /// How the stop of an open position is supervised.
    pub ProtectionState {
        /// Supervised: the stop is in place and is kept there.
        Supervised = "SUPERVISED",
        /// Supervised, but the stop is missing and is being placed.
        Missing = "MISSING",
        /// Not supervised: the order was placed without a stop.
        NoStop = "NO_STOP",
        /// Not supervised: the owner ended the supervision. Stop and take-profit orders that were placed remain
        /// open.
        Released = "RELEASED",
        /// Not supervised: the position was opened outside Slipstream.
        Foreign = "FOREIGN",
    }
}

/// The protection of an open position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionProtection {
    /// State of the supervision.
    pub state: ProtectionState,
    /// Trigger price of the stop order at the exchange, no matter who placed it.
    pub stop: Option<Decimal>,
}

/// The second open position of a market, of an account in hedge mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondPosition {
    /// The position.
    pub position: Position,
    /// The protection of the position.
    pub protection: PositionProtection,
}

/// A snapshot of one market of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountState {
    /// The exchange key.
    pub key: ExchangeKeyId,
    /// Trading pair.
    pub symbol: Symbol,
    /// Open orders, newest first.
    pub orders: Vec<Order>,
    /// The position, if any (futures).
    pub position: Option<Position>,
    /// The protection of the position.
    #[serde(default)]
    pub protection: Option<PositionProtection>,
    /// The position on the other side, if both of hedge mode are open (futures).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<SecondPosition>,
    /// The open and waiting trades of the market, oldest first (futures).
    #[serde(default)]
    pub trades: Vec<OpenTrade>,
    /// Balances of the account.
    pub balance: Balance,
    /// The leverage set for the market (futures; 1 otherwise).
    pub leverage: u16,
    /// The margin mode set for the market (futures).
    pub margin_mode: MarginMode,
    /// When the snapshot was taken.
    pub at: Micros,
}

impl AccountState {
    /// Returns the open positions: none, one, or both of hedge mode.
    pub fn positions(&self) -> impl Iterator<Item = &Position> {
        self.position.iter().chain(self.second.iter().map(|second| &second.position))
    }

    /// Returns the protection of the open position on a side; without one, that of the first.
    #[must_use]
    pub fn protection_on(&self, side: Option<PositionSide>) -> Option<PositionProtection> {
        let second = self.second.as_ref().map(|second| (&second.position, second.protection));
        let mut open = self.position.as_ref().zip(self.protection).into_iter().chain(second);
        open.find(|(held, _)| side.is_none_or(|side| held.side == side)).map(|(_, protection)| protection)
    }

    /// Returns the orders that act on the same position as one that opens it on this side, newest first.
    pub fn orders_of(&self, side: Side) -> impl Iterator<Item = &Order> {
        let slot = PositionSlot::opened_by(side, true);
        self.orders
            .iter()
            .filter(move |order| !order.position_side.is_hedged() || order.position_side == slot)
    }

    /// Returns the position that an order of this side opens, increases, closes or turns: the only one, or in hedge mode
    /// the one of the order's side.
    #[must_use]
    pub fn position_of(&self, side: Side) -> Option<&Position> {
        self.positions().find(|held| !held.position_side.is_hedged() || held.side.opening() == side)
    }
}

/// The open positions of all of a user's active accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portfolio {
    /// Changes whenever a position or an order changes, apart from its profit: then the page reads all again.
    pub revision: i64,
    /// Whether every account could be read. The positions of the others are as they were last.
    pub complete: bool,
    /// The unrealized profit of all positions, in quote units.
    pub unrealized: Decimal,
    /// The open positions.
    pub positions: Vec<OpenProfit>,
}

/// The profit of one open position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenProfit {
    /// The exchange key.
    pub key: ExchangeKeyId,
    /// Trading pair.
    pub symbol: Symbol,
    /// Long or short.
    pub side: PositionSide,
    /// Unrealized profit in quote units.
    pub unrealized: Decimal,
}

/// An event that is shown as a toast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveEvent {
    /// The exchange key; `None` if the event concerns the user's account.
    #[serde(default)]
    pub key: Option<ExchangeKeyId>,
    /// Time of the event.
    pub at: Micros,
    /// The kind of event and its data.
    pub what: LiveEventKind,
}

/// The kinds of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LiveEventKind {
    /// An order was accepted, filled, triggered, cancelled or expired; with the fill, if there is one.
    Order(Box<Order>, Option<Trade>),
    /// The exchange rejected a stop, and the position was closed to limit the risk.
    ClosedWithoutStop(Symbol),
    /// A take-profit order could not be placed; with the exchange's answer.
    TargetRefused(Symbol, OrderFailure),
    /// The exchange rejected the key with this name, and the key was disabled.
    KeyRefused(String),
    /// The account of the key with this name is in an unsupported mode; no entries are sent to it.
    AccountMode(String),
    /// The permissions of the key with this name have changed.
    KeyRights(String, RightsChange),
    /// An order that Slipstream did not send was filled on this market.
    ForeignFill(Symbol),
    /// The exchange liquidated a position on this market.
    Liquidated(Symbol),
    /// The key with this name was deleted while positions were open; their stops are no longer supervised.
    LeftOpen(String),
    /// A position had lost its stop; the stop was placed again.
    StopReplaced(Symbol),
    /// A position has no stop; placing it is being retried.
    WithoutStop(Symbol),
    /// A position has reached its time limit and is closed.
    TimeLimit(Symbol),
    /// A copied position was closed.
    CopyEnded {
        /// Name of the strategy.
        strategy: String,
        /// Trading pair.
        symbol: Symbol,
        /// How it was closed.
        exit: Exit,
        /// Net profit or loss, fees deducted, rounded to the cent, if known.
        profit_usd: Option<Decimal>,
    },
    /// A stop was filled; with the net profit or loss in USD, rounded to the cent, if known.
    StopHit(Symbol, Option<Decimal>),
    /// A take-profit was filled; with the net profit or loss in USD, rounded to the cent, if known.
    TargetHit(Symbol, Option<Decimal>),
    /// A sign-in from a new device or place; with the IP address.
    SignedIn(String),
    /// The password was changed.
    PasswordChanged,
    /// The private signal source with this name refused an alert.
    AlertRefused(String),
    /// The event webhook with this name was disabled because its deliveries failed for too long.
    WebhookDisabled(String),
    /// A risk rule tripped, and positions are being closed if it closes any. The strategy, key or user that the rule
    /// applies to.
    RuleTripped(String),
    /// The plan with this name ends soon.
    PlanEndsSoon(String),
    /// The renewal of the plan with this name was declined.
    PaymentFailed(String),
    /// The plan with this name has ended.
    PlanEnded(String),
}

impl LiveEventKind {
    /// Returns whether the event is shown to the user. A stop or target that is merely placed is not, because it
    /// follows from its entry.
    #[must_use]
    pub fn is_news(&self) -> bool {
        match self {
            Self::Order(order, _) => {
                order.status != OrderStatus::Open || !order.filled.is_zero() || order.kind == OrderType::Limit
            }
            _ => true,
        }
    }
}
