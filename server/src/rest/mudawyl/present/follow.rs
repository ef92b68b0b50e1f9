//! Follows.

use super::{Iso, Num};
use domain::{
    Decimal, Micros,
    follow::{Follow, FollowPerformance},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// "List Exchange Key Follows".
#[derive(Debug, Serialize, ToSchema)]
pub struct Follows {
    /// Follows of the key, oldest first.
    pub items: Vec<FollowItem>,
}

/// A follow.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct FollowItem {
    pub id: Uuid,
    pub active: bool,
    pub created_at: Iso,
    pub updated_at: Iso,
    #[serde(rename = "StrategyAutomated")]
    pub strategy: FollowedStrategy,
    #[serde(rename = "StrategyRiskProfile")]
    pub profile: FollowedProfile,
}

/// The strategy of a follow.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct FollowedStrategy {
    pub id: Uuid,
    pub active: bool,
    #[schema(example = "BINANCE")]
    pub exchange_id: &'static str,
    #[schema(example = "BTC/USDT")]
    pub symbol: String,
}

/// The risk profile of a follow.
#[derive(Debug, Serialize, ToSchema)]
#[allow(missing_docs)] // the fields are the document's
pub struct FollowedProfile {
    pub id: Uuid,
    #[schema(example = 1.5)]
    pub percentage: Num,
}

impl From<Follow> for FollowItem {
    fn from(follow: Follow) -> Self {
        Self {
            id: follow.id.0,
            active: follow.active,
            created_at: Iso(follow.created_at),
            updated_at: Iso(follow.updated_at),
            strategy: FollowedStrategy {
                id: follow.strategy.id.0,
                active: follow.strategy.active,
                exchange_id: follow.strategy.exchange_id.word(),
                symbol: follow.strategy.symbol.to_string(),
            },
            profile: FollowedProfile { id: follow.profile.id.0, percentage: Num(follow.profile.percentage) },
        }
    }
}

impl From<Vec<Follow>> for Follows {
    fn from(follows: Vec<Follow>) -> Self {
        Self { items: follows.into_iter().map(FollowItem::from).collect() }
    }
}

/// "List Stopped Follows". Not in the original document.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoppedFollows {
    /// Stopped follows, the last one first.
    pub items: Vec<StoppedFollowItem>,
}

/// A follow that was stopped, with its result so far.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoppedFollowItem {
    /// The follow.
    #[serde(flatten)]
    pub follow: FollowItem,
    /// Id of the exchange key.
    pub exchange_key_id: Uuid,
    /// When it was stopped.
    pub stopped_at: Iso,
    /// Whether a position that it copied is still open.
    pub in_position: bool,
    /// Net result of all closed trades and of the open position, in USDT, as far as it is known.
    pub total_result: Num,
    /// Number of closed trades with a known result.
    pub closed_trades: u32,
}

impl StoppedFollowItem {
    /// Presents a follow that was stopped at a time, and what it earned.
    pub(in crate::rest::mudawyl) fn new(
        follow: Follow,
        stopped_at: Micros,
        earned: &FollowPerformance,
    ) -> Self {
        Self {
            exchange_key_id: follow.key.0,
            stopped_at: Iso(stopped_at),
            in_position: follow.in_position,
            total_result: Num(earned.total().net()),
            closed_trades: earned.ended,
            follow: FollowItem::from(follow),
        }
    }
}

/// The results, costs and execution of a follow, in USDT. Not in the original document.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FollowPerformanceItem {
    /// Whether a copied position is open.
    pub in_position: bool,
    /// Net result of the open position so far: 0 without one, `null` if the exchange does not respond.
    pub open_result: Option<Num>,
    /// Net result of the trades that closed since midnight in the user's time zone.
    pub today_result: Num,
    /// Net result of all closed trades and of the open position, as far as it is known.
    pub total_result: Num,
    /// Realized profit, before fees and funding.
    pub realized: Num,
    /// Unrealized profit of the open position at the mark price.
    pub unrealized: Num,
    /// Fees paid.
    pub fees: Num,
    /// Funding paid; negative if it was received.
    pub funding: Num,
    /// Number of closed trades with a known result.
    pub closed_trades: u32,
    /// Number of closed trades whose result is unknown; they count in no sum.
    pub unknown_trades: u32,
    /// Slippage of all entries against the signals' prices; positive is a worse price.
    pub slippage: Option<Num>,
    /// Median slippage of an entry, in percent of the signal's price.
    pub median_slippage_percent: Option<Num>,
    /// 90th percentile of the slippage, in percent.
    pub p90_slippage_percent: Option<Num>,
    /// Median time from the signal to the filled entry, in milliseconds.
    pub median_delay_ms: Option<i64>,
    /// 90th percentile of the delay, in milliseconds.
    pub p90_delay_ms: Option<i64>,
    /// The cumulative net result after each closed trade, oldest first, thinned; the last point is the present total.
    pub curve: Vec<CurvePoint>,
}

/// A point of an equity curve.
#[derive(Debug, Serialize, ToSchema)]
pub struct CurvePoint {
    /// Time of the point.
    pub at: Iso,
    /// Cumulative net result.
    pub value: Num,
}

impl From<FollowPerformance> for FollowPerformanceItem {
    fn from(performance: FollowPerformance) -> Self {
        let (total, execution) = (performance.total(), performance.execution);
        let open = performance.open.map(|open| open.net());
        let none = (!performance.in_position).then_some(Decimal::ZERO);
        let point = |(at, value)| CurvePoint { at: Iso(at), value: Num(value) };
        Self {
            in_position: performance.in_position,
            open_result: open.or(none).map(Num),
            today_result: Num(performance.today),
            total_result: Num(total.net()),
            realized: Num(total.realized),
            unrealized: Num(total.unrealized),
            fees: Num(total.fees),
            funding: Num(total.funding),
            closed_trades: performance.ended,
            unknown_trades: performance.unknown,
            slippage: performance.slippage.map(Num),
            median_slippage_percent: execution.median_slippage_percent.map(Num),
            p90_slippage_percent: execution.p90_slippage_percent.map(Num),
            median_delay_ms: execution.median_delay_ms,
            p90_delay_ms: execution.p90_delay_ms,
            curve: performance.curve.into_iter().map(point).collect(),
        }
    }
}
