//! Texts of the form that adopts a position.

use super::table;

table! {
    /// The form that makes a trade of a position that was opened elsewhere.
    Adopt, adopt {
        title: "Adopt and protect",
        lead_long(size, price): "This long position of {size}, entered at {price}, was opened outside Slipstream. Adopt it to make it a trade with a stop loss that Slipstream supervises.",
        lead_short(size, price): "This short position of {size}, entered at {price}, was opened outside Slipstream. Adopt it to make it a trade with a stop loss that Slipstream supervises.",
        untouched: "Nothing is bought, sold or cancelled.",
        stop_price: "Stop price",
        stop_type: "Stop order type",
        market: "Market",
        limit: "Limit",
        stop_limit: "Stop limit price",
        stop_limit_hint: "Only for a limit stop.",
        no_stop: "No stop loss: my loss on this position isn't limited",
        targets: "Take profit",
        target_price(number): "Take profit {number} price",
        target_share(number): "Share of take profit {number}, in percent",
        button: "Adopt and protect",
    }
}
