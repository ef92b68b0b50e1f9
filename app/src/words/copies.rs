//! Texts about copies (status, reasons, exits) and past trades.

use super::{Lang, risk_rules::rule_value, table, texts};
use crate::figures;
use domain::{
    copy::{CopyDetail, Exit, Reason, Status, WaitReason},
    signal::Action,
};
use service::messaging::words::order_failure;

table! {
    /// Copies and past trades.
    Copies, copies {
        title: "Copied trades",
        lead: "Every signal on each of your accounts, and why some were skipped.",
        empty: "No copied trades yet. They appear when a strategy you copy sends a signal.",
        empty_no_match: "No copied trades match these filters.",
        any_key: "All accounts",
        any_strategy: "All strategies",
        any_status: "All",
        status: "Status",
        strategy: "Strategy",
        show: "Apply filters",
        older: "Older",
        newest: "Newest",
        col_signal: "Signal",
        col_outcome: "Result",
        col_profit: "P&L",
        col_stop: "Stop price",
        enter_long: "Open long",
        enter_short: "Open short",
        exit_any: "Close",
        queued: "Queued",
        sending: "Sending",
        open: "Open",
        closed: "Closed",
        skipped: "Skipped",
        failed: "Failed",
        sized(amount, price, leverage): "{amount} at {price}, {leverage}×",
        sized_and_ended(amount, price, leverage, reason): "{amount} at {price}, {leverage}×. Exit reason: {reason}",
        ended(reason): "Exit reason: {reason}",
        in_r(multiple): "{multiple} R",
        with_detail(reason, detail): "{reason}: {detail}",
        limit_of(limit): "the limit is {limit} USD",
        daily_loss(lost, limit): "{lost} USD lost today, the limit is {limit} USD",
        rule(seen, limit): "{seen}, the limit is {limit}",
        position_closed: "Position closed",
        part_closed(percent): "{percent} of the position closed",
        exit_stop: "stop loss",
        exit_target: "last take profit",
        exit_signal: "strategy signal",
        exit_owner: "you stopped copying",
        exit_panic: "panic button",
        exit_rule: "risk rule",
        exit_unprotected: "the stop was missing and couldn't be placed again",
        exit_time_limit: "time limit",
        exit_manual: "closed by you",
        exit_elsewhere: "closed outside Slipstream",
        exit_unwatched: "unknown, because the exchange key was deleted",
        key_gone: "Deleted key",

        tab_strategy: "Automated",
        tab_manual: "Manual",
        past_empty_strategy: "No automated trades yet. They appear when a strategy you copy opens a position.",
        past_empty_manual: "No manual trades yet. They appear when you open a position on the trade page.",
        past_no_match: "No trades match these filters.",
        from: "From",
        to: "To",
        side: "Side",
        any_side: "Both",
        any_market: "All markets",
        csv: "Download CSV",
        col_cost: "Order value",
        col_targets: "Take profit",
        col_leverage: "Leverage",
    }
}

impl Copies {
    /// The name of a copy's status.
    pub(crate) const fn status(&self, status: Status) -> &'static str {
        match status {
            Status::Queued => self.queued,
            Status::Sending => self.sending,
            Status::Open => self.open,
            Status::Closed => self.closed,
            Status::Skipped => self.skipped,
            Status::Failed => self.failed,
        }
    }

    /// More about the reason of a copy.
    pub(crate) fn detail(&self, lang: Lang, detail: &CopyDetail) -> String {
        match detail {
            CopyDetail::Waited(why) => waited(lang, *why).to_owned(),
            CopyDetail::PlanLimit(limit) => self.limit_of(&figures::decimal(*limit)),
            CopyDetail::FirstDayCap(cap) => self.limit_of(&figures::cents(*cap)),
            CopyDetail::DailyLoss(lost, limit) => {
                self.daily_loss(&figures::cents(*lost), &figures::cents(*limit))
            }
            CopyDetail::Failure(failure) => order_failure(lang, failure),
            CopyDetail::Rule(kind, seen, limit) => {
                self.rule(&rule_value(lang, *kind, *seen), &rule_value(lang, *kind, *limit))
            }
        }
    }

    /// The exit reason of a copied position.
    pub(crate) const fn exit(&self, exit: Exit) -> &'static str {
        match exit {
            Exit::Stop => self.exit_stop,
            Exit::Target => self.exit_target,
            Exit::Signal => self.exit_signal,
            Exit::Owner => self.exit_owner,
            Exit::Panic => self.exit_panic,
            Exit::Rule => self.exit_rule,
            Exit::Unprotected => self.exit_unprotected,
            Exit::TimeLimit => self.exit_time_limit,
            Exit::Manual => self.exit_manual,
            Exit::Elsewhere => self.exit_elsewhere,
            Exit::Unwatched => self.exit_unwatched,
        }
    }

    /// The action of a signal.
    pub(crate) const fn action(&self, action: Action, side: Option<domain::Side>) -> &'static str {
        match (action, side) {
            (Action::Exit, _) | (Action::Enter, None) => self.exit_any,
            (Action::Enter, Some(domain::Side::Buy)) => self.enter_long,
            (Action::Enter, Some(domain::Side::Sell)) => self.enter_short,
        }
    }
}

texts! {
    /// Why a copy was skipped, as the end of a sentence.
    reason(Reason) {
        Reason::AccountFrozen => "the account is frozen",
        Reason::AccountSuspended => "the account is suspended",
        Reason::KeyInactive => "the exchange key is disabled",
        Reason::KeyUnauthorized => "the exchange rejected the key",
        Reason::KeyMayWithdraw => "the exchange key can withdraw funds: remove that permission at the exchange",
        Reason::AccountMode => "the account is in multi-assets or portfolio margin mode, or its position mode has changed: use single-asset mode without portfolio margin at the exchange",
        Reason::KeyUnderReview => "the account is under review: an admin must confirm its orders before it can open new positions",
        Reason::FirstDayMarket => "the account's first-day limit allows another market only: you can end it on the Exchange keys page",
        Reason::FirstDayCap => "the order would be above the account's first-day limit: you can end it on the Exchange keys page",
        Reason::KeyDeleted => "the exchange key was deleted",
        Reason::PlanFeature => "your plan doesn't include copy trading",
        Reason::PlanBalance => "the account's value is above your plan's limit",
        Reason::Paused => "copying was paused",
        Reason::Panic => "the panic button paused copying",
        Reason::Stopped => "copying was stopped",
        Reason::AllPaused => "an admin paused all copying",
        Reason::StrategyInactive => "the strategy is inactive",
        Reason::TooOld => "the signal was too old",
        Reason::Superseded => "the strategy sent a newer signal first",
        Reason::StopBeyondLiquidation => "the position would be liquidated before its stop: use cross margin, free some margin or lower the risk",
        Reason::PastStop => "the price had already passed the stop",
        Reason::PastTargets => "the price had already passed every take profit",
        Reason::InPosition => "the account already had a position on this market",
        Reason::DailyLoss => "the daily loss limit was reached",
        Reason::WeeklyLoss => "the weekly loss limit was reached",
        Reason::Drawdown => "the drawdown limit was reached",
        Reason::LossStreak => "too many losses in a row, so copying pauses for a while",
        Reason::RuleSignalAge => "the signal was older than your risk rule allows",
        Reason::RulePositions => "your risk rule's number of open positions was reached",
        Reason::RuleExposure => "your open positions would be worth more than your risk rule allows",
        Reason::RuleLeverage => "the order needs a higher leverage than your risk rule allows",
        Reason::RuleSlippage => "the price had moved further from the signal's price than your risk rule allows",
        Reason::RuleUnknown => "a risk rule couldn't be checked, because data of the account was missing",
        Reason::BelowMinimum => "the order would be below the exchange's minimum",
        Reason::AboveMaximum => "the order would be above the exchange's maximum",
        Reason::Margin => "the order needs more margin than is available at the max leverage",
        Reason::NoEquity => "the account has no equity",
        Reason::NothingOpen => "there was no copied position to close",
        Reason::Refused => "the exchange rejected the order",
        Reason::Unreachable => "the exchange couldn't be reached in time",
        Reason::StopRefused => "the exchange rejected the stop loss, so the position was closed",
    }
}

texts! {
    /// Why a copy waited until it was skipped, as the end of a sentence.
    waited(WaitReason) {
        WaitReason::EntryQueued => "the entry was still queued",
        WaitReason::EntrySending => "the entry was being sent",
        WaitReason::EarlierOrder => "an earlier order on this market was still open",
        WaitReason::EarlierCopy => "an earlier copy on this market was being sent",
        WaitReason::OtherSide => "the opposite position was being closed",
        WaitReason::BreakerOpen => "copying was suspended because stop losses of many positions were rejected",
        WaitReason::ExchangeSilent => "the exchange didn't answer",
        WaitReason::FollowChanged => "the copy settings were changed",
        WaitReason::InternalError => "an internal error occurred",
    }
}
