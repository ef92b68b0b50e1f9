//! The JSON of an event, the same for webhooks and for the event stream.

use super::EventType;
use crate::{
    Decimal, ExchangeKeyId, Micros, Order, OrderStatus, OrderType, Side, Symbol, Trade,
    copy::Exit,
    live::{LiveEvent, LiveEventKind, RightsChange},
    money,
};
use serde::Serialize;

/// An event as programs receive it. Amounts and prices are decimal text, so that no digit is lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventBody {
    /// The type.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// The event's number, increasing for each user; `None` for a test.
    pub seq: Option<i64>,
    /// When it happened, as ISO 8601.
    pub timestamp: String,
    /// The exchange key, if it concerns one.
    pub key_id: Option<ExchangeKeyId>,
    /// The details.
    pub data: EventData,
}

/// The details of an event. Only the fields that its type has are written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventData {
    /// Trading pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<Symbol>,
    /// The order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderData>,
    /// The fill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill: Option<FillData>,
    /// Name of the strategy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// How the position was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit: Option<Exit>,
    /// Net profit or loss in USD.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profit_usd: Option<String>,
    /// Name of the exchange key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The change of the key's permissions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<RightsChange>,
    /// The exchange's message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Name of the private signal source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Name of the event webhook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook: Option<String>,
    /// Strategy, key or user that the risk rule applies to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applies_to: Option<String>,
    /// Name of the plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// The IP address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderData {
    id: String,
    client_order_id: String,
    #[serde(rename = "type")]
    kind: OrderType,
    side: Side,
    status: OrderStatus,
    price: Option<String>,
    stop_price: Option<String>,
    amount: Option<String>,
    filled: String,
    average: Option<String>,
    reduce_only: bool,
}

/// A fill of the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FillData {
    id: String,
    price: String,
    amount: String,
    fee: String,
    fee_currency: String,
    realized: String,
}

impl EventBody {
    /// The body of the event with this number.
    #[must_use]
    pub fn of(seq: i64, event: &LiveEvent) -> Self {
        Self {
            kind: EventType::of(&event.what),
            seq: Some(seq),
            timestamp: event.at.to_string(),
            key_id: event.key,
            data: EventData::of(&event.what),
        }
    }

    /// The body of a test.
    #[must_use]
    pub fn test(at: Micros) -> Self {
        Self::without_data(EventType::Test, None, at)
    }

    /// The first message of a stream that continues after the event with this number.
    #[must_use]
    pub fn opened(seq: i64, at: Micros) -> Self {
        Self::without_data(EventType::StreamOpened, Some(seq), at)
    }

    fn without_data(kind: EventType, seq: Option<i64>, at: Micros) -> Self {
        Self { kind, seq, timestamp: at.to_string(), key_id: None, data: EventData::default() }
    }
}

impl EventData {
    fn of(kind: &LiveEventKind) -> Self {
        let on = |symbol: &Symbol| Self { symbol: Some(symbol.clone()), ..Self::default() };
        let of_key = |name: &str| Self { key: Some(name.to_owned()), ..Self::default() };
        let of_plan = |name: &str| Self { plan: Some(name.to_owned()), ..Self::default() };
        match kind {
            LiveEventKind::Order(order, fill) => Self {
                order: Some(OrderData::of(order)),
                fill: fill.as_ref().map(FillData::of),
                ..on(&order.symbol)
            },
            LiveEventKind::TargetRefused(symbol, message) => {
                Self { message: Some(message.to_string()), ..on(symbol) }
            }
            LiveEventKind::ClosedWithoutStop(symbol)
            | LiveEventKind::ForeignFill(symbol)
            | LiveEventKind::Liquidated(symbol)
            | LiveEventKind::TimeLimit(symbol)
            | LiveEventKind::StopReplaced(symbol)
            | LiveEventKind::WithoutStop(symbol) => on(symbol),
            LiveEventKind::KeyRefused(name)
            | LiveEventKind::AccountMode(name)
            | LiveEventKind::LeftOpen(name) => of_key(name),
            LiveEventKind::KeyRights(name, change) => Self { change: Some(*change), ..of_key(name) },
            LiveEventKind::CopyEnded { strategy, symbol, exit, profit_usd } => Self {
                strategy: Some(strategy.clone()),
                exit: Some(*exit),
                profit_usd: profit_usd.map(money::text),
                ..on(symbol)
            },
            LiveEventKind::StopHit(symbol, profit_usd) | LiveEventKind::TargetHit(symbol, profit_usd) => {
                Self { profit_usd: profit_usd.map(money::text), ..on(symbol) }
            }
            LiveEventKind::SignedIn(address) => Self { address: Some(address.clone()), ..Self::default() },
            LiveEventKind::PasswordChanged => Self::default(),
            LiveEventKind::AlertRefused(name) => Self { source: Some(name.clone()), ..Self::default() },
            LiveEventKind::WebhookDisabled(name) => Self { webhook: Some(name.clone()), ..Self::default() },
            LiveEventKind::RuleTripped(name) => Self { applies_to: Some(name.clone()), ..Self::default() },
            LiveEventKind::PlanEndsSoon(name)
            | LiveEventKind::PaymentFailed(name)
            | LiveEventKind::PlanEnded(name) => of_plan(name),
        }
    }
}

impl OrderData {
    fn of(order: &Order) -> Self {
        let text = |value: Option<Decimal>| value.map(money::text);
        Self {
            id: order.id.clone(),
            client_order_id: order.client_order_id.clone(),
            kind: order.kind,
            side: order.side,
            status: order.status,
            price: text(order.price),
            stop_price: text(order.stop_price),
            amount: text(order.amount),
            filled: money::text(order.filled),
            average: text(order.average),
            reduce_only: order.reduce_only,
        }
    }
}

impl FillData {
    fn of(fill: &Trade) -> Self {
        Self {
            id: fill.id.clone(),
            price: money::text(fill.price),
            amount: money::text(fill.amount),
            fee: money::text(fill.fee.cost),
            fee_currency: fill.fee.currency.clone(),
            realized: money::text(fill.realized),
        }
    }
}
