//! Texts of the pages about follows.

use super::table;
use domain::copy::Paused;

table! {
    /// Follows: choosing, changing, pausing, stopping, panic.
    Follows, follows {
        title: "Copy trading",
        lead: "The strategies your accounts copy, and the risk of each.",
        none: "You aren't copying a strategy yet",
        none_here: "This account isn't copying a strategy.",
        none_kept: "This account isn't copying a strategy. A position you kept is still open: Slipstream keeps its stop and take profits in place until you close it.",
        none_lead: "Choose a strategy, an account and a risk. You see the size and risk of a typical trade before you start.",
        browse: "Browse strategies",
        follow_more: "Copy another strategy",
        all_copies: "All copied trades",

        new_title(strategy): "Copy {strategy}",
        new_lead: "Each signal becomes an order on your account, with leverage, stop and take profits. Its size depends on the share of your equity that you put at risk.",
        account: "Account",
        account_hint: "Only automated futures accounts can copy strategies.",
        no_key: "You need an automated futures account",
        no_key_lead: "A manual account can't copy strategies, so manual and automated trades never share a position.",
        open_sandbox: "Open paper account",
        all_taken(symbol): "None of your accounts can copy another strategy on {symbol}: each already copies one or is disabled.",
        own_key: "Connect your own exchange key",
        taken(account, symbol): "{account} (already copies a strategy on {symbol})",
        key_off(account): "{account} (disabled)",
        risk: "Risk per trade",
        conservative: "Conservative",
        moderate: "Moderate",
        aggressive: "Aggressive",
        risk_name(profile, percent): "{profile} · {percent}",
        risk_text(percent, left): "A stopped-out trade costs {percent} of your equity, fees included. After ten in a row, about {left} is left.",
        max_leverage: "Max leverage",
        max_leverage_hint: "1–125. Leave empty for the exchange's maximum. Trades that need more are skipped.",
        daily_limit: "Daily loss limit",
        daily_limit_hint: "In USDT. Leave empty for none. Once this account has lost this much in a UTC day, no new trades open until midnight.",
        start: "Start copying",
        start_note: "Copying starts with the next signal. The strategy's current position isn't copied.",
        preview: "Typical trade",
        preview_lead(account, equity, trades, source): "On {account}, worth {equity} USDT now. Medians of the strategy's recent trades (sample size: {trades}, {source}).",
        preview_none: "The strategy has no trades to calculate from yet.",
        preview_silent: "Your account can't be read right now. Try again in a moment.",
        preview_again: "Recalculate",
        col_amount: "Amount",
        col_cost: "Order value",
        col_leverage: "Leverage",
        col_margin: "Margin",
        col_loss: "Risk",
        stop_away(price, percent): "Entry at today's price of {price}, stop {percent} away. All amounts are in USDT.",
        not_copied(profile, reason): "{profile}: would be skipped, because {reason}.",
        bound(limit): "The limit is {limit}.",

        since(date): "Since {date}",
        following: "Copying",
        in_position: "In position",
        paused_by_owner: "Paused by you",
        paused_by_panic: "Paused by panic button",
        paused_plain: "Paused",
        waiting(reason): "The next signal would be skipped: {reason}.",
        leverage_most(leverage): "max {leverage}×",
        leverage_any: "any leverage",
        limit_is(amount): "daily loss limit {amount} USDT",
        limit_none: "no daily loss limit",
        at_risk(percent): "{percent} per trade",
        change: "Edit settings",
        strategy: "Strategy",
        change_position: "The open position stays with the strategy that opened it. It closes on that strategy's signal, at its stop or take profit, or when the new strategy opens the opposite side.",
        save: "Save changes",
        pause: "Pause copying",
        resume: "Resume copying",
        stop: "Stop copying",
        last_copies: "Recent copied trades",
        no_copies: "No signals yet.",
        see_copies: "All copied trades of this account",

        stopped: "Stopped",
        stopped_lead: "Strategies you no longer copy, with what they earned.",
        stopped_copied: "Copied",
        stopped_period(start, end): "{start} – {end}",
        stopped_account(account, symbol): "{account} · {symbol}",

        stop_title(strategy): "Stop copying {strategy}?",
        stop_lead(account): "{account} won't copy new signals of this strategy. Past trades stay in your history.",
        stop_position: "You have an open copied position",
        stop_keep: "Keep it open: Slipstream keeps its stop and take profits in place until you close it.",
        stop_close: "Close it at market.",
        stop_none: "You have no open copied position.",
        stop_yes: "Stop copying",
        stop_no: "Cancel",

        panic: "Close everything",
        panic_all: "Panic: close everything",
        panic_key(account): "Panic: close everything on {account}",
        panic_title: "Close everything?",
        panic_title_key(account): "Close everything on {account}?",
        panic_will: "Slipstream does this, in this order:",
        panic_pause: "Pauses copy trading until you resume it.",
        panic_cancel: "Cancels all open orders, including manual ones.",
        panic_close: "Closes all positions at market, including manual ones.",
        panic_scope(account): "Applies to {account}.",
        panic_every: "Applies to all your accounts.",
        panic_yes: "Close everything",
        panic_no: "Cancel",
        panic_done: "Panic button: results",
        panic_market(symbol): "{symbol}: orders cancelled, position closed.",
        panic_failed(symbol, reason): "{symbol}: failed. {reason}",
        panic_unknown(reason): "Status unknown: the exchange didn't answer. {reason}",
        panic_again: "Press the panic button again in a moment. Repeating it is safe.",
        panic_quiet: "No open orders or positions.",
        panic_paused: "Copy trading is paused.",
        back: "Back to copy trading",

        summary_none: "You aren't copying a strategy yet.",
    }
}

impl Follows {
    /// Why a follow is paused.
    pub(crate) const fn paused(&self, why: Option<Paused>) -> &'static str {
        match why {
            Some(Paused::Owner) => self.paused_by_owner,
            Some(Paused::Panic) => self.paused_by_panic,
            None => self.paused_plain,
        }
    }

    /// A profile's display name; an unknown name is shown unchanged.
    pub(crate) fn profile(&self, name: &str) -> String {
        match name {
            "CONSERVATIVE" => self.conservative.to_owned(),
            "MODERATE" => self.moderate.to_owned(),
            "AGGRESSIVE" => self.aggressive.to_owned(),
            other => other.to_owned(),
        }
    }
}
