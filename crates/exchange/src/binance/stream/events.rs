//! Messages of user-data streams, with Binance's one-letter field names.

use crate::binance::{
    account::{HeldRow, SpotAsset, spot_balance},
    num::{Id, Num, nonzero, plain},
    orders::words::{self, OrderWords},
};
use domain::{Balance, Decimal, Fee, Micros, Order, Symbol, Trade};
use serde::Deserialize;

/// The type of a message.
#[derive(Deserialize)]
pub(super) struct MessageType {
    #[serde(default)]
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
    /// The leverage of this market changed.
    Leverage(String),
    /// The listen key, or the stream itself, has expired.
    Expired,
    /// A message that is not used.
    Nothing,
}

/// Parses a message.
pub(super) fn account(text: &str) -> UserStreamMessage {
    read_account(text).unwrap_or(UserStreamMessage::Nothing)
}

fn read_account(text: &str) -> Option<UserStreamMessage> {
    let kind: MessageType = serde_json::from_str(text).ok()?;
    Some(match kind.e.as_str() {
        "ORDER_TRADE_UPDATE" => {
            UserStreamMessage::Order(Box::new(serde_json::from_str::<OrderUpdate<_>>(text).ok()?.o))
        }
        "executionReport" => UserStreamMessage::Order(Box::new(serde_json::from_str(text).ok()?)),
        "ALGO_UPDATE" => {
            let OrderUpdate { o, at } = serde_json::from_str(text).ok()?;
            UserStreamMessage::Algo(Box::new(o), Micros::from_millis(at))
        }
        "ACCOUNT_UPDATE" => {
            let AccountUpdate { a } = serde_json::from_str(text).ok()?;
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
            UserStreamMessage::Leverage(serde_json::from_str::<ConfigUpdate>(text).ok()?.ac?.s)
        }
        "listenKeyExpired" | "eventStreamTerminated" | "serverShutdown" => UserStreamMessage::Expired,
        _ => UserStreamMessage::Nothing,
    })
}

#[derive(Deserialize)]
struct OrderUpdate<T> {
    o: T,
    #[serde(rename = "T", default)]
    at: i64,
}

#[derive(Deserialize)]
struct AccountUpdate {
    a: AccountChange,
}

#[derive(Debug, Deserialize)]
pub(super) struct AccountChange {
    #[serde(default)]
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
    ac: Option<Named>,
}

/// `executionReport` (spot), and the `o` of `ORDER_TRADE_UPDATE` (futures), which share most field names.
#[derive(Debug, Deserialize)]
pub(super) struct RawChange {
    pub(super) s: String,
    c: String,
    /// Spot: the client id of the order that a cancel refers to.
    #[serde(rename = "C", default)]
    cancelled: Option<Id>,
    #[serde(rename = "S")]
    side: String,
    #[serde(rename = "o")]
    kind: String,
    f: String,
    q: Num,
    p: Num,
    #[serde(rename = "P", alias = "sp")]
    stop: Option<Num>,
    ap: Option<Num>,
    cr: Option<Num>,
    x: String,
    #[serde(rename = "X")]
    status: String,
    pub(super) i: Id,
    l: Num,
    z: Num,
    #[serde(rename = "L")]
    last_price: Num,
    n: Option<Num>,
    #[serde(rename = "N")]
    fee_asset: Option<String>,
    #[serde(rename = "T")]
    at: i64,
    #[serde(rename = "O")]
    created: Option<i64>,
    t: Id,
    m: bool,
    #[serde(rename = "R", default)]
    reduce_only: bool,
    #[serde(rename = "Z")]
    cost: Option<Num>,
    #[serde(rename = "Y")]
    last_cost: Option<Num>,
    rp: Option<Num>,
    ps: Option<String>,
}

impl RawChange {
    /// The fill that changed the order, if any.
    pub(super) fn fill(&self, symbol: &Symbol) -> Option<Trade> {
        if self.x != "TRADE" || self.l.0.is_zero() {
            return None;
        }
        let (price, amount) = (plain(self.last_price), plain(self.l));
        let cost = self.last_cost.map(plain).or_else(|| price.checked_mul(amount))?;
        let currency = self.fee_asset.clone().unwrap_or_else(|| symbol.quote().to_owned());
        Some(Trade {
            id: self.t.0.clone(),
            order: self.i.0.clone(),
            symbol: symbol.clone(),
            at: Micros::from_millis(self.at),
            side: words::side(&self.side),
            maker: self.m,
            price,
            amount,
            cost: cost.normalize(),
            fee: Fee { cost: self.n.map(plain).unwrap_or_default(), currency },
            realized: self.rp.map(plain).unwrap_or_default(),
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
            side: words::side(&self.side),
            price: nonzero(Some(self.p)),
            stop_price: nonzero(self.stop),
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

/// The stage of a conditional order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Waiting for its trigger, or ended while waiting.
    Waiting,
    /// Triggered: its status is that of the resulting order.
    Working,
    /// The resulting order has ended.
    Ended,
}

/// The `o` of `ALGO_UPDATE`.
#[derive(Debug, Deserialize)]
pub(super) struct RawAlgoChange {
    pub(super) s: String,
    pub(super) caid: String,
    aid: Id,
    #[serde(rename = "o")]
    kind: String,
    #[serde(rename = "S")]
    side: String,
    #[serde(default)]
    f: String,
    q: Option<Num>,
    #[serde(rename = "X")]
    status: String,
    /// The id of the resulting order.
    #[serde(default)]
    pub(super) ai: Id,
    tp: Option<Num>,
    p: Option<Num>,
    cr: Option<Num>,
    #[serde(rename = "R", default)]
    reduce_only: bool,
    #[serde(rename = "cp", default)]
    closes_all: bool,
}

impl RawAlgoChange {
    /// The stage of the order.
    pub(super) fn stage(&self) -> Stage {
        match self.status.as_str() {
            "TRIGGERING" | "TRIGGERED" => Stage::Working,
            "FINISHED" => Stage::Ended,
            _ => Stage::Waiting,
        }
    }

    /// The trigger price.
    pub(super) fn trigger(&self) -> Option<Decimal> {
        nonzero(self.tp)
    }

    /// The order while it waits, or after it ended waiting, with the time of the change.
    pub(super) fn into_order(self, symbol: Symbol, at: Micros) -> Order {
        OrderWords {
            id: self.aid.0,
            client_order_id: self.caid,
            at,
            symbol,
            kind: words::kind(&self.kind, true),
            time_in_force: words::time_in_force(&self.f),
            post_only: false,
            reduce_only: self.reduce_only || self.closes_all,
            side: words::side(&self.side),
            price: nonzero(self.p),
            stop_price: nonzero(self.tp),
            callback_rate: nonzero(self.cr),
            amount: nonzero(self.q),
            filled: Decimal::ZERO,
            cost: None,
            average: None,
            status: words::status(&self.status),
        }
        .into_order()
    }
}
