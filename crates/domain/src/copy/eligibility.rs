//! The rules for whether an entry may be copied, shared by all callers. The fan-out, the workers, an entry resumed
//! after a crash and the page of a user's follows all call [`eligibility`], so they all give the same reason.
//!
//! The order of the reasons is fixed. First come those that the follower caused or has to fix, because they remain
//! true when the others have passed: their follow, their key, their plan. Then come the admin's decisions, then the
//! state of the signal, and last the state of the account at its exchange. Decision 0005 explains why.

use super::{Paused, Reason};
use crate::{
    AccountMode, ApiKeyStatus, Decimal, ExchangeKey, account::AccountState, first_day::CappedOrder,
    risk_rule::Objection,
};

/// The state of a follow, as its owner set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowState {
    /// New signals are copied.
    Active,
    /// Nothing is copied for now.
    Paused(Option<Paused>),
    /// It was ended.
    Stopped,
}

impl FollowState {
    /// Derives the state from a follow's row. `stopped` takes precedence over `active`.
    #[must_use]
    pub const fn of(active: bool, paused: Option<Paused>, stopped: bool) -> Self {
        match (stopped, active) {
            (true, _) => Self::Stopped,
            (false, true) => Self::Active,
            (false, false) => Self::Paused(paused),
        }
    }

    const fn objection(self) -> Option<Reason> {
        match self {
            Self::Active => None,
            Self::Paused(Some(Paused::Panic)) => Some(Reason::Panic),
            Self::Paused(_) => Some(Reason::Paused),
            Self::Stopped => Some(Reason::Stopped),
        }
    }
}

/// Whether an exchange key can trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It can trade.
    Usable,
    /// Its owner disabled it.
    Inactive,
    /// The exchange rejects it.
    Unauthorized,
    /// It may withdraw: too dangerous to use for entries.
    MayWithdraw,
    /// Its account is in a mode that is not supported.
    UnsupportedMode,
    /// The account's state at the exchange differs from the state recorded here.
    UnderReview,
    /// It was deleted.
    Deleted,
}

impl KeyState {
    /// Derives the state from a key. A rejected key is disabled too; the rejection is the cause, so it takes
    /// precedence.
    #[must_use]
    pub const fn of(key: &ExchangeKey) -> Self {
        Self::of_row(key.active, key.status, key.may_withdraw, key.account_mode)
    }

    /// As [`Self::of`], from the columns of a key that was not read as a whole.
    #[must_use]
    pub const fn of_row(active: bool, status: ApiKeyStatus, may_withdraw: bool, mode: AccountMode) -> Self {
        match (active, status) {
            (_, ApiKeyStatus::Unauthorized) => Self::Unauthorized,
            (false, _) => Self::Inactive,
            (true, _) if may_withdraw => Self::MayWithdraw,
            (true, _) if mode.problem().is_some() => Self::UnsupportedMode,
            (true, _) => Self::Usable,
        }
    }

    /// Returns the state, taking a review of the account into account. Problems that the owner can fix take
    /// precedence.
    #[must_use]
    pub const fn reviewed(self, under_review: bool) -> Self {
        match self {
            Self::Usable if under_review => Self::UnderReview,
            other => other,
        }
    }

    /// Returns why a key in this state cannot trade, or `None` if it can.
    #[must_use]
    pub const fn objection(self) -> Option<Reason> {
        match self {
            Self::Usable => None,
            Self::Inactive => Some(Reason::KeyInactive),
            Self::Unauthorized => Some(Reason::KeyUnauthorized),
            Self::MayWithdraw => Some(Reason::KeyMayWithdraw),
            Self::UnsupportedMode => Some(Reason::AccountMode),
            Self::UnderReview => Some(Reason::KeyUnderReview),
            Self::Deleted => Some(Reason::KeyDeleted),
        }
    }
}

/// The total balance of a user's accounts and the limit of their plan, in USD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanBalance {
    /// Total of the accounts that count towards the limit.
    pub counted: Decimal,
    /// Balance limit of the plan, inclusive.
    pub limit: Decimal,
}

/// The known facts about one entry. A fact that is `None` is unknown to the caller and is not checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// State of the follower's account.
    pub account: Option<AccountState>,
    /// State of the follow.
    pub follow: Option<FollowState>,
    /// State of the exchange key.
    pub key: Option<KeyState>,
    /// Whether the key's first-day limits allow another market only.
    pub other_first_day_market: Option<bool>,
    /// Whether the plan includes automated strategies.
    pub plan_includes_strategies: Option<bool>,
    /// The plan's balance and limit; also `None` if the plan has no limit or the key does not count.
    pub plan_balance: Option<PlanBalance>,
    /// Whether an admin has paused all new copies.
    pub all_paused: Option<bool>,
    /// Whether the strategy is active.
    pub strategy_active: Option<bool>,
    /// Whether the strategy has given a newer signal.
    pub superseded: Option<bool>,
    /// Whether the signal is older than `SLIPSTREAM_SIGNAL_MAX_AGE`.
    pub too_old: Option<bool>,
    /// Whether the account holds a position on the market.
    pub in_position: Option<bool>,
    /// The objection of the first risk rule that forbids the entry; also `None` if none does.
    pub rule: Option<Objection>,
    /// The entry's value and the cap of the key's first-day limits; also `None` if the key has no such limits.
    pub capped_order: Option<CappedOrder>,
}

/// Every reason that [`eligibility`] gives, in the order of the checks.
pub const REASONS_IN_ORDER: [Reason; 30] = [
    Reason::AccountSuspended,
    Reason::AccountFrozen,
    Reason::Stopped,
    Reason::Panic,
    Reason::Paused,
    Reason::KeyDeleted,
    Reason::KeyUnauthorized,
    Reason::KeyInactive,
    Reason::KeyMayWithdraw,
    Reason::AccountMode,
    Reason::KeyUnderReview,
    Reason::FirstDayMarket,
    Reason::PlanFeature,
    Reason::PlanBalance,
    Reason::AllPaused,
    Reason::StrategyInactive,
    Reason::Superseded,
    Reason::TooOld,
    Reason::InPosition,
    // Those of `risk_rule::REASONS`.
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
    Reason::FirstDayCap,
];

/// Checks whether an entry may be copied, as far as `facts` are known.
///
/// # Errors
/// The first reason in [`REASONS_IN_ORDER`] that applies.
pub fn eligibility(facts: &Facts) -> Result<(), Reason> {
    let when = |applies: Option<bool>, reason| applies.filter(|applies| *applies).map(|_| reason);
    let over_balance = facts.plan_balance.map(|balance| balance.counted > balance.limit);
    let objections = [
        facts.account.and_then(AccountState::objection),
        facts.follow.and_then(FollowState::objection),
        facts.key.and_then(KeyState::objection),
        when(facts.other_first_day_market, Reason::FirstDayMarket),
        when(facts.plan_includes_strategies.map(|includes| !includes), Reason::PlanFeature),
        when(over_balance, Reason::PlanBalance),
        when(facts.all_paused, Reason::AllPaused),
        when(facts.strategy_active.map(|active| !active), Reason::StrategyInactive),
        when(facts.superseded, Reason::Superseded),
        when(facts.too_old, Reason::TooOld),
        when(facts.in_position, Reason::InPosition),
        facts.rule.map(|objection| objection.reason),
        when(facts.capped_order.map(CappedOrder::is_over), Reason::FirstDayCap),
    ];
    objections.into_iter().flatten().next().map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests;
