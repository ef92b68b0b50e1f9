//! Texts of the pages about follows.

use super::table;
use domain::copy::Paused;

table! {
    /// Follows: choosing, changing, pausing, stopping, panic.
    Follows, follows {
        title: "Follows",
        lead: "Which account follows which strategy, and at what risk.",
        none: "You follow nothing yet.",
        none_here: "This account follows nothing.",
        none_kept: "This account follows nothing. A position that you kept still stands: its stop and targets are at the exchange, and it is yours to look after.",
        none_lead: "Choose a strategy, an account and a risk. You see beforehand what a typical trade would have cost and risked.",
        browse: "Browse strategies",
        follow_more: "Follow another strategy",
        all_copies: "All copies",

        new_title: "Follow {}",
        new_lead: "Each of its signals becomes an order on your account, with leverage, stop and targets, sized so that being stopped out loses the share of your equity that you choose.",
        account: "Account",
        account_hint: "Futures keys that are traded by strategies.",
        no_key: "You need a futures key that is traded by strategies.",
        no_key_lead: "A key that you trade by hand cannot follow a strategy, so that the two never meet in one position.",
        open_sandbox: "Open a sandbox account to follow with",
        all_taken: "None of your accounts is free to follow a strategy on {}: each follows one already, or is switched off.",
        own_key: "Connect a key of your own",
        taken: "{} (follows a strategy on {} already)",
        key_off: "{} (switched off)",
        risk: "Risk of each trade",
        conservative: "Conservative",
        moderate: "Moderate",
        aggressive: "Aggressive",
        risk_text: "Being stopped out once loses {} % of your equity, fees included. Ten such losses in a row leave about {} % of it.",
        max_leverage: "Highest leverage",
        max_leverage_hint: "From 1 to 125; empty: the exchange's own. A copy that would need more is not traded.",
        daily_limit: "Daily loss limit",
        daily_limit_hint: "In USDT; empty: none. Once this account's copies have lost this much on a UTC day, nothing new is entered until midnight.",
        start: "Start following",
        start_note: "It begins with the next signal. A position that the strategy is in already is not copied.",
        preview: "What a typical trade would have come to",
        preview_lead: "On {}, worth {} USDT now: the medians of the strategy's last {} trades ({}).",
        preview_none: "The strategy has no trades yet to calculate with.",
        preview_silent: "Your account cannot be read just now, so there is nothing to calculate with.",
        preview_again: "Calculate again",
        col_amount: "Amount",
        col_cost: "Value",
        col_leverage: "Leverage",
        col_margin: "Margin",
        col_loss: "Loss at the stop",
        stop_away: "Entered at today's {}, its stop stands {} % away. All sums in USDT.",
        not_copied: "would not be copied, because {}.",
        bound: "The bound is {}.",

        since: "Since {}",
        following: "Following",
        in_position: "In a position",
        paused_by_owner: "Paused by you",
        paused_by_panic: "Paused by the panic button",
        paused_plain: "Paused",
        waiting: "The next signal would not be copied: {}.",
        leverage_most: "at most {}×",
        leverage_any: "any leverage",
        limit_is: "daily loss limit {} USDT",
        limit_none: "no daily loss limit",
        at_risk: "{} % a trade",
        change: "Change",
        strategy: "Strategy",
        change_position: "The position that stands stays with the strategy that entered it: it ends by that one's signal, by its stop or targets, or when the new one enters the other way.",
        save: "Save",
        pause: "Pause",
        resume: "Resume",
        stop: "Stop following",
        last_copies: "Last copies",
        no_copies: "No signal has come yet.",
        see_copies: "All copies of this account",

        stop_title: "Stop following {}?",
        stop_lead: "{} will copy no further signal of it. The history stays.",
        stop_position: "A copied position stands. What shall become of it?",
        stop_keep: "Keep it: its stop and targets stay at the exchange, and it is yours to look after.",
        stop_close: "Close it at the market now.",
        stop_none: "No copied position stands.",
        stop_yes: "Stop following",
        stop_no: "Go on following",

        panic: "Panic",
        panic_all: "Panic: close everything",
        panic_key: "Panic: close everything on {}",
        panic_title: "Close everything?",
        panic_title_key: "Close everything on {}?",
        panic_will: "This happens at once, in this order:",
        panic_pause: "Every follow is paused: nothing new is copied until you resume it.",
        panic_cancel: "Every open order is cancelled, yours by hand too.",
        panic_close: "Every position is closed at the market, yours by hand too.",
        panic_scope: "It reaches {}.",
        panic_every: "all your keys",
        panic_yes: "Close everything now",
        panic_no: "Leave it as it is",
        panic_done: "What happened",
        panic_market: "{}: orders cancelled, position closed.",
        panic_failed: "{}: this could not be done. {}",
        panic_unknown: "Nobody knows what stands there: {}",
        panic_again: "Press the button again in a moment: it is safe to repeat.",
        panic_quiet: "Nothing stood there. Its follows are paused.",
        back: "To your follows",

        summary_none: "You follow no strategy yet.",
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
