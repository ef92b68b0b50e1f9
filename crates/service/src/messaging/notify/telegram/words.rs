//! Texts of the bot's replies.

use language::table;

table! {
    /// Replies of the bot, and mails about it. Commands are places: they are the same in every language.
    Words, words {
        help(status, positions, panic, stop): "{status} – account overview\n{positions} – open positions\n{panic} – pause copying, cancel all orders, close all positions\n{stop} – disconnect this chat",
        sorry: "Something went wrong on our side. Try again in a moment.",
        later: "Slipstream is busy. Try again in a moment.",
        linked(email): "Telegram is connected to {email}.",
        nothing_ticked(link): "For now you only get security alerts here. Choose which other alerts to get: {link}",
        moved: "Your account is now connected to another chat. If this wasn't you, disconnect it under Settings › Notifications and reset your password.",
        anothers(stop): "This chat is connected to another account. Send {stop} first, then send the code again.",
        no_code: "This code is invalid or has expired. Get a new one under Settings › Notifications.",
        token_refused: "Telegram rejected the bot token",
        token_refused_why(variable): "No Telegram messages are sent until {variable} is valid. Until then they wait in the outbox. E-mail isn't affected.\n",
    }
}

impl Words {
    /// The list of commands.
    pub(super) fn commands(&self) -> String {
        self.help("/status", "/positions", "/panic", "/stop")
    }
}
