//! Trades and their changes. Not in the original document.

use super::{Iso, Num};
use domain::{
    Decimal,
    ticket::Stop,
    trade::{Automation, ChangeKind, StopChange, TargetShare, TradeSnapshot},
};
use serde::Serialize;
use service::trading::order::{
    entry_order::EntryOrder,
    trade::{AutomationView, PastChange, TradeRow, TradeView},
};
use utoipa::ToSchema;

/// "List Trades".
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedTrades {
    /// Newest first.
    pub items: Vec<ManagedTrade>,
    /// Token of the next page; `null` after the last page.
    pub next_token: Option<String>,
}

/// A trade.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedTrade {
    /// TRADE_ID.
    #[schema(format = Uuid)]
    pub id: String,
    /// API_KEY_ID.
    #[schema(format = Uuid)]
    pub exchange_key_id: String,
    /// Symbol.
    #[schema(example = "BTC/USDT")]
    pub symbol: String,
    /// Side of the entry.
    #[schema(example = "BUY")]
    pub side: &'static str,
    /// MANUAL or COPY.
    #[schema(example = "MANUAL")]
    pub source: &'static str,
    /// OPENING while nothing of the entry has filled, OPEN, CLOSED, CANCELED if the entry ended without a fill, or FAILED.
    #[schema(example = "OPEN")]
    pub status: &'static str,
    /// Filled amount of the entry and of additions, in base units.
    pub amount: Num,
    /// Average entry price.
    pub entry_price: Option<Num>,
    /// Average exit price.
    pub exit_price: Option<Num>,
    /// Realized profit before fees, in quote units.
    pub realized: Option<Num>,
    /// Fees in quote units.
    pub fees: Option<Num>,
    /// Funding paid in quote units; negative if it was received.
    pub funding: Option<Num>,
    /// Realized profit less fees and funding, in quote units.
    pub profit: Option<Num>,
    /// Loss at the first stop, without fees, in quote units.
    pub risk: Option<Num>,
    /// `profit` as a multiple of `risk`.
    pub r: Option<Num>,
    /// How it ended.
    #[schema(example = "STOP")]
    pub exit_reason: Option<&'static str>,
    /// The note.
    pub note: String,
    /// The tags.
    pub tags: Vec<String>,
    /// When the first fill of the entry became known.
    pub opened_at: Option<Iso>,
    /// When it ended.
    pub closed_at: Option<Iso>,
    /// When its order was recorded.
    pub created_at: Iso,
}

/// "Get Trade": a trade with what protects it, and its history.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedTradeDetails {
    /// The trade.
    pub trade: ManagedTrade,
    /// Grows with each change.
    pub version: i64,
    /// The wanted stop loss.
    pub stop: Option<TradeStop>,
    /// The wanted take profits that have not filled.
    pub take_profits: Vec<TradeTarget>,
    /// The automation of the open trade; `null` without one.
    pub automation: Option<TradeAutomation>,
    /// The orders that open the trade: two of an OCO; none of an adopted position.
    pub entry_orders: Vec<TradeEntryOrder>,
    /// Changes, oldest first.
    pub changes: Vec<TradeChangeItem>,
}

/// An order that opens a trade.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TradeEntryOrder {
    /// market, limit, stop_market, stop or trailing_stop_market.
    #[serde(rename = "type")]
    #[schema(example = "limit")]
    pub kind: &'static str,
    /// Limit price.
    pub price: Option<Num>,
    /// Trigger price, or activation price of a trailing order.
    pub trigger_price: Option<Num>,
    /// Ordered amount in base units.
    pub amount: Option<Num>,
    /// Filled amount in base units.
    pub filled: Num,
    /// open, closed (filled), canceled, expired (also at `goodTillDate`) or rejected; `null` if the exchange is not known to have it.
    #[schema(example = "open")]
    pub status: Option<&'static str>,
    /// Time in force.
    #[schema(example = "GTC")]
    pub time_in_force: &'static str,
    /// When the exchange ends a GTD order.
    pub good_till_date: Option<Iso>,
}

/// The automation of an open trade. Slipstream runs it: while Slipstream is off, the trail pauses, and the stop loss stays at
/// the exchange where it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TradeAutomation {
    /// The settings.
    pub settings: TradeSettings,
    /// Whether the stop loss was moved to breakeven after a take profit.
    pub breakeven_done: bool,
    /// The best price since the trailing stop was set.
    pub peak: Option<Num>,
    /// When the time limit ends.
    pub closes_at: Option<Iso>,
}

/// The settings of an automation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TradeSettings {
    /// The number of filled take profits after which the stop loss moves to breakeven.
    pub breakeven_after: Option<u16>,
    /// Distance of the trailing stop from the best price, in percent.
    pub trailing_percent: Option<Num>,
    /// The price that triggers the stop loss, and that a trailing stop follows: `last` or `mark`.
    #[schema(example = "last")]
    pub trigger: &'static str,
    /// How long the trade may be open, in minutes.
    pub time_limit: Option<u32>,
}

/// A stop loss.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TradeStop {
    /// Trigger price.
    pub price: Num,
    /// MARKET or LIMIT.
    #[serde(rename = "type")]
    #[schema(example = "MARKET")]
    pub kind: &'static str,
    /// Price of the limit order.
    pub limit_price: Option<Num>,
}

/// A take profit.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TradeTarget {
    /// Price.
    pub price: Num,
    /// Share of the position.
    pub share: Num,
}

/// A change in a trade's history.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TradeChangeItem {
    /// When it was decided.
    pub at: Iso,
    /// The id of the user who requested it, or `desk` with the reason if Slipstream did it by itself: `desk (trailing stop)`.
    #[schema(example = "46a19fb1-4e90-4736-b820-257c947fd694")]
    pub by: String,
    /// PROTECTION for a change of the stop loss and the take profits, BREAKEVEN, REDUCE, REDUCE_LIMIT for a limit order that closes
    /// a part, ADD, CANCEL_ENTRY, BREAKEVEN_AFTER for breakeven after a take profit, TRAIL, ADOPT, or TIME_LIMIT.
    #[schema(example = "PROTECTION")]
    pub kind: &'static str,
    /// The state before.
    pub before: TradeLevels,
    /// The requested state.
    pub after: TradeLevels,
}

/// The part of a trade that a change concerns.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TradeLevels {
    /// The stop loss; `null` if there is none, or if it stayed as it was.
    pub stop: Option<TradeStop>,
    /// The take profits; `null` if they stayed as they were.
    pub take_profits: Option<Vec<TradeTarget>>,
    /// The amount in base units: of the position, or of the entry while it rests; `null` if it stayed as it was.
    pub amount: Option<Num>,
    /// The settings of the automation; `null` if they stayed as they were.
    pub automation: Option<TradeSettings>,
}

impl From<&TradeRow> for ManagedTrade {
    fn from(row: &TradeRow) -> Self {
        let fees = row.fees.map_or(Decimal::ZERO, |fees| fees.0);
        let funding = row.funding.map_or(Decimal::ZERO, |funding| funding.0);
        let profit = row.realized.map(|realized| realized.0 - fees - funding);
        let multiple = |risk: Decimal| Some(profit?.checked_div(risk)?.round_dp(2));
        Self {
            id: row.intent_id.to_string(),
            exchange_key_id: row.exchange_key_id.to_string(),
            symbol: row.symbol.to_string(),
            side: row.side.word(),
            source: row.source.word(),
            status: row.status.word(),
            amount: Num(row.amount.0),
            entry_price: row.entry_price.map(|price| Num(price.0)),
            exit_price: row.exit_price.map(|price| Num(price.0)),
            realized: row.realized.map(|realized| Num(realized.0)),
            fees: row.fees.map(|fees| Num(fees.0)),
            funding: row.funding.map(|funding| Num(funding.0)),
            profit: profit.map(Num),
            risk: row.risk.map(|risk| Num(risk.0)),
            r: row.risk.and_then(|risk| multiple(risk.0)).map(Num),
            exit_reason: row.exit_reason.map(|exit| exit.word()),
            note: row.note.clone(),
            tags: row.tags.value().unwrap_or_default(),
            opened_at: row.opened_at.map(Iso),
            closed_at: row.closed_at.map(Iso),
            created_at: Iso(row.created_at),
        }
    }
}

impl From<&TradeView> for ManagedTradeDetails {
    fn from(view: &TradeView) -> Self {
        Self {
            trade: ManagedTrade::from(&view.row),
            version: view.version,
            stop: view.stop.map(TradeStop::from),
            take_profits: view.targets.iter().map(TradeTarget::from).collect(),
            automation: view.automation.as_ref().map(TradeAutomation::from),
            entry_orders: view.entries.iter().map(TradeEntryOrder::from).collect(),
            changes: view.changes.iter().map(TradeChangeItem::from).collect(),
        }
    }
}

impl From<&EntryOrder> for TradeEntryOrder {
    fn from(order: &EntryOrder) -> Self {
        Self {
            kind: order.kind.word(),
            price: order.price.map(Num),
            trigger_price: order.trigger.map(Num),
            amount: order.amount.map(Num),
            filled: Num(order.filled),
            status: order.status.map(|status| status.word()),
            time_in_force: order.time_in_force.word(),
            good_till_date: order.good_till.map(Iso),
        }
    }
}

impl From<&AutomationView> for TradeAutomation {
    fn from(view: &AutomationView) -> Self {
        Self {
            settings: TradeSettings::from(view.settings),
            breakeven_done: view.breakeven_at.is_some(),
            peak: view.peak.map(Num),
            closes_at: view.closes_at.map(Iso),
        }
    }
}

impl From<Automation> for TradeSettings {
    fn from(settings: Automation) -> Self {
        Self {
            breakeven_after: settings.breakeven_after,
            trailing_percent: settings.trailing_percent.map(Num),
            trigger: settings.trigger.word(),
            time_limit: settings.time_limit,
        }
    }
}

impl From<Stop> for TradeStop {
    fn from(stop: Stop) -> Self {
        Self { price: Num(stop.trigger), kind: stop.kind().word(), limit_price: stop.limit.map(Num) }
    }
}

impl From<&TargetShare> for TradeTarget {
    fn from(target: &TargetShare) -> Self {
        Self { price: Num(target.price), share: Num(target.share) }
    }
}

impl From<&PastChange> for TradeChangeItem {
    fn from(change: &PastChange) -> Self {
        let kind = change.after.kind.unwrap_or(ChangeKind::Protection);
        Self {
            at: Iso(change.at),
            by: kind.decided_by_desk().map_or_else(|| change.user.to_string(), str::to_owned),
            kind: kind.word(),
            before: TradeLevels::from(&change.before),
            after: TradeLevels::from(&change.after),
        }
    }
}

impl From<&TradeSnapshot> for TradeLevels {
    fn from(change: &TradeSnapshot) -> Self {
        let stop = match change.stop {
            Some(StopChange::Set(stop)) => Some(TradeStop::from(stop)),
            Some(StopChange::Remove { .. }) | None => None,
        };
        let targets = change.targets.as_ref();
        let take_profits = targets.map(|targets| targets.iter().map(TradeTarget::from).collect());
        let automation = change.automation.map(TradeSettings::from);
        Self { stop, take_profits, amount: change.amount.map(Num), automation }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ExchangeKeyId, IntentId, Micros, Side, UserId, dec};
    use service::trading::order::trade::{TradeSource, TradeStatus};
    use store::{DecimalText, trade::Tags};
    use uuid::Uuid;

    #[test]
    fn profit_and_its_multiple_are_after_fees_and_funding() {
        let figure = |value: Decimal| Some(DecimalText(value));
        let row = TradeRow {
            intent_id: IntentId(Uuid::nil()),
            user_id: UserId(Uuid::nil()),
            exchange_key_id: ExchangeKeyId(Uuid::nil()),
            symbol: "BTC/USDT".parse().unwrap(),
            side: Side::Buy,
            source: TradeSource::Manual,
            status: TradeStatus::Closed,
            amount: DecimalText(dec!(0.05)),
            entry_price: figure(dec!(20000)),
            exit_price: figure(dec!(20200)),
            realized: figure(dec!(10)),
            fees: figure(dec!(0.8)),
            funding: figure(dec!(-0.3)),
            risk: figure(dec!(5)),
            exit_reason: None,
            beside: false,
            note: String::new(),
            tags: Tags::of(&Vec::new()).unwrap(),
            version: 0,
            opened_at: Some(Micros(1)),
            closed_at: Some(Micros(2)),
            created_at: Micros(0),
        };
        let shown = serde_json::to_value(ManagedTrade::from(&row)).unwrap();
        assert_eq!(
            (&shown["funding"], &shown["profit"], &shown["r"]),
            (&serde_json::json!(-0.3), &serde_json::json!(9.5), &serde_json::json!(1.9))
        );
    }
}
