//! The bodies of requests and responses about private signal sources.

use crate::rest::{
    mudawyl::present::{Iso, Num},
    words,
};
use domain::own_source::{OwnSource, SourceCall};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A private signal source.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OwnSource)]
pub(in crate::rest) struct SourceItem {
    /// STRATEGY_ID, as for the strategies that everyone can follow.
    id: Uuid,
    /// Name, with the mark that was added to it.
    #[schema(example = "BTC alerts #7F3A1C")]
    name: String,
    /// Whether entries are accepted.
    active: bool,
    /// The market of its alerts.
    #[schema(example = "BTC/USDT")]
    symbol: String,
    /// PRIVATE: only its owner can see and follow it.
    #[schema(value_type = words::SourceVisibility)]
    visibility: &'static str,
    /// Whether it has a webhook.
    webhook: bool,
    /// Distance of the stop from the price in percent, for alerts without one.
    stop_percent: Option<Num>,
    /// Distances of the take profits from the price in percent, for alerts without any.
    target_percents: Vec<Num>,
    /// Largest distance of an alert's price from the market's, in percent.
    max_distance_percent: Num,
    /// When the first alert was accepted; of a public source, when it was approved.
    live_since: Option<Iso>,
    /// Number of the user's keys that follow it.
    follows: i64,
    /// Whether its alerts decide the size of the owner's copies; otherwise the risk profile does.
    size_from_alert: bool,
    /// Since when a request to make it public is open.
    approval_requested_at: Option<Iso>,
    /// Creation time.
    created_at: Iso,
}

impl From<OwnSource> for SourceItem {
    fn from(source: OwnSource) -> Self {
        let OwnSource {
            strategy,
            visibility,
            rules,
            webhook,
            live_since,
            follows,
            size_from_alert,
            approval_requested_at,
        } = source;
        Self {
            id: strategy.id.0,
            name: strategy.name,
            active: strategy.active,
            symbol: strategy.symbol.to_string(),
            visibility: visibility.word(),
            webhook,
            stop_percent: rules.stop_percent.map(Num),
            target_percents: rules.target_percents.into_iter().map(Num).collect(),
            max_distance_percent: Num(rules.max_distance_percent),
            live_since: live_since.map(Iso),
            follows,
            size_from_alert,
            approval_requested_at: approval_requested_at.map(Iso),
            created_at: Iso(strategy.created_at),
        }
    }
}

/// The user's private signal sources.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnSources)]
pub(in crate::rest) struct SourceItems {
    /// Oldest first.
    pub(super) items: Vec<SourceItem>,
}

/// A webhook. Its token is shown only once.
#[derive(Serialize, ToSchema)]
#[schema(as = SourceWebhook)]
pub(in crate::rest) struct Webhook {
    /// STRATEGY_ID.
    pub(super) id: Uuid,
    /// The token in the URL.
    pub(super) token: String,
    /// The URL to which alerts are sent.
    pub(super) url: String,
}

/// A new private signal source.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OwnSourceBody, example = json!({"name": "BTC alerts", "symbol": "BTC/USDT", "stopPercent": 2, "targetPercents": [1, 3]}))]
pub(in crate::rest) struct SourceBody {
    /// At most 52 characters.
    #[schema(example = "BTC alerts", min_length = 1, max_length = 52)]
    name: String,
    /// A futures market of the exchange; it cannot be changed later.
    #[schema(example = "BTC/USDT", pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$")]
    symbol: String,
    /// Distance of the stop from the price in percent, for alerts without one. Without it they are refused.
    #[schema(value_type = Option<words::Number>, example = 2)]
    stop_percent: Option<f64>,
    /// Distances of the take profits from the price in percent, for alerts without any; at most 10.
    #[schema(value_type = Option<words::Numbers>)]
    target_percents: Option<Vec<f64>>,
    /// Largest distance of an alert's price from the market's, in percent; 5 by default, at most 50.
    #[schema(value_type = Option<words::Number>, example = 5)]
    max_distance_percent: Option<f64>,
}

/// Changes of a private signal source. The three percentages are replaced together.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OwnSourceChangeBody, example = json!({"active": true, "stopPercent": 2, "maxDistancePercent": 5}))]
pub(in crate::rest) struct SourceChangeBody {
    /// Resumes or pauses it: a paused source refuses entries.
    active: Option<bool>,
    /// Whether `order.amount` of its alerts decides the size of the owner's copies.
    size_from_alert: Option<bool>,
    /// Distance of the stop from the price in percent, for alerts without one.
    #[schema(value_type = Option<words::Number>, example = 2)]
    stop_percent: Option<f64>,
    /// Distances of the take profits from the price in percent, for alerts without any; at most 10.
    #[schema(value_type = Option<words::Numbers>)]
    target_percents: Option<Vec<f64>>,
    /// Largest distance of an alert's price from the market's, in percent; 5 by default, at most 50.
    #[schema(value_type = Option<words::Number>, example = 5)]
    max_distance_percent: Option<f64>,
}

/// An alert to test.
#[derive(Serialize, ToSchema)]
#[schema(as = TestAlertBody)]
pub(in crate::rest) struct TestBody {
    /// The alert as a charting program would send it.
    #[schema(example = "BTC long 60000 SL 59000 TP 61000 62000", min_length = 1)]
    alert: String,
}

/// The verdict on a test.
#[derive(Serialize, ToSchema)]
#[schema(as = TestVerdict)]
pub(in crate::rest) struct TestResult {
    /// ACCEPTED, REPEATED or REFUSED.
    #[schema(value_type = words::SourceVerdict)]
    pub(super) verdict: &'static str,
    /// Why it would be refused.
    #[schema(value_type = Option<words::AlertRefusal>)]
    pub(super) reason: Option<&'static str>,
}

/// A call of the webhook.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SourceCall)]
pub(in crate::rest) struct CallItem {
    /// When it arrived.
    at: Iso,
    /// Whether it was a test.
    test: bool,
    /// ACCEPTED, REPEATED or REFUSED.
    #[schema(value_type = words::SourceVerdict)]
    verdict: &'static str,
    /// Why it was refused.
    #[schema(value_type = Option<words::AlertRefusal>)]
    reason: Option<&'static str>,
    /// The signal that it gave or repeated.
    signal_id: Option<Uuid>,
    /// The body without secrets, at most 4 KB of it.
    body: String,
}

impl From<SourceCall> for CallItem {
    fn from(call: SourceCall) -> Self {
        Self {
            at: Iso(call.at),
            test: call.test,
            verdict: call.verdict.word(),
            reason: call.reason.map(|reason| reason.word()),
            signal_id: call.signal.map(|signal| signal.0),
            body: call.body,
        }
    }
}

/// The newest calls of a webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = SourceCalls)]
pub(in crate::rest) struct CallItems {
    /// Newest first; at most 50.
    pub(super) items: Vec<CallItem>,
}
