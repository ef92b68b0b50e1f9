//! Messages of user-data streams, with Binance's one-letter field names.

use super::algo_events::RawAlgoChange;
use crate::binance::{
    account::{HeldRow, SpotAsset, spot_balance},
    num::{self, Id, Num, nonzero, plain},
    orders::words::{self, OrderWords},
};
use domain::{Balance, Fee, Micros, Order, Side, Symbol, Trade};
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;

/// The type of a message.
#[derive(Deserialize)]
pub(super) struct MessageType {
    #[serde(default, deserialize_with = "num::text")]
    pub(super) e: String,
}

/// A parsed message of a user-data stream.
#[derive(Debug)]
pub(super) enum UserStreamMessage {
    /// An order changed, with its fill if that was the change, and its market's name.
    Order(Box<RawChange>),
    /// A conditional order changed.
    Algo(Box<RawAlgoChange>, Micros),
    /// Positions of these markets changed, and possibly spot balances.
    Account {
        balance: Option<Balance>,
        markets: Vec<String>,
        settings: bool,
        change: Option<Box<AccountChange>>,
    },
    /// The leverage of this market changed; with the new leverage if the event has it.
    Leverage(String, Option<u16>),
    /// The listen key, or the stream itself, has expired.
    Expired,
    /// A message about orders or positions that cannot be read: what it reports has to be read from the account.
    Unreadable,
    /// A message that is not used.
    Nothing,
}

/// Parses a message. Types of messages that are not known are left out; Binance adds some from time to time.
pub(super) fn account(text: &str) -> UserStreamMessage {
    let (kind, event) = match serde_json::from_str::<MessageType>(text) {
        Err(_) => return UserStreamMessage::Unreadable,
        Ok(MessageType { e }) if !e.is_empty() => (e, Cow::Borrowed(text)),
        Ok(_) => match unwrapped(text) {
            Some((kind, event)) => (kind, Cow::Owned(event)),
            // The response to a request.
            None => return UserStreamMessage::Nothing,
        },
    };
    read_account(&kind, &event).unwrap_or(UserStreamMessage::Unreadable)
}

/// The type and the text of the event inside a message: the WebSocket API wraps it in `event`, combined streams in
/// `data`.
fn unwrapped(text: &str) -> Option<(String, String)> {
    let mut message: Value = serde_json::from_str(text).ok()?;
    let event = ["event", "data"].into_iter().find_map(|name| message.get_mut(name).map(Value::take))?;
    let kind = event.get("e")?.as_str()?.to_owned();
    Some((kind, event.to_string()))
}

/// Reads a message of this type; `None` if it cannot be read.
fn read_account(kind: &str, text: &str) -> Option<UserStreamMessage> {
    Some(match kind {
        "ORDER_TRADE_UPDATE" => {
            let OrderUpdate::<RawChange> { o, .. } = serde_json::from_str(text).ok()?;
            UserStreamMessage::Order(Box::new(o.complete()?))
        }
        "executionReport" => {
            let change: RawChange = serde_json::from_str(text).ok()?;
            UserStreamMessage::Order(Box::new(change.complete()?))
        }
        "ALGO_UPDATE" => {
            let OrderUpdate { o, at } = serde_json::from_str(text).ok()?;
            UserStreamMessage::Algo(Box::new(o), Micros::from_millis(at.unwrap_or_default()))
        }
        "ACCOUNT_UPDATE" => {
            let AccountUpdate { a } = serde_json::from_str(text).ok()?;
            if !a.positions.iter().all(HeldRow::has_amount) {
                return None;
            }
            let markets = a.positions.iter().map(|p| p.symbol.clone()).collect();
            let settings = a.m == "MARGIN_TYPE_CHANGE";
            UserStreamMessage::Account { balance: None, markets, settings, change: Some(Box::new(a)) }
        }
        "outboundAccountPosition" => {
            let SpotUpdate { assets } = serde_json::from_str(text).ok()?;
            let balance = Some(spot_balance(assets));
            UserStreamMessage::Account { balance, markets: Vec::new(), settings: false, change: None }
        }
        "balanceUpdate" => {
            UserStreamMessage::Account { balance: None, markets: Vec::new(), settings: false, change: None }
        }
        "MARGIN_CALL" => {
            let MarginCall { positions } = serde_json::from_str(text).ok()?;
            let markets = positions.into_iter().map(|p| p.s).collect();
            UserStreamMessage::Account { balance: None, markets, settings: false, change: None }
        }
        "ACCOUNT_CONFIG_UPDATE" => {
            match serde_json::from_str::<ConfigUpdate>(text).ok()?.ac {
                Some(market) => UserStreamMessage::Leverage(
                    market.s,
                    market.l.and_then(|times| u16::try_from(times).ok()),
                ),
                // A change of the multi-assets mode.
                None => UserStreamMessage::Nothing,
            }
        }
        "listenKeyExpired" | "eventStreamTerminated" | "serverShutdown" => UserStreamMessage::Expired,
        _ => UserStreamMessage::Nothing,
    })
}

#[derive(Deserialize)]
struct OrderUpdate<T> {
    o: T,
    #[serde(rename = "T", default, deserialize_with = "num::whole")]
    at: Option<i64>,
}

#[derive(Deserialize)]
struct AccountUpdate {
    a: AccountChange,
}

#[derive(Debug, Deserialize)]
pub(super) struct AccountChange {
    #[serde(default, deserialize_with = "num::text")]
    m: String,
    #[serde(default, rename = "B")]
    pub(super) wallets: Vec<Wallet>,
    #[serde(default, rename = "P")]
    pub(super) positions: Vec<HeldRow>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Wallet {
    #[serde(rename = "a")]
    pub(super) asset: String,
    #[serde(rename = "wb")]
    pub(super) balance: Num,
}

#[derive(Deserialize)]
struct Named {
    s: String,
}

#[derive(Deserialize)]
struct SpotUpdate {
    #[serde(rename = "B")]
    assets: Vec<SpotAsset>,
}

#[derive(Deserialize)]
struct MarginCall {
    #[serde(rename = "p")]
    positions: Vec<Named>,
}

#[derive(Deserialize)]
struct ConfigUpdate {
    ac: Option<MarketConfig>,
}

#[derive(Deserialize)]
struct MarketConfig {
    s: String,
    #[serde(default, deserialize_with = "num::whole")]
    l: Option<i64>,
}

/// `executionReport` (spot), and the `o` of `ORDER_TRADE_UPDATE` (futures), which share most field names.
#[derive(Debug, Deserialize)]
pub(super) struct RawChange {
    pub(super) s: String,
    #[serde(default, deserialize_with = "num::text")]
    c: String,
    /// Spot: the client id of the order that a cancel refers to.
    #[serde(rename = "C", default)]
    cancelled: Option<Id>,
    #[serde(rename = "S")]
    side: Side,
    #[serde(rename = "o")]
    kind: String,
    #[serde(default, deserialize_with = "num::text")]
    f: String,
    q: Num,
    #[serde(default, deserialize_with = "num::maybe")]
    p: Option<Num>,
    /// Spot: the trigger price.
    #[serde(rename = "P", default, deserialize_with = "num::maybe")]
    stop: Option<Num>,
    /// Futures: the trigger price.
    #[serde(default, deserialize_with = "num::maybe")]
    sp: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    ap: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    cr: Option<Num>,
    x: String,
    #[serde(rename = "X")]
    status: String,
    pub(super) i: Id,
    #[serde(default, deserialize_with = "num::maybe")]
    l: Option<Num>,
    z: Num,
    #[serde(rename = "L", default, deserialize_with = "num::maybe")]
    last_price: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    n: Option<Num>,
    #[serde(rename = "N")]
    fee_asset: Option<String>,
    #[serde(rename = "T")]
    at: i64,
    #[serde(rename = "O", default, deserialize_with = "num::whole")]
    created: Option<i64>,
    #[serde(default)]
    t: Id,
    #[serde(default, deserialize_with = "num::flag")]
    m: bool,
    #[serde(rename = "R", default, deserialize_with = "num::flag")]
    reduce_only: bool,
    #[serde(rename = "Z", default, deserialize_with = "num::maybe")]
    cost: Option<Num>,
    #[serde(rename = "Y", default, deserialize_with = "num::maybe")]
    last_cost: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    rp: Option<Num>,
    ps: Option<String>,
}

impl RawChange {
    /// Whether it reports a fill. A liquidation may report its fills as CALCULATED.
    fn is_fill(&self) -> bool {
        matches!(self.x.as_str(), "TRADE" | "CALCULATED")
    }

    /// The change, unless it lacks the id, the price, the amount or the profit of its fill: a fill must be neither left
    /// out nor booked without its profit.
    fn complete(self) -> Option<Self> {
        let spot = self.ps.is_none();
        let complete = match self.l.map(|amount| amount.0) {
            Some(amount) if amount.is_zero() => true,
            Some(_) => {
                let priced = nonzero(self.last_price).is_some() && (spot || self.rp.is_some());
                priced && self.t.known().is_some()
            }
            None => false,
        };
        (complete || !self.is_fill()).then_some(self)
    }

    /// The fill that changed the order, if any.
    pub(super) fn fill(&self, symbol: &Symbol) -> Option<Trade> {
        if !self.is_fill() {
            return None;
        }
        let (price, amount) = (nonzero(self.last_price)?, nonzero(self.l)?);
        let cost = self.last_cost.map(plain).or_else(|| price.checked_mul(amount))?;
        let currency = self.fee_asset.clone().unwrap_or_else(|| symbol.quote().to_owned());
        Some(Trade {
            id: self.t.0.clone(),
            order: self.i.0.clone(),
            symbol: symbol.clone(),
            at: Micros::from_millis(self.at),
            side: self.side,
            maker: self.m,
            price,
            amount,
            cost: cost.normalize(),
            fee: Fee { cost: self.n.map(plain).unwrap_or_default(), currency },
            realized: self.rp.map(plain).unwrap_or_default(),
            position_side: words::slot(self.ps.as_deref().unwrap_or_default()),
        })
    }

    /// The order after the change. Futures do not report its creation time, so `at` is the time of the
    /// change.
    pub(super) fn into_order(self, symbol: Symbol) -> Order {
        let named = self.cancelled.as_ref().and_then(Id::known).map(str::to_owned);
        OrderWords {
            id: self.i.0,
            client_order_id: named.unwrap_or(self.c),
            at: Micros::from_millis(self.created.unwrap_or(self.at)),
            symbol,
            kind: words::kind(&self.kind, self.ps.is_some()),
            time_in_force: words::time_in_force(&self.f),
            post_only: self.kind == "LIMIT_MAKER",
            reduce_only: self.reduce_only,
            side: self.side,
            position_side: words::slot(self.ps.as_deref().unwrap_or_default()),
            price: nonzero(self.p),
            stop_price: nonzero(self.stop).or(nonzero(self.sp)),
            callback_rate: nonzero(self.cr),
            amount: nonzero(Some(self.q)),
            filled: plain(self.z),
            cost: self.cost.map(plain),
            average: nonzero(self.ap),
            status: words::status(&self.status),
        }
        .into_order()
    }
}
