//! The admins' view in JSON.

use crate::rest::mudawyl::present::{Iso, Num};
use domain::{
    Decimal,
    follow::Copied,
    strategy::{Given, Operated},
};
use serde::Serialize;
use serde_json::Value;
use service::following::strategy::SignalReach;
use utoipa::ToSchema;
use uuid::Uuid;

/// All strategies.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OperatedList {
    /// In display order.
    pub(super) items: Vec<OperatedItem>,
}

/// A strategy with its admin fields.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OperatedItem {
    id: Uuid,
    active: bool,
    #[schema(example = "External signal source")]
    name: String,
    description: Option<String>,
    #[schema(example = "BINANCE")]
    exchange_id: &'static str,
    #[schema(example = "BTC/USDT")]
    symbol: String,
    #[schema(example = "1m")]
    timeframe: &'static str,
    /// Strategy rules; `null` for an external signal source.
    definition: Option<Value>,
    /// Whether it has a webhook.
    hook: bool,
    /// Number of follows, paused ones included.
    followers: i64,
    created_at: Iso,
    updated_at: Iso,
}

impl From<Operated> for OperatedItem {
    fn from(operated: Operated) -> Self {
        let Operated { strategy, definition, hook, followers } = operated;
        Self {
            id: strategy.id.0,
            active: strategy.active,
            name: strategy.name,
            description: strategy.description,
            exchange_id: strategy.exchange_id.word(),
            symbol: strategy.symbol.to_string(),
            timeframe: strategy.frame.word(),
            definition: definition.and_then(|json| serde_json::from_str(&json).ok()),
            hook,
            followers,
            created_at: Iso(strategy.created_at),
            updated_at: Iso(strategy.updated_at),
        }
    }
}

/// A webhook with its token, which is shown only once.
#[derive(Serialize, ToSchema)]
pub(super) struct Hook {
    /// Token; the last segment of `url`.
    #[schema(example = "kuC-JiWcRW_ROiRKt9FKuHkvlVXFlekpDSZMOtLSx2w")]
    pub(super) token: String,
    /// Webhook URL for the signal source.
    #[schema(example = "https://desk.example/v1/hook/strategy/kuC-JiWcRW_ROiRKt9FKuHkvlVXFlekpDSZMOtLSx2w")]
    pub(super) url: String,
}

/// A list of signals.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GivenList {
    /// Newest first.
    pub(super) items: Vec<GivenItem>,
}

/// A signal with the progress of its copies.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GivenItem {
    id: Uuid,
    strategy_id: Uuid,
    #[schema(example = "External signal source")]
    strategy_name: String,
    #[schema(example = "HAND")]
    source: &'static str,
    #[schema(example = "ENTER")]
    action: &'static str,
    #[schema(example = "BUY")]
    side: Option<&'static str>,
    price: Option<Num>,
    stop: Option<Num>,
    targets: Vec<Num>,
    /// The signal source's own id.
    external_id: Option<String>,
    /// Start of the candle whose close triggered it.
    bar_at: Option<Iso>,
    at: Iso,
    /// When the copies of all followers were queued.
    fanned_out_at: Option<Iso>,
    copies: Vec<CountItem>,
}

/// The accounts that a signal would reach.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignalReach)]
pub(super) struct ReachItem {
    /// Number of accounts that would trade.
    accounts: usize,
    /// Number of accounts whose balance is too small for the signal.
    too_small: usize,
    /// Number of accounts whose balance is not known yet.
    unknown: usize,
    /// The value of all positions in the quote asset; null if the price is not available.
    value: Option<Num>,
    #[schema(example = "USDT")]
    quote: String,
}

impl From<SignalReach> for ReachItem {
    fn from(reach: SignalReach) -> Self {
        let SignalReach { accounts, too_small, unknown, value, quote } = reach;
        Self { accounts, too_small, unknown, value: value.map(Num), quote }
    }
}

/// The number of copies with a status and a reason.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CountItem {
    #[schema(example = "OPEN")]
    status: &'static str,
    #[schema(example = "PAUSED")]
    reason: Option<&'static str>,
    copies: i64,
}

fn nums(values: Vec<Decimal>) -> Vec<Num> {
    values.into_iter().map(Num).collect()
}

impl From<Given> for GivenItem {
    fn from(given: Given) -> Self {
        let count = |count: &domain::strategy::Count| CountItem {
            status: count.status.word(),
            reason: count.reason.map(domain::copy::Reason::word),
            copies: count.copies,
        };
        Self {
            id: given.id.0,
            strategy_id: given.strategy_id.0,
            strategy_name: given.strategy_name,
            source: given.source.word(),
            action: given.action.word(),
            side: given.side.map(domain::Side::word),
            price: given.price.map(Num),
            stop: given.stop.map(Num),
            targets: nums(given.targets),
            external_id: given.external_id,
            bar_at: given.bar_at.map(Iso),
            at: Iso(given.at),
            fanned_out_at: given.fanned_out_at.map(Iso),
            copies: given.copies.iter().map(count).collect(),
        }
    }
}

/// The copies of a signal.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CopyList {
    /// In queue order.
    pub(super) items: Vec<CopyItem>,
}

/// The copy of a signal for one follow.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CopyItem {
    id: Uuid,
    exchange_key_id: Uuid,
    #[schema(example = "SKIPPED")]
    status: &'static str,
    #[schema(example = "PAUSED")]
    reason: Option<&'static str>,
    /// Reason as text.
    #[schema(example = "copying was paused")]
    reason_text: Option<&'static str>,
    detail: Option<String>,
    /// Of an exit: share of the position that it closes, in percent; `null` for the whole position.
    exit_percent: Option<Num>,
    amount: Option<Num>,
    leverage: Option<u16>,
    entry_price: Option<Num>,
    exit: Option<&'static str>,
    #[serde(rename = "profitUSD")]
    profit_usd: Option<Num>,
    created_at: Iso,
    finished_at: Option<Iso>,
}

impl From<Copied> for CopyItem {
    fn from(copied: Copied) -> Self {
        Self {
            id: copied.id.0,
            exchange_key_id: copied.key.0,
            status: copied.status.word(),
            reason: copied.reason.map(domain::copy::Reason::word),
            reason_text: copied.reason.map(domain::copy::Reason::text),
            detail: copied.detail.map(|detail| detail.to_string()),
            exit_percent: copied.exit_percent.map(Num),
            amount: copied.amount.map(Num),
            leverage: copied.leverage,
            entry_price: copied.entry_price.map(Num),
            exit: copied.exit.map(domain::copy::Exit::word),
            profit_usd: copied.profit_usd.map(Num),
            created_at: Iso(copied.created_at),
            finished_at: copied.finished_at.map(Iso),
        }
    }
}

/// The copy pause.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Paused {
    /// Whether new copies are paused.
    pub(super) paused: bool,
    /// Start time; `null` while it is off.
    pub(super) since: Option<Iso>,
}

/// The maintenance mode.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Maintenance {
    /// Whether maintenance mode is on.
    pub(super) on: bool,
    /// Start time; `null` while it is off.
    pub(super) since: Option<Iso>,
    /// Message for users.
    #[schema(example = "Back at 14:00 UTC.")]
    pub(super) message: Option<String>,
}
