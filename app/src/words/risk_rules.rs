//! Texts of the page about risk rules.

use super::{Lang, table, texts};
use crate::figures;
use domain::{
    Decimal,
    risk_rule::{Kind as K, RuleAction as A},
};

table! {
    /// The rules, their trips, the form to add one, and the preview.
    RiskRules, risk_rules {
        title: "Risk rules",
        lead: "Rules stop new copied entries, or close copied positions, before losses grow. They never touch positions that you opened yourself.",
        manage: "Risk rules",
        none: "No rules yet.",
        person: "All accounts",
        person_hint: "These rules cover your live automated accounts together, or your paper accounts if you have no live one.",
        of_key(account): "Account {account}",
        of_follow(strategy, account): "{strategy} on {account}",

        col_rule: "Rule",
        col_limit: "Limit",
        col_action: "When reached",
        col_state: "Status",
        col_change: "Manage",
        armed: "Active",
        tripped: "Reached",
        closing: "Closing positions",
        state_until(since, seen, until): "Since {since}: {seen}. New entries stay stopped until {until}.",
        state_open(since, seen): "Since {since}: {seen}. New entries stay stopped until you resume.",
        first_reading(value, time): "Reading before: {value} at {time}.",
        resume: "Resume",
        change: "Change",
        save: "Save rule",
        remove: "Remove",
        remove_sure(rule): "Remove the rule “{rule}”? Entries that it stops are copied again.",

        add_title: "Add a rule",
        add_hint: "Days and weeks are in UTC; a week begins on Monday. A rule of one strategy counts the losses, drawdown and open positions of its account.",
        scope: "Applies to",
        kind: "Rule",
        threshold: "Limit",
        threshold_hint: "A number in the unit of the rule, for example 50 or 2.5.",
        cool_down: "Pause after losses in a row (hours)",
        cool_down_hint: "Only for losses in a row: 24 if empty, at most 720.",
        action: "When reached",
        preview: "Preview",
        add: "Add rule",

        preview_title(days): "Preview: the last {days} days",
        preview_none: "This rule wouldn't have done anything.",
        preview_empty: "There are no copied trades in this time, so there's nothing to check the rule against.",
        preview_stopped(count): plural { one: "It would have stopped entries once.", other: "It would have stopped entries {count} times." },
        preview_skipped(count): plural { one: "{count} copied trade would have been skipped.", other: "{count} copied trades would have been skipped." },
        preview_closed(count): plural { one: "It would have closed positions once.", other: "It would have closed positions {count} times." },
        preview_unknown(count): plural { one: "{count} decision couldn't be checked, because data of that time is missing.", other: "{count} decisions couldn't be checked, because data of that time is missing." },
        preview_basis: "Checked with the results of ended trades and your recorded equity. Prices while a position was open aren't included.",
        dates_stopped: "Entries stopped",
        dates_closed: "Positions closed",

        trips_title: "Recently reached",
        trips_none: "No rule has been reached.",
        col_time: "Time (UTC)",
        col_value: "Value",
        utc(time): "{time} UTC",
        usd(value): "{value} USD",
        percent(value): "{value}%",
        times(value): "{value}×",
        seconds(value): "{value} s",
        quote(value): "{value} USDT",
    }
}

texts! {
    /// The name of a kind.
    kind(K) {
        K::OpenPositions => "Max open positions",
        K::Exposure => "Max exposure",
        K::Leverage => "Max leverage",
        K::DayLoss => "Daily loss (USD)",
        K::DayLossPercent => "Daily loss (%)",
        K::WeekLoss => "Weekly loss (USD)",
        K::WeekLossPercent => "Weekly loss (%)",
        K::Drawdown => "Drawdown from the peak (%)",
        K::LossStreak => "Losses in a row",
        K::Slippage => "Max slippage from the signal (%)",
        K::SignalAge => "Max signal age (seconds)",
    }
}

texts! {
    /// The name of an action.
    action(A) {
        A::StopEntries => "Stop new entries",
        A::Flatten => "Stop new entries and close positions",
    }
}

/// A value in the unit of a kind.
pub(crate) fn rule_value(lang: Lang, kind: K, value: Decimal) -> String {
    let words = risk_rules(lang);
    match kind {
        K::DayLoss | K::WeekLoss => words.usd(&figures::cents(value)),
        K::Exposure => words.quote(&figures::cents(value)),
        K::DayLossPercent | K::WeekLossPercent | K::Drawdown | K::Slippage => {
            words.percent(&figures::decimal(value.round_dp(2)))
        }
        K::Leverage => words.times(&figures::decimal(value)),
        K::SignalAge => words.seconds(&figures::decimal(value.round_dp(0))),
        K::OpenPositions | K::LossStreak => figures::decimal(value),
    }
}
