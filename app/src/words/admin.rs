//! Texts of the admins' pages.

use super::table;
use domain::signal::Source;

table! {
    /// Strategies, webhooks, signals and their fan-out, for admins.
    Admin, admin {
        title: "Manage strategies",
        menu: "Manage strategies",
        lead: "All strategies, their signal sources and their signals.",
        none: "No strategies yet. Create the first one below.",
        followers(count): plural { one: "{count} follower", other: "{count} followers" },
        open: "Manage",
        open_this(strategy): "Manage: {strategy}",
        state: "Status",
        activate: "Activate strategy",
        deactivate: "Deactivate strategy",
        deactivate_hint: "Deactivate this strategy? It opens no new positions, and no one can start copying it. Open positions keep their stop losses and still close on its exit signals.",

        pause_title: "Copying",
        copies_run: "Copying is on: signals are copied.",
        copies_paused: "Copying is paused for all users. Open positions keep their stop losses and stay supervised.",
        pause_all: "Pause all copying",
        resume_all: "Resume copying",

        create_title: "New strategy",
        name: "Name",
        description: "Description",
        market: "Market",
        frame: "Timeframe",
        definition: "Rules (JSON)",
        definition_hint: "Leave empty if signals come from a webhook or are sent manually.",
        create: "Create strategy",
        created_hint: "New strategies start inactive.",
        edit_title: "Edit strategy",
        save: "Save changes",

        hook_title: "Webhook",
        hook_none: "No webhook yet, so no external signal source can send signals.",
        hook_some: "The webhook is active. Its URL was shown once; anyone who has it can send signals.",
        hook_create: "Create webhook",
        hook_rotate: "Replace webhook URL",
        hook_rotate_hint: "Replace the webhook URL? The current URL stops working immediately, so update your signal source.",
        hook_once: "Copy this webhook URL now. It won't be shown again:",
        hook_alert: "Paste this as the message of your TradingView alert:",
        hook_alert_note: "TradingView fills in the placeholders in double braces. One message covers entries and exits: a flat position sends an exit, and its stop loss and take profits are ignored. A partial exit is rejected, because copied positions are closed as a whole. Other signal sources can send \"action\": \"buy\", \"sell\" or \"exit\" instead of the position.",

        send_title: "Send signal",
        send_lead: "The signal is sent to all followers immediately.",
        send_inactive: "The strategy is inactive, so it can't open positions. You can still close copied positions.",
        action: "Signal",
        buy: "Open long",
        sell: "Open short",
        leave: "Close all copied positions",
        requests_title: "Approval requests",
        requests_lead: "These traders ask to make their signal source public, so that everyone can copy it.",
        request_of(source, market, owner): "{source} ({market}), by {owner}",
        request_live(date): "First alert on {date}",
        request_no_alert: "No alert yet",
        approve: "Approve source",
        approve_sure(source): "Make “{source}” public? Everyone can copy it from now on.",
        reject: "Reject request",
        revoke_approval: "Make private",
        revoke_sure(source): "Make “{source}” private? New entries reach only its owner; exits still reach everyone.",
        confirm_title: "Send this signal?",
        confirm_accounts(count): plural { one: "{count} account trades.", other: "{count} accounts trade." },
        confirm_too_small(count): plural {
            one: "{count} account is skipped because its balance is too small.",
            other: "{count} accounts are skipped because their balance is too small.",
        },
        confirm_unknown(count): plural {
            one: "The balance of {count} more account isn't known yet.",
            other: "The balances of {count} more accounts aren't known yet.",
        },
        confirm_value(value, quote): "Total value: about {value} {quote}.",
        confirm_close: "Close positions",
        confirm_back: "Cancel",
        price: "Price",
        price_hint: "Leave empty for the current market price.",
        stop: "Stop price",
        targets: "Take profit",
        targets_hint: "Up to 25 prices, separated by spaces. The position is split equally.",
        send: "Send signal",

        signals: "Signals",
        signals_none: "No signals yet.",
        signal_title(strategy): "Signal of {strategy}",
        col_signal: "Signal",
        col_by: "Source",
        col_price: "Price",
        col_copies: "Copies",
        col_details: "Details",
        by_rules: "Strategy rules",
        by_hook: "Webhook",
        by_hand: "Manual",
        watch: "View executions",
        watch_this(time): "View executions: {time}",
        fanning: "Sending to followers…",
        fanned(time): "All followers reached after {time}.",
        fanned_and_settled(time): "All followers reached after {time}. No copies are queued or sending.",
        outcomes: "Copies in queue order",
        more: "Next page",
        why: "Reason",
        none_reached: "The strategy had no followers.",
        back(strategy): "Back to {strategy}",
        millis(count): "{count} ms",
        seconds(count): "{count} s",
    }
}

impl Admin {
    /// The source of a signal.
    pub(crate) const fn source(&self, source: Source) -> &'static str {
        match source {
            Source::Evaluator => self.by_rules,
            Source::Hook => self.by_hook,
            Source::Hand => self.by_hand,
        }
    }
}
