//! Texts of the commands. Further languages would be further tables.

pub(super) struct Words {
    pub(super) stranger: &'static str,
    pub(super) too_many: &'static str,
    pub(super) unlinked: &'static str,
    pub(super) status: &'static str,
    pub(super) not_known: &'static str,
    pub(super) all_paused: &'static str,
    pub(super) nothing_open: &'static str,
    pub(super) no_answer: &'static str,
    pub(super) position: &'static str,
    pub(super) sure: &'static str,
    pub(super) panicked: &'static str,
    pub(super) no_keys: &'static str,
    pub(super) cleared: &'static str,
    pub(super) not_cleared: &'static str,
}

pub(super) static EN: Words = Words {
    stranger: "This chat isn't linked to an account. In Slipstream, open Settings › Notifications and send the code shown there: /start CODE",
    too_many: "Too many codes. Try again in 15 minutes.",
    unlinked: "This chat is unlinked. You won't get any more messages here.",
    status: "Total equity: {}\nKeys: {} of {} active\nCopied strategies: {} of {} active",
    not_known: "unavailable",
    all_paused: "An admin paused new copies for everyone.",
    nothing_open: "No open positions.",
    no_answer: "{}: the exchange isn't responding",
    position: "{}: {} {} {} at {}, P&L {} USD ({} of margin)",
    sure: "This pauses all copying, cancels all orders and closes all positions on all your keys. To confirm, send “/panic yes” within one minute.",
    panicked: "Copying is paused.",
    no_keys: "You have no exchange keys.",
    cleared: "{}: no open orders or positions",
    not_cleared: "{}: NOT everything is closed. Check your dashboard now.",
};
