//! Texts of the commands.

use language::table;

table! {
    /// Answers to the commands, which are places: they are the same in every language.
    Words, words {
        stranger(start): "This chat isn't connected to an account. In Slipstream, open Settings › Notifications and send the code shown there: {start} CODE",
        too_many: "Too many codes. Try again in 15 minutes.",
        unlinked: "This chat is disconnected. You won't get any more messages here.",
        status(equity, keys, all_keys, copied, all_copied): "Total equity: {equity}\nAccounts: {keys} of {all_keys} active\nCopied strategies: {copied} of {all_copied} active",
        usd(amount): "{amount} USD",
        not_known: "unavailable",
        all_paused: "An admin paused new copies for everyone.",
        nothing_open: "No open positions.",
        no_answer(key): "{key}: the exchange isn't responding",
        long(key, amount, symbol, price, profit, percent): "{key}: long {amount} {symbol} at {price}, P&L {profit} USD ({percent} of margin)",
        short(key, amount, symbol, price, profit, percent): "{key}: short {amount} {symbol} at {price}, P&L {profit} USD ({percent} of margin)",
        sure(panic): "This pauses all copying, cancels all orders and closes all positions on all your accounts. To confirm, send “{panic}” within one minute.",
        panicked: "Copying is paused.",
        no_keys: "You have no exchange keys.",
        cleared(key): "{key}: no open orders or positions",
        not_cleared(key): "{key}: NOT everything is closed. Check your dashboard now.",
    }
}
