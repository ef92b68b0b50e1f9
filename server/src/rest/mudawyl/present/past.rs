//! Trade history, of strategies and manual.

use super::{Iso, Num};
use domain::{Decimal, follow::PastTrade};
use serde::Serialize;
use service::following::trade_history::TradeHistoryPage;
use utoipa::ToSchema;

/// "List Strategy Automated History".
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StrategyTrades {
    /// Newest first.
    pub items: Vec<StrategyTrade>,
    /// Token of the next page; `null` after the last page.
    pub next_token: Option<String>,
}

/// An entry of an automated strategy.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct StrategyTrade {
    pub order_id: String,
    pub price: Option<Num>,
    pub amount: Num,
    pub cost: Num,
    pub stop: Option<Num>,
    #[schema(example = "MARKET")]
    pub stop_type: Option<&'static str>,
    pub take_profit: Vec<Num>,
    pub trailing_trigger_price: Option<Num>,
    pub leverage: Option<u16>,
    pub callback_rate: Option<Num>,
    pub risk_profile_percent: Option<Num>,
    pub created_at: Iso,
    #[serde(rename = "StrategyAutomatedTrigger")]
    pub trigger: Trigger,
}

/// The signal of an entry.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct Trigger {
    #[serde(rename = "StrategyAutomated")]
    pub strategy: TriggerStrategy,
    #[schema(example = "SELL")]
    pub trade_side: &'static str,
}

/// The strategy of an entry.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct TriggerStrategy {
    pub name: String,
    #[schema(example = "BINANCE")]
    pub exchange_id: &'static str,
    #[schema(example = "BTC/USDT")]
    pub symbol: String,
}

/// "List Manual Trading History".
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManualTrades {
    /// Newest first.
    pub items: Vec<ManualTrade>,
    /// Token of the next page; `null` after the last page.
    pub next_token: Option<String>,
}

/// A manual entry.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct ManualTrade {
    pub order_id: String,
    pub price: Option<Num>,
    pub amount: Num,
    pub cost: Num,
    pub stop: Option<Num>,
    #[schema(example = "LIMIT")]
    pub stop_type: Option<&'static str>,
    pub take_profit: Vec<Num>,
    pub trailing_trigger_price: Option<Num>,
    pub callback_rate: Option<Num>,
    pub risk_profile_percent: Option<Num>,
    pub created_at: Iso,
}

fn nums(values: Vec<Decimal>) -> Vec<Num> {
    values.into_iter().map(Num).collect()
}

impl StrategyTrade {
    /// `None` for an entry without a strategy, which does not belong in this list.
    fn of(trade: PastTrade) -> Option<Self> {
        let strategy = trade.strategy?;
        Some(Self {
            order_id: trade.order_id,
            price: trade.price.map(Num),
            amount: Num(trade.amount),
            cost: Num(trade.cost),
            stop: trade.stop.map(Num),
            stop_type: trade.stop_type.map(domain::ticket::StopType::word),
            take_profit: nums(trade.take_profit),
            trailing_trigger_price: trade.trailing_trigger_price.map(Num),
            leverage: trade.leverage,
            callback_rate: trade.callback_rate.map(Num),
            risk_profile_percent: trade.risk_percent.map(Num),
            created_at: Iso(trade.at),
            trigger: Trigger {
                strategy: TriggerStrategy {
                    name: strategy.name,
                    exchange_id: strategy.exchange_id.word(),
                    symbol: trade.symbol.to_string(),
                },
                trade_side: trade.side.word(),
            },
        })
    }
}

impl From<TradeHistoryPage> for StrategyTrades {
    fn from(page: TradeHistoryPage) -> Self {
        Self { items: page.items.into_iter().filter_map(StrategyTrade::of).collect(), next_token: page.next }
    }
}

impl From<PastTrade> for ManualTrade {
    fn from(trade: PastTrade) -> Self {
        Self {
            order_id: trade.order_id,
            price: trade.price.map(Num),
            amount: Num(trade.amount),
            cost: Num(trade.cost),
            stop: trade.stop.map(Num),
            stop_type: trade.stop_type.map(domain::ticket::StopType::word),
            take_profit: nums(trade.take_profit),
            trailing_trigger_price: trade.trailing_trigger_price.map(Num),
            callback_rate: trade.callback_rate.map(Num),
            risk_profile_percent: trade.risk_percent.map(Num),
            created_at: Iso(trade.at),
        }
    }
}

impl From<TradeHistoryPage> for ManualTrades {
    fn from(page: TradeHistoryPage) -> Self {
        Self { items: page.items.into_iter().map(ManualTrade::from).collect(), next_token: page.next }
    }
}
