//! What messages say. English is the first language: a further one is a further table.

/// The texts of messages.
pub(super) struct Words {
    pub(super) new_order: &'static str,
    pub(super) take_profit: &'static str,
    pub(super) stop_loss: &'static str,
    pub(super) key_refused: &'static str,
    pub(super) key_refused_why: &'static str,
    pub(super) unprotected_closed: &'static str,
    pub(super) unprotected_closed_why: &'static str,
    pub(super) without_stop: &'static str,
    pub(super) without_stop_why: &'static str,
    pub(super) unprotected_again: &'static str,
    pub(super) unprotected_again_why: &'static str,
    pub(super) exit_late: &'static str,
    pub(super) exit_late_why: &'static str,
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
    unprotected_closed: "A position on {} was closed for lack of a stop",
    unprotected_closed_why: "The exchange did not take its stop-loss. A position is not left without one: it was closed at the market price.",
    without_stop: "Your position on {} has no stop right now",
    without_stop_why: "The exchange isn't taking its stop order. We keep trying and will tell you when it is back. You can also close the position.",
    unprotected_again: "A position on {} had lost its stop",
    unprotected_again_why: "Its stop-loss was gone from the exchange and was placed again.",
    exit_late: "Your position on {} isn't closed yet",
    exit_late_why: "The strategy left its position, but the exchange refuses to close yours: {}. Your stop-loss stays in place. We keep trying until it's closed; you can also close it yourself.",
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
