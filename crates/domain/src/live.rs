//! What is said over the page's WebSocket (`/events`), one per tab.

use crate::{
    Balance, Candle, Decimal, ExchangeKeyId, MarginMode, Micros, Order, OrderStatus, OrderType, Position,
    Symbol, Ticker, Trade, copy::Exit,
};
use serde::{Deserialize, Serialize};

/// From the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientMessage {
    /// What this tab wants to see; replaces what it wanted before.
    Watch {
        /// Markets whose prices it shows.
        symbols: Vec<Symbol>,
        /// The key and market of its trade desk.
        account: Option<(ExchangeKeyId, Symbol)>,
        /// The last [`LiveMessage::Happened`] it saw: later ones are told again.
        after: Option<i64>,
    },
}

/// From the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum LiveMessage {
    /// The stream stands; events up to `seq` have happened before.
    Hello {
        /// Where resuming may start.
        seq: i64,
    },
    /// Whether prices still come from the exchange; the pill tells it.
    Upstream {
        /// They do.
        live: bool,
    },
    /// The last 24 hours of a market, `last` being the live price.
    Price(Ticker),
    /// The mark price.
    Mark {
        /// The pair.
        symbol: Symbol,
        /// The fair price.
        price: Decimal,
    },
    /// The current 1m candle.
    Candle {
        /// The pair.
        symbol: Symbol,
        /// The candle so far.
        candle: Candle,
    },
    /// An account's state, whole, after any change.
    Account(Box<AccountState>),
    /// Something a person wants to know at once.
    Happened {
        /// Its number, growing.
        seq: i64,
        /// What.
        event: Happening,
    },
    /// Too much was missed: read the page again.
    Reload,
}

crate::words! {
    /// How the rights of an exchange key have changed.
    pub RightsChange {
        /// It may withdraw now: it takes no entries.
        WithdrawGained = "WITHDRAW_GAINED",
        /// It may not withdraw any more: it takes entries again.
        WithdrawLost = "WITHDRAW_LOST",
        /// It works from any address now.
        AnyAddress = "ANY_ADDRESS",
        /// It may not trade any more, and was switched off.
        TradingLost = "TRADING_LOST",
        /// The exchange will end its right to trade soon.
        ExpiresSoon = "EXPIRES_SOON",
    }
}

crate::words! {
    /// What the desk does for the stop of an open position.
    pub ProtectionState {
        /// It keeps the stop in place.
        Supervised = "SUPERVISED",
        /// It wants a stop, and there is none: it is placing one.
        Missing = "MISSING",
        /// Nothing: the order was placed without a stop.
        NoStop = "NO_STOP",
        /// Nothing: the owner has ended the supervision. Stop and take-profits that were placed are still there.
        Released = "RELEASED",
        /// Nothing: the position was opened outside Slipstream.
        Foreign = "FOREIGN",
    }
}

/// The protection of an open position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionProtection {
    /// What the desk does.
    pub state: ProtectionState,
    /// The trigger price of the stop order that the exchange holds, whoever placed it.
    pub stop: Option<Decimal>,
}

/// One market of one account, read at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountState {
    /// Whose.
    pub key: ExchangeKeyId,
    /// Which market.
    pub symbol: Symbol,
    /// Open orders, newest first.
    pub orders: Vec<Order>,
    /// The position, if any (futures).
    pub position: Option<Position>,
    /// The position's protection.
    #[serde(default)]
    pub protection: Option<PositionProtection>,
    /// The account's funds.
    pub balance: Balance,
    /// The leverage set for the market (futures; 1 otherwise).
    pub leverage: u16,
    /// The margin mode set for the market (futures).
    pub margin_mode: MarginMode,
    /// When it was read.
    pub at: Micros,
}

/// An event worth a toast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    /// On which key; none when it is about the person's account.
    #[serde(default)]
    pub key: Option<ExchangeKeyId>,
    /// When.
    pub at: Micros,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// An order was taken, filled, triggered, cancelled or expired.
    Order(Box<Order>, Option<Trade>),
    /// The exchange refused a stop, and the position was closed to protect its owner.
    ClosedWithoutStop(Symbol),
    /// A take-profit could not be placed; the exchange's words.
    TargetRefused(Symbol, String),
    /// The exchange refuses the key; it was switched off.
    KeyRefused(String),
    /// The account of the key of this name is in a mode that is not supported: no entries are sent to it.
    AccountMode(String),
    /// What the key of this name may do has changed, and how.
    KeyRights(String, RightsChange),
    /// An order that Slipstream did not send was filled on this market.
    ForeignFill(Symbol),
    /// The exchange has liquidated a position on this market.
    Liquidated(Symbol),
    /// The key of this name was deleted while positions were open: nobody supervises their stops.
    LeftOpen(String),
    /// A position had lost its stop; it has one again.
    StopReplaced(Symbol),
    /// A position is without its stop; the desk keeps trying to place it.
    WithoutStop(Symbol),
    /// A copied position has ended.
    CopyEnded {
        /// The strategy's name.
        strategy: String,
        /// The pair.
        symbol: Symbol,
        /// By what.
        exit: Exit,
        /// What it won or lost after fees, to the cent, where it is known.
        profit_usd: Option<Decimal>,
    },
    /// A stop was filled; what it won or lost after fees, in USD to the cent, where that is known.
    StopHit(Symbol, Option<Decimal>),
    /// A take-profit was filled; likewise.
    TargetHit(Symbol, Option<Decimal>),
    /// Somebody signed in from somewhere new; the address.
    SignedIn(String),
    /// The password was changed.
    PasswordChanged,
    /// A plan ends soon; its name.
    PlanEndsSoon(String),
    /// A plan's renewal was declined; its name.
    PaymentFailed(String),
    /// A plan has ended; its name.
    PlanEnded(String),
}

impl What {
    /// Whether a person is told of it. Stops and targets follow their entry: that they wait is no news of its own.
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
