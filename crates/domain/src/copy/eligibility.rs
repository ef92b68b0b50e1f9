//! Why an entry isn't copied: one rule for every place that asks. The fan-out, the workers, an entry that is resumed after
//! a crash and the page with a person's follows all call [`eligibility`], so they all give the same reason.
//!
//! The order of the reasons is fixed. First comes what the follower did or has to mend, because it stays true when the
//! rest has passed: their follow, their key, their plan. Then what the operator decided, then what became of the signal,
//! last what the account shows at its exchange. Decision 0005 says why.

use super::{Paused, Reason};
use crate::{ApiKeyStatus, Decimal, ExchangeKey, account::AccountState};

/// What a follow's owner wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowState {
    /// New signals are copied.
    Active,
    /// Nothing is copied for now.
    Paused(Option<Paused>),
    /// It ended.
    Stopped,
}

impl FollowState {
    /// The state that a follow's row shows. `stopped` wins over `active`.
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
    /// It can.
    Usable,
    /// Its owner disabled it.
    Inactive,
    /// The exchange rejects it.
    Unauthorized,
    /// It may withdraw: too dangerous to use for entries.
    MayWithdraw,
    /// Its account is in a mode that is not supported.
    UnsupportedMode,
    /// What the exchange shows of its account and what the desk knows differ.
    UnderReview,
    /// It was deleted.
    Deleted,
}

impl KeyState {
    /// The state that a key's row shows. A rejected key is disabled too; the rejection is the cause, so it wins.
    #[must_use]
    pub const fn of(key: &ExchangeKey) -> Self {
        match (key.active, key.status) {
            (_, ApiKeyStatus::Unauthorized) => Self::Unauthorized,
            (false, _) => Self::Inactive,
            (true, _) if key.may_withdraw => Self::MayWithdraw,
            (true, _) if key.account_mode.problem().is_some() => Self::UnsupportedMode,
            (true, _) => Self::Usable,
        }
    }

    /// This state, where its account is under review. What its owner can mend themselves comes first.
    #[must_use]
    pub const fn reviewed(self, under_review: bool) -> Self {
        match self {
            Self::Usable if under_review => Self::UnderReview,
            other => other,
        }
    }

    /// Why such a key can't trade.
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

/// What a person's accounts are worth, and how much their plan allows; both in USD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanBalance {
    /// The worth of the accounts that count.
    pub counted: Decimal,
    /// The most that the plan allows, inclusive.
    pub limit: Decimal,
}

/// What a key's copies lost on the present UTC day, and the follow's limit; both in USD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DailyLoss {
    /// Negative after a profit.
    pub lost: Decimal,
    /// Entries stop when the loss reaches it.
    pub limit: Decimal,
}

/// What is known about one entry. A fact that is `None` isn't known where the question is asked, and isn't judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The follower's account.
    pub account: Option<AccountState>,
    /// The follow.
    pub follow: Option<FollowState>,
    /// The exchange key.
    pub key: Option<KeyState>,
    /// The plan includes automated strategies.
    pub plan_includes_strategies: Option<bool>,
    /// The plan's balance limit; none also where the plan has no limit, or the key doesn't count.
    pub plan_balance: Option<PlanBalance>,
    /// The operator paused all new copies.
    pub all_paused: Option<bool>,
    /// The strategy is active.
    pub strategy_active: Option<bool>,
    /// The strategy has given a newer signal.
    pub superseded: Option<bool>,
    /// The signal is older than `SLIPSTREAM_SIGNAL_MAX_AGE`.
    pub too_old: Option<bool>,
    /// The account holds a position on the market.
    pub in_position: Option<bool>,
    /// The follow's daily loss limit; none also where the follow has no limit.
    pub daily_loss: Option<DailyLoss>,
}

/// Every reason that [`eligibility`] gives, in the order in which it looks for them.
pub const REASONS_IN_ORDER: [Reason; 19] = [
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
    Reason::PlanFeature,
    Reason::PlanBalance,
    Reason::AllPaused,
    Reason::StrategyInactive,
    Reason::Superseded,
    Reason::TooOld,
    Reason::InPosition,
    Reason::DailyLoss,
];

/// Whether an entry may be copied, as far as `facts` tell.
///
/// # Errors
/// The first reason in [`REASONS_IN_ORDER`] that applies.
pub fn eligibility(facts: &Facts) -> Result<(), Reason> {
    let when = |applies: Option<bool>, reason| applies.filter(|applies| *applies).map(|_| reason);
    let over_balance = facts.plan_balance.map(|balance| balance.counted > balance.limit);
    let lost_too_much = facts.daily_loss.map(|loss| loss.lost >= loss.limit);
    let objections = [
        facts.account.and_then(AccountState::objection),
        facts.follow.and_then(FollowState::objection),
        facts.key.and_then(KeyState::objection),
        when(facts.plan_includes_strategies.map(|includes| !includes), Reason::PlanFeature),
        when(over_balance, Reason::PlanBalance),
        when(facts.all_paused, Reason::AllPaused),
        when(facts.strategy_active.map(|active| !active), Reason::StrategyInactive),
        when(facts.superseded, Reason::Superseded),
        when(facts.too_old, Reason::TooOld),
        when(facts.in_position, Reason::InPosition),
        when(lost_too_much, Reason::DailyLoss),
    ];
    objections.into_iter().flatten().next().map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests;
