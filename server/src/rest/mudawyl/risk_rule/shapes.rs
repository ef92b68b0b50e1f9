//! The bodies of requests and responses about risk rules.

use crate::rest::{
    mudawyl::present::{Iso, Num},
    words,
};
use domain::{
    Micros,
    risk_rule::{RiskRule, Scope},
};
use serde::Serialize;
use service::following::risk::{PREVIEW_DAYS, RulePreview};
use utoipa::ToSchema;
use uuid::Uuid;

/// A risk rule.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RiskRule)]
pub(in crate::rest) struct RuleItem {
    /// RISK_RULE_ID.
    id: Uuid,
    /// FOLLOW, KEY or PERSON.
    #[schema(value_type = words::RiskRuleLevel)]
    level: &'static str,
    /// The follow of a rule of level FOLLOW.
    follow_id: Option<Uuid>,
    /// The exchange key of a rule of level KEY.
    exchange_key_id: Option<Uuid>,
    /// The bounded quantity.
    #[schema(value_type = words::RiskRuleKind)]
    kind: &'static str,
    /// The bound: a number, percent, USD, quote units or seconds, as the kind needs.
    threshold: Num,
    /// For LOSS_STREAK: for how many hours entries stop.
    cool_down_hours: Option<u16>,
    /// STOP_ENTRIES or FLATTEN.
    #[schema(value_type = words::RiskRuleAction)]
    action: &'static str,
    /// Whether it stops entries now.
    tripped: bool,
    /// The last trip.
    trip: Option<TripItem>,
    /// Creation time.
    created_at: Iso,
    /// Time of the last change.
    updated_at: Iso,
}

/// A trip of a risk rule.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RiskRuleTrip)]
pub(in crate::rest) struct TripItem {
    /// When it tripped.
    at: Iso,
    /// When it ends by itself; `null` if it ends only when the owner resumes.
    until: Option<Iso>,
    /// The value that broke the rule.
    seen: Num,
    /// When the reading before was taken, for a rule that closes positions.
    first_seen_at: Option<Iso>,
    /// The value of the reading before.
    first_seen: Option<Num>,
    /// Whether positions are still being closed.
    closing: bool,
}

impl RuleItem {
    /// A rule as of now.
    pub(super) fn of(rule: &RiskRule, now: Micros) -> Self {
        let (follow_id, exchange_key_id) = match rule.scope {
            Scope::Follow(id) => (Some(id.0), None),
            Scope::Key(id) => (None, Some(id.0)),
            Scope::Person => (None, None),
        };
        let trip = rule.trip.map(|trip| TripItem {
            at: Iso(trip.at),
            until: trip.until.map(Iso),
            seen: Num(trip.seen),
            first_seen_at: trip.first.map(|(at, _)| Iso(at)),
            first_seen: trip.first.map(|(_, seen)| Num(seen)),
            closing: trip.closing,
        });
        Self {
            id: rule.id.0,
            level: rule.scope.level().word(),
            follow_id,
            exchange_key_id,
            kind: rule.terms.kind.word(),
            threshold: Num(rule.terms.threshold),
            cool_down_hours: rule.terms.cool_down_hours,
            action: rule.terms.action.word(),
            tripped: rule.active_trip(now).is_some(),
            trip,
            created_at: Iso(rule.created_at),
            updated_at: Iso(rule.updated_at),
        }
    }
}

/// The user's risk rules.
#[derive(Serialize, ToSchema)]
#[schema(as = RiskRules)]
pub(in crate::rest) struct RuleItems {
    /// Oldest first.
    pub(super) items: Vec<RuleItem>,
}

/// A new risk rule.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RiskRuleBody, example = json!({"level": "PERSON", "kind": "DAY_LOSS", "threshold": 50, "action": "STOP_ENTRIES"}))]
pub(in crate::rest) struct RuleBody {
    /// FOLLOW, KEY or PERSON.
    #[schema(value_type = words::RiskRuleLevel)]
    level: String,
    /// The follow, for level FOLLOW.
    follow_id: Option<Uuid>,
    /// The AUTOMATED exchange key, for level KEY.
    exchange_key_id: Option<Uuid>,
    /// The bounded quantity.
    #[schema(value_type = words::RiskRuleKind)]
    kind: String,
    /// The bound, in the unit of the kind.
    #[schema(value_type = words::Number, example = 50)]
    threshold: f64,
    /// For LOSS_STREAK: for how many hours entries stop; 24 by default.
    #[schema(minimum = 1, maximum = 720)]
    cool_down_hours: Option<u16>,
    /// STOP_ENTRIES, or FLATTEN for losses and drawdown.
    #[schema(value_type = words::RiskRuleAction)]
    action: String,
}

/// Changes of a risk rule. What is absent stays.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RiskRuleChangeBody, example = json!({"threshold": 100}))]
pub(in crate::rest) struct RuleChangeBody {
    /// The bound, in the unit of the kind.
    #[schema(value_type = Option<words::Number>, example = 100)]
    threshold: Option<f64>,
    /// For LOSS_STREAK: for how many hours entries stop.
    #[schema(minimum = 1, maximum = 720)]
    cool_down_hours: Option<u16>,
    /// STOP_ENTRIES, or FLATTEN for losses and drawdown.
    #[schema(value_type = Option<words::RiskRuleAction>)]
    action: Option<String>,
}

/// The effects that a risk rule would have had.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RiskRulePreview)]
pub(in crate::rest) struct PreviewItem {
    /// Number of days.
    days: i64,
    /// Number of past copies that the rule would have applied to.
    copies: usize,
    /// When it would have stopped entries, oldest first.
    stopped: Vec<Iso>,
    /// When it would have closed positions, oldest first.
    closed: Vec<Iso>,
    /// Number of past copies that would have been skipped.
    skipped: usize,
    /// Number of decisions that could not be checked, because data is missing.
    unknown: usize,
}

impl From<RulePreview> for PreviewItem {
    fn from(preview: RulePreview) -> Self {
        let replay = preview.replay;
        Self {
            days: PREVIEW_DAYS,
            copies: preview.copies,
            stopped: replay.stopped.into_iter().map(Iso).collect(),
            closed: replay.closed.into_iter().map(Iso).collect(),
            skipped: replay.skipped,
            unknown: replay.unknown,
        }
    }
}
