//! Private signal sources: strategies that a trader feeds with alerts through a webhook of their own.

use crate::{
    Decimal, Micros, SignalId, StrategyId, Symbol, UserId, dec,
    key::words,
    plan::Limits,
    strategy::Strategy,
    validation::{FieldProblem, Problem},
};
use serde::{Deserialize, Serialize};

/// Number of calls that are kept for each source.
pub const KEPT_CALLS: i64 = 50;
/// The maximum distance of an alert's price from the market's that a new source allows, in percent.
pub const DEFAULT_DISTANCE: Decimal = dec!(5);
/// The largest distance that a source can allow, in percent.
pub const MOST_DISTANCE: Decimal = dec!(50);
/// Maximum number of default take-profits.
pub const MOST_DEFAULT_TARGETS: usize = 10;

words! {
    /// The audience of a source's strategy.
    pub Visibility {
        /// Only its owner.
        Private = "PRIVATE",
        /// Everyone: an admin approved it.
        Approved = "APPROVED",
    }
}

words! {
    /// The verdict on a call of a webhook.
    pub Verdict {
        /// The alert became a signal, or would have, if it was a test.
        Accepted = "ACCEPTED",
        /// The alert was accepted before, so nothing was done again.
        Repeated = "REPEATED",
        /// The alert was refused.
        Refused = "REFUSED",
    }
}

words! {
    /// Why an alert was refused.
    pub RefusedAlert {
        /// The body has none of the supported formats, or a field that cannot be read.
        Unreadable = "UNREADABLE",
        /// A placeholder was not replaced by the sender.
        Placeholder = "PLACEHOLDER",
        /// It has no direction (buy, sell, exit), or contradicts itself.
        NoDirection = "NO_DIRECTION",
        /// It is about another market.
        OtherMarket = "OTHER_MARKET",
        /// It is older than allowed.
        Late = "LATE",
        /// Its time is in the future.
        InFuture = "IN_FUTURE",
        /// Its price is too far from the market's.
        TooFar = "TOO_FAR",
        /// It has no stop, and the source has no default.
        NoStop = "NO_STOP",
        /// Its stop is zero or on the wrong side of the price.
        BadStop = "BAD_STOP",
        /// A take-profit is zero or on the wrong side of the price, or there are too many.
        BadTarget = "BAD_TARGET",
        /// It exits a position on the other side than the source's last entry.
        NothingToExit = "NOTHING_TO_EXIT",
        /// It exits a part of the position, which earlier releases did not carry out.
        PartialExit = "PARTIAL_EXIT",
        /// Its id belongs to another alert, or is too long.
        IdReused = "ID_REUSED",
        /// The source is paused.
        Paused = "PAUSED",
        /// The market price is not available, so the alert cannot be checked.
        NoPrice = "NO_PRICE",
    }
}

impl RefusedAlert {
    /// Returns the field that has the problem, and the problem, as the webhook answers them.
    #[must_use]
    pub const fn problem(self) -> (&'static str, Problem) {
        match self {
            Self::Unreadable => ("body", Problem::AlertUnreadable),
            Self::Placeholder => ("body", Problem::Placeholder),
            Self::NoDirection => ("action", Problem::NotAction),
            Self::OtherMarket => ("ticker", Problem::OtherMarket),
            Self::Late => ("time", Problem::TooOld),
            Self::InFuture => ("time", Problem::InFuture),
            Self::TooFar => ("price", Problem::FarFromMarket),
            Self::NoStop => ("stop", Problem::Required),
            Self::BadStop => ("stop", Problem::StopOnWrongSide),
            Self::BadTarget => ("targets", Problem::TargetOnWrongSide),
            Self::NothingToExit => ("action", Problem::NothingToExit),
            Self::PartialExit => ("order", Problem::PartialExit),
            Self::IdReused => ("id", Problem::SignalIdReused),
            Self::Paused => ("strategy", Problem::StrategyInactive),
            Self::NoPrice => ("price", Problem::Required),
        }
    }

    /// Returns the reason for problems that were found while an alert was read or accepted.
    #[must_use]
    pub fn of(problems: &[FieldProblem]) -> Self {
        let has = |problem: Problem| problems.iter().any(|found| found.problem == problem);
        let about = |field: &str| problems.iter().any(|found| found.field == field);
        if has(Problem::Placeholder) {
            Self::Placeholder
        } else if has(Problem::StrategyInactive) {
            Self::Paused
        } else if has(Problem::TooOld) {
            Self::Late
        } else if has(Problem::InFuture) {
            Self::InFuture
        } else if about("body") {
            Self::Unreadable
        } else if about("action") || about("side") || about("position") {
            Self::NoDirection
        } else if about("id") {
            Self::IdReused
        } else if has(Problem::StopOnWrongSide) || (about("stop") && has(Problem::NotPositive)) {
            Self::BadStop
        } else if has(Problem::TargetOnWrongSide) || has(Problem::TooManyTargets) || about("targets") {
            Self::BadTarget
        } else {
            Self::Unreadable
        }
    }
}

/// The rules that complete a source's alerts, and by which it refuses them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRules {
    /// Distance of the stop from the price, in percent, for alerts without one; `None` refuses them.
    pub stop_percent: Option<Decimal>,
    /// Distances of the take-profits from the price, in percent, for alerts without any.
    pub target_percents: Vec<Decimal>,
    /// Maximum distance of an alert's price from the market's, in percent.
    pub max_distance_percent: Decimal,
}

impl Default for SourceRules {
    fn default() -> Self {
        Self { stop_percent: None, target_percents: Vec::new(), max_distance_percent: DEFAULT_DISTANCE }
    }
}

impl SourceRules {
    /// Returns the problems of the rules.
    #[must_use]
    pub fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        let percent = |value: Decimal| value > Decimal::ZERO && value < Decimal::ONE_HUNDRED;
        if self.stop_percent.is_some_and(|stop| !percent(stop)) {
            problems.push(FieldProblem::new("stopPercent", Problem::NotRiskPercent));
        }
        if self.target_percents.len() > MOST_DEFAULT_TARGETS {
            problems.push(FieldProblem::new("targetPercents", Problem::TooMany));
        } else if !self.target_percents.iter().all(|target| percent(*target)) {
            problems.push(FieldProblem::new("targetPercents", Problem::NotRiskPercent));
        }
        if self.max_distance_percent <= Decimal::ZERO || self.max_distance_percent > MOST_DISTANCE {
            problems.push(FieldProblem::new("maxDistancePercent", Problem::NotInRange));
        }
        problems
    }
}

/// Returns how many private sources a plan allows; `None` means unlimited. One for each exchange key, because a
/// key copies one strategy on each market.
#[must_use]
pub const fn most_sources(limits: &Limits) -> Option<i64> {
    limits.max_api_key
}

/// A private signal source, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnSource {
    /// The strategy that the source feeds.
    pub strategy: Strategy,
    /// The audience of its strategy.
    pub visibility: Visibility,
    /// The rules for its alerts.
    pub rules: SourceRules,
    /// Whether it has a webhook. Its token is not stored in readable form and cannot be shown again.
    pub webhook: bool,
    /// When the first alert was accepted.
    pub live_since: Option<Micros>,
    /// Number of the owner's keys that copy it, paused ones included.
    pub follows: i64,
    /// Whether its alerts decide the size of the owner's copies; otherwise the risk profile does.
    pub size_from_alert: bool,
    /// When its owner asked the admins to approve it, while the request is open.
    pub approval_requested_at: Option<Micros>,
}

/// An open request to approve a private source for everyone, as admins see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRequest {
    /// Id of its strategy.
    pub strategy: StrategyId,
    /// Name of the strategy.
    pub name: String,
    /// Trading pair.
    pub symbol: Symbol,
    /// The owner's e-mail address.
    pub email: String,
    /// When the first alert was accepted.
    pub live_since: Option<Micros>,
    /// When it was requested.
    pub requested_at: Micros,
}

words! {
    /// An admin's decision about the audience of a private source.
    pub SourceDecision {
        /// Everyone may follow it.
        Approve = "APPROVE",
        /// The request is rejected; the source stays private.
        Reject = "REJECT",
        /// An approved source becomes private again.
        Revoke = "REVOKE",
    }
}

/// A private signal source, as admins see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceOwner {
    /// Id of its strategy.
    pub strategy: StrategyId,
    /// The owner.
    pub user: UserId,
    /// The owner's e-mail address.
    pub email: String,
    /// The audience of its strategy.
    pub visibility: Visibility,
}

/// A call of a source's webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceCall {
    /// When it arrived.
    pub at: Micros,
    /// Whether it was a test by the owner, which gives no signal.
    pub test: bool,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it was refused.
    pub reason: Option<RefusedAlert>,
    /// The signal that it gave or repeated.
    pub signal: Option<SignalId>,
    /// The body without secrets, shortened.
    pub body: String,
}

/// Returns a sample alert for a market, with which the test form starts.
#[must_use]
pub fn sample_alert(symbol: &Symbol) -> String {
    format!("{} long", symbol.joined())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_reason_has_its_own_answer() {
        let answers: HashSet<_> = RefusedAlert::ALL.iter().map(|reason| reason.problem()).collect();
        assert_eq!(answers.len(), RefusedAlert::ALL.len());
        for reason in
            [RefusedAlert::Placeholder, RefusedAlert::Late, RefusedAlert::BadStop, RefusedAlert::Paused]
        {
            let (field, problem) = reason.problem();
            assert_eq!(RefusedAlert::of(&[FieldProblem::new(field, problem)]), reason);
        }
        assert_eq!(RefusedAlert::of(&[]), RefusedAlert::Unreadable);
    }

    #[test]
    fn rules_outside_their_ranges_are_named() {
        assert!(SourceRules::default().problems().is_empty());
        let bad = SourceRules {
            stop_percent: Some(Decimal::ZERO),
            target_percents: vec![Decimal::ONE, Decimal::ONE_HUNDRED],
            max_distance_percent: Decimal::ONE_HUNDRED,
        };
        let fields: Vec<_> = bad.problems().into_iter().map(|found| found.field).collect();
        assert_eq!(fields, ["stopPercent", "targetPercents", "maxDistancePercent"]);
    }

    #[test]
    fn a_plan_allows_as_many_sources_as_keys() {
        assert_eq!(most_sources(&Limits::UNLIMITED), None);
        assert_eq!(most_sources(&Limits { max_api_key: Some(3), ..Limits::UNLIMITED }), Some(3));
    }
}
