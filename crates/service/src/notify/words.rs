//! What messages say. English is the first language: a further one is a further table.

/// The texts of messages.
pub(super) struct Words {
    pub(super) new_order: &'static str,
    pub(super) take_profit: &'static str,
    pub(super) stop_loss: &'static str,
    pub(super) key_refused: &'static str,
    pub(super) key_refused_why: &'static str,
    pub(super) account_mode: &'static str,
    pub(super) hedge_why: &'static str,
    pub(super) multi_assets_why: &'static str,
    pub(super) portfolio_why: &'static str,
    pub(super) unprotected_closed: &'static str,
    pub(super) unprotected_closed_why: &'static str,
    pub(super) unprotected_again: &'static str,
    pub(super) unprotected_again_why: &'static str,
    pub(super) plan_lapses: &'static str,
    pub(super) plan_lapses_why: &'static str,
    pub(super) signed_in: &'static str,
    pub(super) signed_in_why: &'static str,
    pub(super) password_changed: &'static str,
    pub(super) password_changed_why: &'static str,
    pub(super) together: &'static str,
    pub(super) not_traded: &'static str,
    pub(super) key_gone: &'static str,
    pub(super) market: &'static str,
    pub(super) side: &'static str,
    pub(super) buy: &'static str,
    pub(super) sell: &'static str,
    pub(super) amount: &'static str,
    pub(super) price: &'static str,
    pub(super) result: &'static str,
    pub(super) of_entry: &'static str,
    pub(super) key: &'static str,
    pub(super) strategy: &'static str,
    pub(super) plan: &'static str,
    pub(super) until: &'static str,
    pub(super) browser: &'static str,
    pub(super) address: &'static str,
    pub(super) time: &'static str,
    pub(super) more: &'static str,
    pub(super) stop_mails: &'static str,
    pub(super) why_mail: &'static str,
    pub(super) cut: &'static str,
    pub(super) perhaps_again: &'static str,
}

/// English.
pub(super) static EN: Words = Words {
    new_order: "New order: {} {}",
    take_profit: "Take-profit hit: {}",
    stop_loss: "Stop-loss hit: {}",
    key_refused: "Your exchange key {} was refused",
    key_refused_why: "The exchange does not let it in any more, and it was switched off. Orders that stand at the exchange stay there. Give the key new credentials: {}/keys",
    account_mode: "No new orders for your exchange key {}",
    hedge_why: "Its account is in hedge mode. Slipstream supports one-way mode: switch it at Binance under Futures, Preferences, Position Mode. Your open positions stay protected as far as the exchange allows.",
    multi_assets_why: "Its account is in multi-assets mode. Slipstream supports single-asset mode: switch it at Binance under Futures, Preferences, Asset Mode. Your open positions stay protected as far as the exchange allows.",
    portfolio_why: "Its account uses portfolio margin, which Slipstream doesn't support: turn it off at Binance and create a new API key. Check your open positions at the exchange.",
    unprotected_closed: "A position on {} was closed for lack of a stop",
    unprotected_closed_why: "The exchange did not take its stop-loss. A position is not left without one: it was closed at the market price.",
    unprotected_again: "A position on {} had lost its stop",
    unprotected_again_why: "Its stop-loss was gone from the exchange and was placed again.",
    plan_lapses: "Your plan {} ends soon",
    plan_lapses_why: "After that, open positions stay protected and new copies stop. Keep it: {}/billing",
    signed_in: "New sign-in to your Slipstream account",
    signed_in_why: "If it was not you, set a new password now: {}/forgot",
    password_changed: "Your Slipstream password was changed",
    password_changed_why: "Every other session was signed out. If it was not you, set a new one now: {}/forgot",
    together: "{} ({} keys)",
    not_traded: "not traded: {}",
    key_gone: "a deleted key",
    market: "Market",
    side: "Side",
    buy: "buy",
    sell: "sell",
    amount: "Amount",
    price: "Price",
    result: "Result",
    of_entry: "{} of the entry value",
    key: "Key",
    strategy: "Strategy",
    plan: "Plan",
    until: "Until",
    browser: "Browser",
    address: "Address",
    time: "Time",
    more: "All of it is on your desk: {}/dashboard",
    stop_mails: "Stop mails of this kind",
    why_mail: "You get this because you have an account at {}.",
    cut: "… the rest is on your desk.",
    perhaps_again: "(This may have reached you before: its first delivery was cut off.)",
};

/// Puts values into the places of a text, `{}`, in order.
pub(super) fn fill(text: &str, values: &[&str]) -> String {
    let mut parts = text.split("{}");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (part, value) in parts.zip(values.iter().copied().chain(std::iter::repeat(""))) {
        out.push_str(value);
        out.push_str(part);
    }
    out
}
