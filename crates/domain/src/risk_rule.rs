//! Risk rules: bounds that a trader sets on copying, for one follow, for one exchange key, or for all accounts.
//!
//! [`judge()`] decides whether a rule is broken. Workers, entries resumed after a crash, the supervision of open positions,
//! the pages and the preview of a rule over the past all call it, so that a rule means the same everywhere.

mod judge;
mod replay;

pub use judge::{
    Ended, EntryTerms, Measured, Objection, Verdict, first_objection, judge, longest_lookback, start,
};
pub use replay::{PastCopy, Replay, replay};

use crate::{
    Decimal, ExchangeKey, ExchangeKeyId, FollowId, Micros, RiskRuleId, StrategyType,
    copy::{HIGHEST_LEVERAGE, Reason},
    key::words,
    validation::{FieldProblem, Problem},
};
use serde::{Deserialize, Serialize};

words! {
    /// The quantity that a rule bounds.
    pub Kind {
        /// Number of open copied positions.
        OpenPositions = "OPEN_POSITIONS",
        /// Value of the open copied positions at their entry prices, the entry included, in quote units.
        Exposure = "EXPOSURE",
        /// Leverage of an entry.
        Leverage = "LEVERAGE",
        /// Loss of a UTC day, in USD.
        DayLoss = "DAY_LOSS",
        /// Loss of a UTC day, in percent of the equity at its beginning.
        DayLossPercent = "DAY_LOSS_PERCENT",
        /// Loss of a week that begins on Monday (UTC), in USD.
        WeekLoss = "WEEK_LOSS",
        /// Loss of a week that begins on Monday (UTC), in percent of the equity at its beginning.
        WeekLossPercent = "WEEK_LOSS_PERCENT",
        /// Fall from the highest equity, in percent.
        Drawdown = "DRAWDOWN",
        /// Number of losing copies in a row; then entries stop for some hours.
        LossStreak = "LOSS_STREAK",
        /// Distance of the market's price from the signal's, in percent.
        Slippage = "SLIPPAGE",
        /// Age of a signal, in seconds.
        SignalAge = "SIGNAL_AGE",
    }
}

words! {
    /// The effect of a broken rule.
    pub RuleAction {
        /// No new entries are copied.
        StopEntries = "STOP_ENTRIES",
        /// No new entries are copied, and the open copied positions are closed.
        Flatten = "FLATTEN",
    }
}

words! {
    /// The level that a rule applies to.
    pub Level {
        /// One follow.
        Follow = "FOLLOW",
        /// All follows of one exchange key.
        Key = "KEY",
        /// All of a user's automated keys.
        Person = "PERSON",
    }
}

/// The follow, key or accounts that a rule applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// A follow. Its losses, drawdown and open positions are those of its key's copies.
    Follow(FollowId),
    /// An exchange key.
    Key(ExchangeKeyId),
    /// All automated keys: the live ones, or the paper accounts if there is no live one.
    Person,
}

impl Scope {
    /// Returns the level.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Self::Follow(_) => Level::Follow,
            Self::Key(_) => Level::Key,
            Self::Person => Level::Person,
        }
    }
}

impl Kind {
    /// Returns whether a rule of this kind stays tripped: until its period ends, or until its owner resumes. The other
    /// kinds decide about each entry.
    #[must_use]
    pub const fn latches(self) -> bool {
        matches!(
            self,
            Self::DayLoss
                | Self::DayLossPercent
                | Self::WeekLoss
                | Self::WeekLossPercent
                | Self::Drawdown
                | Self::LossStreak
        )
    }

    /// Returns whether a rule of this kind may close positions.
    #[must_use]
    pub const fn may_flatten(self) -> bool {
        self.latches() && !matches!(self, Self::LossStreak)
    }

    /// Returns whether a rule of this kind bounds the open positions together, so that entries compete for what is left.
    #[must_use]
    pub const fn is_bound(self) -> bool {
        matches!(self, Self::OpenPositions | Self::Exposure)
    }

    /// Returns whether the threshold is a percentage of equity or of a price.
    #[must_use]
    pub const fn is_percent(self) -> bool {
        matches!(self, Self::DayLossPercent | Self::WeekLossPercent | Self::Drawdown | Self::Slippage)
    }

    /// Returns whether the threshold is a whole number.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        matches!(self, Self::OpenPositions | Self::Leverage | Self::LossStreak | Self::SignalAge)
    }

    /// Returns the reason for which a copy is skipped by a rule of this kind.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::DayLoss | Self::DayLossPercent => Reason::DailyLoss,
            Self::WeekLoss | Self::WeekLossPercent => Reason::WeeklyLoss,
            Self::Drawdown => Reason::Drawdown,
            Self::LossStreak => Reason::LossStreak,
            Self::SignalAge => Reason::RuleSignalAge,
            Self::OpenPositions => Reason::RulePositions,
            Self::Exposure => Reason::RuleExposure,
            Self::Leverage => Reason::RuleLeverage,
            Self::Slippage => Reason::RuleSlippage,
        }
    }
}

/// Returns the keys that a rule for all accounts covers: the automated live ones, or the automated paper accounts if
/// there is no live one.
#[must_use]
pub fn covered_keys(keys: &[ExchangeKey]) -> Vec<ExchangeKeyId> {
    let automated = || keys.iter().filter(|key| key.strategy_type == StrategyType::Automated);
    let live = automated().any(|key| !key.sandbox);
    automated().filter(|key| key.sandbox != live).map(|key| key.id).collect()
}

/// The reasons that rules give, in the order of their checks.
pub const REASONS: [Reason; 10] = [
    Reason::DailyLoss,
    Reason::WeeklyLoss,
    Reason::Drawdown,
    Reason::LossStreak,
    Reason::RuleSignalAge,
    Reason::RulePositions,
    Reason::RuleExposure,
    Reason::RuleLeverage,
    Reason::RuleSlippage,
    Reason::RuleUnknown,
];

/// The last trip of a rule that latches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trip {
    /// When it tripped.
    pub at: Micros,
    /// When it ends by itself; `None` if only the owner ends it.
    pub until: Option<Micros>,
    /// The value that broke the rule.
    pub seen: Decimal,
    /// The reading before, with its time, for a rule that closes positions.
    pub first: Option<(Micros, Decimal)>,
    /// Whether positions are still being closed.
    pub closing: bool,
}

impl Trip {
    /// Returns whether it still stops entries.
    #[must_use]
    pub fn is_active(&self, now: Micros) -> bool {
        self.until.is_none_or(|until| until > now)
    }
}

/// The settings of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTerms {
    /// The bounded quantity.
    pub kind: Kind,
    /// The bound, in the unit of its kind.
    pub threshold: Decimal,
    /// For [`Kind::LossStreak`]: for how many hours entries stop.
    pub cool_down_hours: Option<u16>,
    /// The effect when it is broken.
    pub action: RuleAction,
}

/// The default pause after a series of losses, in hours.
pub const DEFAULT_COOL_DOWN: u16 = 24;
/// The longest pause after a series of losses, in hours: 30 days.
pub const LONGEST_COOL_DOWN: u16 = 720;
/// The largest threshold of a kind without a bound of its own.
const LARGEST: i64 = 1_000_000_000;

impl RuleTerms {
    /// Returns the problems of the settings.
    #[must_use]
    pub fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        let threshold = self.threshold;
        if threshold <= Decimal::ZERO {
            problems.push(FieldProblem::new("threshold", Problem::NotPositive));
        } else if self.kind == Kind::Leverage && threshold > Decimal::from(HIGHEST_LEVERAGE) {
            problems.push(FieldProblem::new("threshold", Problem::NotLeverage));
        } else if (self.kind.is_percent() && threshold > Decimal::ONE_HUNDRED)
            || (self.kind.is_whole() && !threshold.is_integer())
            || threshold > Decimal::from(LARGEST)
        {
            problems.push(FieldProblem::new("threshold", Problem::NotRuleThreshold));
        }
        let hours = self.cool_down_hours;
        if self.kind == Kind::LossStreak && hours.is_some_and(|h| !(1..=LONGEST_COOL_DOWN).contains(&h)) {
            problems.push(FieldProblem::new("coolDownHours", Problem::NotCoolDown));
        }
        if self.action == RuleAction::Flatten && !self.kind.may_flatten() {
            problems.push(FieldProblem::new("action", Problem::NotFlattening));
        }
        problems
    }
}

/// A risk rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskRule {
    /// Id of the rule.
    pub id: RiskRuleId,
    /// The follow, key or accounts that it applies to.
    pub scope: Scope,
    /// The rule's kind, threshold and action.
    pub terms: RuleTerms,
    /// Time of the owner's last resume: earlier losses are not counted. `None` if they never resumed.
    pub armed_at: Option<Micros>,
    /// The last trip.
    pub trip: Option<Trip>,
    /// When it was created.
    pub created_at: Micros,
    /// When it was last changed.
    pub updated_at: Micros,
}

impl RiskRule {
    /// Returns whether it applies to a follow of a key. `covered` are the keys that a rule for all accounts covers.
    #[must_use]
    pub fn applies(&self, follow: FollowId, key: ExchangeKeyId, covered: &[ExchangeKeyId]) -> bool {
        match self.scope {
            Scope::Follow(of) => of == follow,
            Scope::Key(of) => of == key,
            Scope::Person => covered.contains(&key),
        }
    }

    /// Returns the follow whose copies alone it counts: losses in a row and the value of positions are the follow's own.
    /// Everything else is the account's.
    #[must_use]
    pub const fn own_follow(&self) -> Option<FollowId> {
        match (self.scope, self.terms.kind) {
            (Scope::Follow(follow), Kind::LossStreak | Kind::Exposure) => Some(follow),
            _ => None,
        }
    }

    /// Returns the trip that stops entries now.
    #[must_use]
    pub fn active_trip(&self, now: Micros) -> Option<Trip> {
        self.trip.filter(|trip| trip.is_active(now))
    }

    /// Returns the time before which nothing is counted: the owner resumed then, or the last trip ended.
    #[must_use]
    pub fn counts_from(&self, now: Micros) -> Option<Micros> {
        let ended = self.trip.and_then(|trip| trip.until).filter(|until| *until <= now);
        self.armed_at.max(ended)
    }
}
