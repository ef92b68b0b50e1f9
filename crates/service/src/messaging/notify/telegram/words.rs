//! Texts of the bot's replies. Further languages would be further tables.

pub(super) struct Words {
    pub(super) help: &'static str,
    pub(super) sorry: &'static str,
    pub(super) later: &'static str,
    pub(super) linked: &'static str,
    pub(super) nothing_ticked: &'static str,
    pub(super) moved: &'static str,
    pub(super) anothers: &'static str,
    pub(super) no_code: &'static str,
    pub(super) token_refused: &'static str,
    pub(super) token_refused_why: &'static str,
}

pub(super) static EN: Words = Words {
    help: "/status – account overview\n/positions – open positions\n/panic – pause copying, cancel all orders, close all positions\n/stop – unlink this chat",
    sorry: "Something went wrong on our side. Try again in a moment.",
    later: "Slipstream is busy. Try again in a moment.",
    linked: "Telegram is connected to {}.",
    nothing_ticked: "For now you only get security alerts here. Choose which other alerts to get: {}/settings/notifications",
    moved: "Your account is now linked to another chat. If this wasn't you, unlink it under Settings › Notifications and reset your password.",
    anothers: "This chat is linked to another account. Send /stop first, then send the code again.",
    no_code: "This code is invalid or has expired. Get a new one under Settings › Notifications.",
    token_refused: "Telegram rejected the bot token",
    token_refused_why: "No Telegram messages are sent until TELEGRAM_BOT_TOKEN is valid. Until then they wait in the outbox. E-mail isn't affected.\n",
};
