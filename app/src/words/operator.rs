//! Texts of the operators' pages.

use super::table;
use domain::signal::Source;

table! {
    /// Strategies, webhooks, signals and their fan-out, for operators.
    Operator, operator {
        title: "Operate strategies",
        menu: "Operate strategies",
        lead: "What is followed here, who decides, and what its signals do.",
        none: "No strategies yet. Make the first below.",
        followers: "{} followers",
        follower: "1 follower",
        open: "Operate",
        state: "State",
        activate: "Activate",
        deactivate: "Deactivate",
        deactivate_hint: "Once deactivated, nobody enters by it and nobody can begin to follow it. Positions keep their stops, and leave when it says so.",

        pause_title: "New copies",
        copies_run: "Signals are copied.",
        copies_paused: "All new copies are paused. Positions keep their stops and are still looked after.",
        pause_all: "Pause all new copies",
        resume_all: "Let copies go on",

        create_title: "Make a strategy",
        name: "Name",
        description: "What it does",
        market: "Market",
        frame: "Bars",
        definition: "Rules (JSON)",
        definition_hint: "Empty: an outside brain decides, through the hook or by hand.",
        create: "Make it",
        created_hint: "It begins inactive.",
        edit_title: "Change it",
        save: "Save",

        hook_title: "Webhook",
        hook_none: "No hook: no outside brain can give signals.",
        hook_some: "There is a hook. Its address was shown once; whoever has it can give signals.",
        hook_create: "Make a hook",
        hook_rotate: "Make a new address",
        hook_rotate_hint: "The present address stops working at once: whatever tells signals there must be given the new one.",
        hook_once: "This address is shown now and never again:",
        hook_alert: "Paste this as the message of a TradingView alert:",
        hook_alert_note: "The words in double braces are filled in by TradingView. One message serves entries and exits: a flat position leaves, and its stop and targets are not looked at. Other brains may send \"action\": \"buy\", \"sell\" or \"exit\" in place of the position.",

        send_title: "Give a signal by hand",
        send_lead: "It reaches every follower at once.",
        send_inactive: "It is not active, so nobody can be led into a position. Who is in one can still be led out.",
        action: "Signal",
        buy: "Enter long",
        sell: "Enter short",
        leave: "Let all followers leave",
        leave_sure: "Every follower's position of this strategy is closed at the market price, at once.",
        price: "Price",
        price_hint: "Empty: the market's present price.",
        stop: "Stop",
        targets: "Targets",
        targets_hint: "Prices, separated by spaces. At most 25; the position is shared equally.",
        send: "Send it to all followers",

        signals: "Signals",
        signals_none: "No signals yet.",
        signal_title: "Signal of {}",
        col_signal: "Signal",
        col_by: "By",
        col_price: "Price",
        col_copies: "Copies",
        by_rules: "its rules",
        by_hook: "the hook",
        by_hand: "hand",
        watch: "Watch its fan-out",
        fanning: "Reaching followers",
        fanned: "Every follower was reached {} after it was given.",
        settled: "Every copy has come to its end or stands open.",
        outcomes: "Copies, in the order they were queued",
        more: "The next ones",
        why: "Why not",
        none_reached: "Nobody followed it.",
        back: "Back to {}",
        millis: "{} ms",
        seconds: "{} s",
    }
}

impl Operator {
    /// The source of a signal.
    pub(crate) const fn source(&self, source: Source) -> &'static str {
        match source {
            Source::Evaluator => self.by_rules,
            Source::Hook => self.by_hook,
            Source::Hand => self.by_hand,
        }
    }
}
