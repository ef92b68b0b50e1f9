//! Copies: the state of each, the reasons for skipping it, and how it was closed.

mod detail;
mod eligibility;
mod size;

pub use detail::{CopyDetail, WaitReason};
pub use eligibility::{Facts, FollowState, KeyState, PlanBalance, REASONS_IN_ORDER, eligibility};
pub use size::{FEE_RATE, HIGHEST_LEVERAGE, No, SizedEntry, Terms, size, size_as_requested};

use crate::{key::words, time::SECOND};

words! {
    /// The status of a copy. It moves down this list; only an exit that the exchange rejected returns to the queue.
    pub Status {
        /// Waits for a worker.
        Queued = "QUEUED",
        /// Its intent is recorded and its orders are being sent.
        Sending = "SENDING",
        /// Its position is open, with its stop.
        Open = "OPEN",
        /// Its position was closed; for an exit: it was carried out. Final.
        Closed = "CLOSED",
        /// Skipped without trading, for the stated reason. Final.
        Skipped = "SKIPPED",
        /// Attempted without success, for the stated reason. Final.
        Failed = "FAILED",
    }
}

impl Status {
    /// Returns whether the status is final.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::Skipped | Self::Failed)
    }
}

words! {
    /// How a copied position was closed.
    pub Exit {
        /// Its stop was reached.
        Stop = "STOP",
        /// Its last target was reached.
        Target = "TARGET",
        /// The strategy gave an exit signal or entered the opposite side.
        Signal = "SIGNAL",
        /// Its owner stopped following and chose to close it.
        Owner = "OWNER",
        /// The panic button was used.
        Panic = "PANIC",
        /// Its stop was lost and could not be placed again.
        Unprotected = "UNPROTECTED",
        /// It was open as long as its owner allows.
        TimeLimit = "TIME_LIMIT",
        /// Its owner closed it, in part or in whole, or replaced it by another order.
        Manual = "MANUAL",
        /// It was closed outside Slipstream.
        Elsewhere = "ELSEWHERE",
        /// A risk rule closed it.
        Rule = "RULE",
        /// Its key was deleted, so its outcome is unknown.
        Unwatched = "UNWATCHED",
    }
}

/// Returns how long a rejected exit waits before it is retried, in microseconds: 2 s after the first attempt, twice
/// as long after each further one, at most 30 s.
#[must_use]
pub const fn exit_pause(earlier_attempts: i64) -> i64 {
    match earlier_attempts {
        ..=0 => 2 * SECOND,
        1 => 4 * SECOND,
        2 => 8 * SECOND,
        3 => 16 * SECOND,
        _ => 30 * SECOND,
    }
}

words! {
    /// Why a follow is paused.
    pub Paused {
        /// Its owner paused it.
        Owner = "OWNER",
        /// The panic button was used.
        Panic = "PANIC",
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $text:literal;)*) => {
        words! {
            /// Why a copy was skipped or failed.
            pub Reason { $($(#[$doc])* $name = $word),* }
        }

        impl Reason {
            /// Returns the text shown to the follower.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

reasons! {
    /// The account is frozen.
    AccountFrozen = "ACCOUNT_FROZEN", "the account is frozen";
    /// An admin suspended the account.
    AccountSuspended = "ACCOUNT_SUSPENDED", "the account is suspended";
    /// The exchange key is disabled.
    KeyInactive = "KEY_INACTIVE", "the exchange key is disabled";
    /// The exchange rejects the key.
    KeyUnauthorized = "KEY_UNAUTHORIZED", "the exchange rejects the key";
    /// The key has gained permission to withdraw.
    KeyMayWithdraw = "KEY_MAY_WITHDRAW", "the exchange key can withdraw: remove that permission at the exchange";
    /// The key's account is in a mode that we do not support.
    AccountMode = "ACCOUNT_MODE", "the account is in multi-assets or portfolio margin mode, or its position mode has changed: use single-asset mode without portfolio margin at the exchange";
    /// The account's orders or positions at the exchange differ from the desk's records.
    KeyUnderReview = "KEY_UNDER_REVIEW", "the account's orders at the exchange differ from Slipstream's: no new entries until an admin confirms the differences";
    /// The key's first-day limits allow another market only.
    FirstDayMarket = "FIRST_DAY_MARKET", "the key's first-day limits allow one market only: end them on the page of exchange keys";
    /// The key was deleted.
    KeyDeleted = "KEY_DELETED", "the exchange key was deleted";
    /// The plan does not include automated strategies ([`crate::Refusal::PlanFeature`], code 2103).
    PlanFeature = "PLAN_FEATURE", "the plan does not include automated strategies";
    /// The balance exceeds the plan's limit (code 2129b).
    PlanBalance = "PLAN_BALANCE", "the account balance exceeds the plan's limit";
    /// The follow is paused.
    Paused = "PAUSED", "copying was paused";
    /// The owner pressed the panic button.
    Panic = "PANIC", "copying was paused by the panic button";
    /// The follow was stopped.
    Stopped = "STOPPED", "copying was stopped";
    /// An admin paused all copying.
    AllPaused = "ALL_PAUSED", "an admin paused all new copies";
    /// The strategy was deactivated.
    StrategyInactive = "STRATEGY_INACTIVE", "the strategy is not active";
    /// The signal is too old for its price to be usable.
    TooOld = "TOO_OLD", "the signal was too old";
    /// The strategy has given a newer signal.
    Superseded = "SUPERSEDED", "a newer signal of the strategy replaced it";
    /// The exchange would liquidate the position before its stop is reached.
    StopBeyondLiquidation = "STOP_BEYOND_LIQUIDATION", "the position would be liquidated before its stop is reached: use cross margin, free some margin or lower the risk";
    /// The price has passed the stop.
    PastStop = "PAST_STOP", "the price had already passed the stop loss";
    /// The price has passed every take profit.
    PastTargets = "PAST_TARGETS", "the price had already passed every take profit";
    /// The account already has a position on the market.
    InPosition = "IN_POSITION", "the account already had a position on this market";
    /// A risk rule's limit of the loss of a day is reached.
    DailyLoss = "DAILY_LOSS", "the daily loss limit was reached";
    /// A risk rule's limit of the loss of a week is reached.
    WeeklyLoss = "WEEKLY_LOSS", "the weekly loss limit was reached";
    /// A risk rule's limit of the drawdown is reached.
    Drawdown = "DRAWDOWN", "the drawdown limit was reached";
    /// A risk rule's number of losses in a row is reached.
    LossStreak = "LOSS_STREAK", "too many losses in a row: copying pauses for a while";
    /// The signal is older than a risk rule allows.
    RuleSignalAge = "RULE_SIGNAL_AGE", "the signal was older than a risk rule allows";
    /// A risk rule's number of open positions is reached.
    RulePositions = "RULE_POSITIONS", "a risk rule's number of open positions was reached";
    /// The entry would exceed the exposure that a risk rule allows.
    RuleExposure = "RULE_EXPOSURE", "the open positions would be worth more than a risk rule allows";
    /// The entry needs a higher leverage than a risk rule allows.
    RuleLeverage = "RULE_LEVERAGE", "the order would need a higher leverage than a risk rule allows";
    /// The price has moved further from the signal's than a risk rule allows.
    RuleSlippage = "RULE_SLIPPAGE", "the price had moved further from the signal's price than a risk rule allows";
    /// Data that a risk rule needs is missing.
    RuleUnknown = "RULE_UNKNOWN", "a risk rule could not be checked, because data of the account was missing";
    /// The entry is larger than the key's first-day limits allow.
    FirstDayCap = "FIRST_DAY_CAP", "the order would be larger than the key's first-day limits allow: end them on the page of exchange keys";
    /// The amount is below the market's minimum amount or notional.
    BelowMinimum = "BELOW_MINIMUM", "the order would be below the exchange's minimum";
    /// The amount is above the market's maximum.
    AboveMaximum = "ABOVE_MAXIMUM", "the order would be above the exchange's maximum";
    /// The available margin is too small, even at the maximum leverage.
    Margin = "MARGIN", "the order would need more than the available margin at the maximum leverage";
    /// The account has no equity to risk.
    NoEquity = "NO_EQUITY", "the account has no equity";
    /// An exit signal without a copied position.
    NothingOpen = "NOTHING_OPEN", "there was no copied position to close";
    /// The exchange rejected the order.
    Refused = "REFUSED", "the exchange rejected the order";
    /// The exchange did not respond while the signal was fresh.
    Unreachable = "UNREACHABLE", "the exchange could not be reached in time";
    /// The exchange rejected the stop loss, so the position was closed immediately.
    StopRefused = "STOP_REFUSED", "the exchange rejected the stop loss, and the position was closed";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_between_attempts_grows_up_to_30_seconds() {
        let pauses: Vec<_> = (-1..7).map(exit_pause).collect();
        assert!(pauses.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!((pauses[0], pauses[7]), (2 * SECOND, 30 * SECOND));
    }

    #[test]
    fn every_reason_parses_back_and_has_its_own_text() {
        let mut texts: Vec<_> = Reason::ALL.iter().map(|r| r.text()).collect();
        assert!(Reason::ALL.iter().all(|r| Reason::parse(r.word()) == Some(*r)));
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), Reason::ALL.len());
    }
}
