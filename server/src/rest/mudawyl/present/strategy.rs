//! Strategies and their performance.

use super::{Iso, Num};
use domain::{
    follow::RiskProfile,
    strategy::{Figures, Range, Strategy},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// "List Strategy Risk Profile".
#[derive(Debug, Serialize, ToSchema)]
pub struct Profiles {
    /// Risk profiles, lowest risk first.
    pub items: Vec<Profile>,
}

/// One risk profile.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct Profile {
    pub id: Uuid,
    #[schema(example = "CONSERVATIVE")]
    pub name: String,
    #[schema(example = 1.5)]
    pub percentage: Num,
    pub created_at: Iso,
    pub updated_at: Iso,
}

impl From<Vec<RiskProfile>> for Profiles {
    fn from(profiles: Vec<RiskProfile>) -> Self {
        let item = |profile: RiskProfile| Profile {
            id: profile.id.0,
            name: profile.name,
            percentage: Num(profile.percentage),
            created_at: Iso(profile.created_at),
            updated_at: Iso(profile.updated_at),
        };
        Self { items: profiles.into_iter().map(item).collect() }
    }
}

/// "List Strategy Automated".
#[derive(Debug, Serialize, ToSchema)]
pub struct Strategies {
    /// Strategies, inactive ones included.
    pub items: Vec<StrategyItem>,
}

/// One strategy.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct StrategyItem {
    pub id: Uuid,
    pub active: bool,
    pub name: String,
    pub description: Option<String>,
    #[schema(example = "BINANCE")]
    pub exchange_id: &'static str,
    #[schema(example = "BTC/USDT")]
    pub symbol: String,
    pub created_at: Iso,
    pub updated_at: Iso,
}

impl From<Strategy> for StrategyItem {
    fn from(strategy: Strategy) -> Self {
        Self {
            id: strategy.id.0,
            active: strategy.active,
            name: strategy.name,
            description: strategy.description,
            exchange_id: strategy.exchange_id.word(),
            symbol: strategy.symbol.to_string(),
            created_at: Iso(strategy.created_at),
            updated_at: Iso(strategy.updated_at),
        }
    }
}

impl From<Vec<Strategy>> for Strategies {
    fn from(strategies: Vec<Strategy>) -> Self {
        Self { items: strategies.into_iter().map(StrategyItem::from).collect() }
    }
}

/// "Get Strategy Performance". A range without trades has `null` values.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct Performance {
    pub net_profit_percent: Option<Num>,
    pub win_rate: Option<Num>,
    pub max_draw_down: Option<Num>,
    pub trades: u32,
    pub long: u32,
    pub short: u32,
}

impl From<Figures> for Performance {
    fn from(figures: Figures) -> Self {
        Self {
            net_profit_percent: figures.net_profit_percent.map(Num),
            win_rate: figures.win_rate.map(Num),
            max_draw_down: figures.max_draw_down.map(Num),
            trades: figures.trades,
            long: figures.long,
            short: figures.short,
        }
    }
}

/// "List Strategy History".
#[derive(Debug, Serialize, ToSchema)]
pub struct Ranges {
    /// Newest first.
    pub items: Vec<RangeItem>,
}

/// One day or month.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RangeItem {
    /// First UTC day.
    #[schema(example = "2022-10-19")]
    pub start: String,
    /// First UTC day after the range.
    #[schema(example = "2022-10-20")]
    pub end_at: String,
    /// Results of the trades in the range.
    #[serde(flatten)]
    pub figures: Performance,
}

impl From<Vec<Range>> for Ranges {
    fn from(ranges: Vec<Range>) -> Self {
        let item = |range: Range| RangeItem {
            start: range.start.date(),
            end_at: range.end.date(),
            figures: Performance::from(range.figures),
        };
        Self { items: ranges.into_iter().map(item).collect() }
    }
}
