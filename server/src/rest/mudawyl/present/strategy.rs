//! Strategies and their performance.

use super::{Iso, Num};
use crate::rest::words;
use domain::{
    Side,
    copy::Reason,
    execution::{EntryFigures, FanOut, Outcomes, StrategyExecution},
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

/// The execution of a strategy's newest signals on the accounts that copy it. Signals that reached fewer than three users
/// count in no figure, and delay and slippage are `null` if fewer than three users were filled. Not in the original document.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExecutionItem {
    /// Figures of all copied entries; `null` if they are withheld.
    pub entries: Option<ExecutedEntries>,
    /// The signals that reached followers, newest first; empty if figures are withheld.
    pub signals: Vec<ExecutedSignal>,
}

/// Copied entries by their outcome, with their delay and slippage.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecutedEntries {
    /// The entries by their outcome.
    #[serde(flatten)]
    pub outcomes: CopyOutcomes,
    /// Median time from the signal to the filled entry, in milliseconds.
    pub median_delay_ms: Option<i64>,
    /// 90th percentile of the delay, in milliseconds.
    pub p90_delay_ms: Option<i64>,
    /// Median slippage against the signal's price, in percent; positive is a worse price.
    pub median_slippage_percent: Option<Num>,
    /// 90th percentile of the slippage, in percent.
    pub p90_slippage_percent: Option<Num>,
    /// Why entries were skipped or failed, the most frequent reason first.
    pub reasons: Vec<ReasonCount>,
}

/// Copies by their outcome.
#[derive(Debug, Serialize, ToSchema)]
pub struct CopyOutcomes {
    /// Number of copies.
    pub copies: u32,
    /// Number of those that were carried out.
    pub filled: u32,
    /// Number of those that were skipped.
    pub skipped: u32,
    /// Number of those that failed.
    pub failed: u32,
}

/// Number of entries that were not filled for the same reason.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonCount {
    /// The reason.
    #[schema(example = "KEY_INACTIVE")]
    pub reason: &'static str,
    /// Number of entries.
    pub entries: u32,
}

/// One signal with its copies.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecutedSignal {
    /// When it was accepted.
    pub at: Iso,
    /// ENTER or EXIT.
    #[schema(value_type = words::SignalAction)]
    pub action: &'static str,
    /// Side of the entry; `null` for an exit.
    #[schema(value_type = Option<words::Side>)]
    pub side: Option<&'static str>,
    /// The copies by their outcome; `null` if they are withheld.
    pub outcomes: Option<CopyOutcomes>,
    /// Median delay in milliseconds.
    pub median_delay_ms: Option<i64>,
}

impl From<Outcomes> for CopyOutcomes {
    fn from(Outcomes { copies, filled, skipped, failed }: Outcomes) -> Self {
        Self { copies, filled, skipped, failed }
    }
}

impl From<EntryFigures> for ExecutedEntries {
    fn from(figures: EntryFigures) -> Self {
        let EntryFigures { outcomes, execution, reasons } = figures;
        let count = |(reason, entries): (Reason, u32)| ReasonCount { reason: reason.word(), entries };
        Self {
            outcomes: CopyOutcomes::from(outcomes),
            median_delay_ms: execution.median_delay_ms,
            p90_delay_ms: execution.p90_delay_ms,
            median_slippage_percent: execution.median_slippage_percent.map(Num),
            p90_slippage_percent: execution.p90_slippage_percent.map(Num),
            reasons: reasons.into_iter().map(count).collect(),
        }
    }
}

impl From<FanOut> for ExecutedSignal {
    fn from(signal: FanOut) -> Self {
        Self {
            at: Iso(signal.at),
            action: signal.action.word(),
            side: signal.side.map(Side::word),
            outcomes: signal.outcomes.map(CopyOutcomes::from),
            median_delay_ms: signal.median_delay_ms,
        }
    }
}

impl From<StrategyExecution> for ExecutionItem {
    fn from(execution: StrategyExecution) -> Self {
        Self {
            entries: execution.entries.map(ExecutedEntries::from),
            signals: execution.signals.into_iter().map(ExecutedSignal::from).collect(),
        }
    }
}
