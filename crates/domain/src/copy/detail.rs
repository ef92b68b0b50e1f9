//! More about the reason of a copy. The database stores a word with its figures, so that the page shows it in the
//! reader's language.

use crate::{
    Decimal, figures,
    key::words,
    money,
    order_failure::{FailureCause, OrderFailure},
    risk_rule,
};
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// Why a queued copy cannot be decided yet.
    pub WaitReason {
        /// The entry that an exit closes is still queued.
        EntryQueued = "entry-queued",
        /// The entry that an exit closes is being sent.
        EntrySending = "entry-sending",
        /// An earlier order on the market is not settled.
        EarlierOrder = "earlier-order",
        /// An earlier copy on the market is being sent.
        EarlierCopy = "earlier-copy",
        /// The position of the other side is being closed.
        OtherSide = "other-side",
        /// The circuit breaker is open.
        BreakerOpen = "breaker-open",
        /// The exchange did not answer.
        ExchangeSilent = "exchange-silent",
        /// The follow was changed at the same time.
        FollowChanged = "follow-changed",
        /// A fault of this installation.
        InternalError = "internal-error",
    }
}

impl WaitReason {
    /// The English sentence, which the APIs answer.
    const fn sentence(self) -> &'static str {
        match self {
            Self::EntryQueued => "the entry is still queued",
            Self::EntrySending => "the entry is being sent",
            Self::EarlierOrder => "an earlier order on this market is not settled",
            Self::EarlierCopy => "an earlier copy on this market is being sent",
            Self::OtherSide => "the position of the other side is being closed",
            Self::BreakerOpen => "the circuit breaker is open: stop losses of many positions were rejected",
            Self::ExchangeSilent => "the exchange did not answer",
            Self::FollowChanged => "the follow was changed",
            Self::InternalError => "internal error",
        }
    }
}

/// The detail of a copy's reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CopyDetail {
    /// Why it waited, or still waits.
    Waited(WaitReason),
    /// The plan's limit of the balance, in USD.
    PlanLimit(Decimal),
    /// The first-day limit of an order's value, in USD.
    FirstDayCap(Decimal),
    /// The loss of the day and its limit, in USD.
    DailyLoss(Decimal, Decimal),
    /// The kind of a risk rule, the value that broke it, and the threshold.
    Rule(risk_rule::Kind, Decimal, Decimal),
    /// Why its order was not carried out, or a sentence that an earlier release stored.
    Failure(OrderFailure),
}

impl CopyDetail {
    /// Returns the text for the database.
    #[must_use]
    pub fn stored(&self) -> String {
        match self {
            Self::Waited(why) => format!("wait:{why}"),
            Self::PlanLimit(limit) => format!("plan-limit:{}", money::text(*limit)),
            Self::FirstDayCap(cap) => format!("first-day-cap:{}", money::text(*cap)),
            Self::DailyLoss(lost, limit) => {
                format!("daily-loss:{}:{}", money::text(*lost), money::text(*limit))
            }
            Self::Rule(kind, seen, limit) => {
                format!("rule:{kind}:{}:{}", money::text(*seen), money::text(*limit))
            }
            Self::Failure(failure) => failure.stored(),
        }
    }

    /// Returns the detail of a risk rule's objection.
    #[must_use]
    pub const fn of_rule(objection: risk_rule::Objection) -> Self {
        match objection.kind {
            risk_rule::Kind::DayLoss if !matches!(objection.reason, super::Reason::RuleUnknown) => {
                Self::DailyLoss(objection.seen, objection.limit)
            }
            kind => Self::Rule(kind, objection.seen, objection.limit),
        }
    }

    /// Parses a text of the database, also one of an earlier release.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let figure = |text: &str| money::parse(text).ok();
        let known = match text.split_once(':') {
            Some(("wait", word)) => WaitReason::parse(word).map(Self::Waited),
            Some(("plan-limit", limit)) => figure(limit).map(Self::PlanLimit),
            Some(("first-day-cap", cap)) => figure(cap).map(Self::FirstDayCap),
            Some(("daily-loss", both)) => both
                .split_once(':')
                .and_then(|(lost, limit)| Some(Self::DailyLoss(figure(lost)?, figure(limit)?))),
            Some(("rule", rest)) => rule(rest),
            _ => None,
        };
        let earlier = || WaitReason::ALL.iter().find(|why| why.sentence() == text).copied().map(Self::Waited);
        known.or_else(earlier).unwrap_or_else(|| Self::Failure(OrderFailure::read(text)))
    }
}

/// Parses the kind, value and threshold of a risk rule.
fn rule(text: &str) -> Option<CopyDetail> {
    let mut parts = text.split(':');
    let kind = risk_rule::Kind::parse(parts.next()?)?;
    let (seen, limit) = (money::parse(parts.next()?).ok()?, money::parse(parts.next()?).ok()?);
    parts.next().is_none().then_some(CopyDetail::Rule(kind, seen, limit))
}

/// The English text, which the APIs answer.
impl fmt::Display for CopyDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waited(why) => f.write_str(why.sentence()),
            Self::PlanLimit(limit) => write!(f, "{limit} USD"),
            Self::FirstDayCap(cap) => write!(f, "{} USD", figures::cents(*cap)),
            Self::DailyLoss(lost, limit) => {
                write!(f, "lost {} USD today, limit {} USD", figures::cents(*lost), figures::cents(*limit))
            }
            Self::Rule(kind, seen, limit) => {
                let (seen, limit) = (figures::cents(*seen), figures::cents(*limit));
                write!(f, "{kind} {seen}, limit {limit}")
            }
            Self::Failure(failure) => fmt::Display::fmt(failure, f),
        }
    }
}

impl From<OrderFailure> for CopyDetail {
    fn from(failure: OrderFailure) -> Self {
        Self::Failure(failure)
    }
}

impl From<FailureCause> for CopyDetail {
    fn from(cause: FailureCause) -> Self {
        Self::Failure(cause.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_detail_is_read_again() {
        let waits = WaitReason::ALL.iter().copied().map(CopyDetail::Waited);
        let others = [
            CopyDetail::PlanLimit(Decimal::from(500)),
            CopyDetail::FirstDayCap(Decimal::ONE_HUNDRED),
            CopyDetail::DailyLoss(Decimal::new(-1_234, 3), Decimal::from(50)),
            CopyDetail::Rule(risk_rule::Kind::Slippage, Decimal::new(12, 1), Decimal::ONE),
            OrderFailure::Answered(-1013, "Filter failure: LOT_SIZE".to_owned()).into(),
            OrderFailure::Sentence("wait: for the exchange".to_owned()).into(),
            FailureCause::SignalOld.into(),
        ];
        for detail in waits.chain(others) {
            assert_eq!(CopyDetail::read(&detail.stored()), detail);
        }
    }

    #[test]
    fn sentences_of_earlier_releases_are_read() {
        for why in WaitReason::ALL {
            assert_eq!(CopyDetail::read(why.sentence()), CopyDetail::Waited(*why));
        }
        let lost = "lost 51.20 USD today, limit 50.00 USD";
        assert_eq!(CopyDetail::read(lost).to_string(), lost);
    }

    #[test]
    fn the_apis_answer_as_before() {
        let lost = CopyDetail::DailyLoss(Decimal::new(51_199, 3), Decimal::from(50));
        assert_eq!(lost.to_string(), "lost 51.20 USD today, limit 50.00 USD");
        assert_eq!(CopyDetail::PlanLimit(Decimal::from(500)).to_string(), "500 USD");
    }
}
