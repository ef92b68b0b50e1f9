//! Texts of the pages about private signal sources.

use super::{table, texts};
use domain::own_source::{RefusedAlert as A, Verdict as V, Visibility};

table! {
    /// The list of sources, and one source with its webhook, rules, test and calls.
    OwnSources, own_sources {
        title: "My signal sources",
        lead: "Send your own TradingView alerts, 3Commas Signal Bot messages or text signals to Slipstream, and copy them on your automated accounts. Only you can see your sources.",
        mine: "Use your own alerts as signals",
        none: "No signal sources yet",
        none_lead: "Create one below, paste its webhook URL into your alert, then copy it on an automated account.",
        open: "Manage",
        open_this(source): "Manage: {source}",
        back: "My signal sources",
        private: "Private",
        approved: "Public",
        owner(email): "Private, owner {email}",
        paused: "Paused",
        sizing: "Order size",
        sizing_risk: "Your risk profile decides the size of each copy. Amounts in alerts are ignored.",
        sizing_alert: "The amount in each alert decides the size of your copies: base, quote or a percentage of the available margin. An alert without an amount uses your risk profile.",
        size_from_alert: "Use the alert's amount",
        size_from_risk: "Use the risk profile",
        audience: "Audience",
        audience_private: "Only you can see and copy this source. An admin can make it public.",
        audience_waiting: "Waiting for an admin's approval.",
        audience_public: "Everyone can see and copy this source. Only you can change it.",
        ask_approval: "Request approval",
        withdraw: "Withdraw request",
        webhook_on: "Webhook active",
        webhook_off: "No webhook",
        live_since(day): "Live since {day}",
        not_live: "No alerts yet",
        follows(count): plural { one: "{count} account copies it", other: "{count} accounts copy it" },

        create_title: "New signal source",
        name: "Name",
        name_hint: "Slipstream adds a short mark, such as #7F3A1C.",
        market: "Market",
        stop: "Default stop loss (%)",
        stop_hint: "Distance from the price, for alerts without a stop loss. If empty, they're rejected.",
        targets: "Default take profits (%)",
        targets_hint: "Up to 10 distances, separated by spaces, for alerts without take profits.",
        distance: "Max price distance (%)",
        distance_hint: "Alerts whose price is further from the market price are rejected.",
        create: "Create signal source",

        once: "Copy this webhook URL now. It won't be shown again:",
        webhook: "Webhook",
        webhook_some: "The webhook is active. Its URL was shown once; anyone who has it can send signals to this source.",
        webhook_none: "This source has no webhook, so it receives no alerts.",
        rotate: "Replace webhook URL",
        make_webhook: "Create webhook",
        rotate_sure: "Replace the webhook URL? The current URL stops working immediately, so update your alerts.",
        revoke: "Revoke webhook",
        revoke_sure: "Revoke the webhook? Its URL stops working immediately, and no alerts arrive.",

        copy: "Copy on my account",
        performance: "View performance",
        status: "Status",
        active: "Active: entries and exits are copied.",
        inactive: "Paused: entries are rejected. Exits are still copied.",
        pause: "Pause source",
        resume: "Resume source",
        remove: "Remove source",
        remove_sure(source): "Remove {source}? Its webhook is revoked and nothing is copied from it any more. Open positions keep their stop losses.",

        rules_title: "Rules for alerts",
        save: "Save rules",

        setup_title: "Set up TradingView",
        setup_open: "Create an alert, and paste the webhook URL under Notifications.",
        setup_message: "For a strategy, paste this as the alert message. TradingView fills in the placeholders:",
        setup_indicator: "For an indicator, use one alert for each direction:",
        setup_bot: "Messages for 3Commas' Signal Bot work as they are. Their secret is ignored and isn't kept. An exit of less than 100 percent of the position is rejected.",
        setup_text: "Text signals work, too:",

        test_title: "Test alert",
        test_lead: "Checks an alert as the webhook does. No order is placed.",
        alert: "Alert",
        test: "Test alert",

        calls_title: "Recent calls",
        calls_lead: "The last 50 calls, without secrets.",
        calls_none: "No calls yet.",
        col_verdict: "Result",
        col_reason: "Reason",
        col_body: "Alert",
        tested: "Test",
        not_placed(verdict): "{verdict} (test, no order placed)",
    }
}

impl OwnSources {
    /// The name of a visibility.
    pub(crate) const fn visibility(&self, visibility: Visibility) -> &'static str {
        match visibility {
            Visibility::Private => self.private,
            Visibility::Approved => self.approved,
        }
    }
}

texts! {
    /// The verdict on a call.
    verdict(V) {
        V::Accepted => "Accepted",
        V::Repeated => "Already received",
        V::Refused => "Rejected",
    }
}

texts! {
    /// Why an alert was refused, and what to do.
    refused_alert(A) {
        A::Unreadable => "The message has none of the supported formats. Compare it with the examples.",
        A::Placeholder => "A placeholder wasn't replaced. Check its spelling in the alert message.",
        A::NoDirection => "The alert has no direction (buy, sell or exit), or it contradicts itself.",
        A::OtherMarket => "The alert is about another market than this source.",
        A::Late => "The alert was too old when it arrived.",
        A::InFuture => "The alert's time is in the future. Check the sender's clock and time zone.",
        A::TooFar => "The alert's price is too far from the market price.",
        A::NoStop => "The alert has no stop loss. Add one, or set a default stop loss.",
        A::BadStop => "The stop loss is zero or on the wrong side of the price.",
        A::BadTarget => "A take profit is zero or on the wrong side of the price, or there are too many.",
        A::NothingToExit => "The alert exits a long although the source's last entry was a short, or the reverse.",
        A::PartialExit => "The alert exits a part of the position, which wasn't supported at the time.",
        A::IdReused => "The alert's id belongs to another alert. Use a new id for each alert.",
        A::Paused => "The source is paused. Resume it to accept entries.",
        A::NoPrice => "The market price wasn't available, so the alert couldn't be checked.",
    }
}
