//! Texts about orders for admins: mails, and the differences of an account under review.

use domain::OrderType;
use language::{table, texts};

table! {
    /// Orders that an admin is notified of.
    Words, words {
        breaker: "Stop losses rejected for many positions",
        breaker_body: "Within one minute, the stop losses of many positions could not be placed. The cause is probably a fault at the exchange or on this server. For ten minutes, Slipstream opens no new positions and doesn't close positions for lack of a stop loss. It keeps placing stop losses. Check the exchange's status page and the server log.",
        review(key): "Orders of {key} differ from the database",
        review_body(key, link): "The exchange shows orders of the account {key} that this server sent but its database doesn't contain. This happens after a backup was restored, or when another server runs on a copy of the database. Until you confirm the differences, Slipstream only places missing stop losses on this account: {link}",

        whole_position: "whole position",
        buy(kind, amount, id): "{kind} buy {amount} ({id})",
        buy_at(kind, amount, price, id): "{kind} buy {amount} at {price} ({id})",
        sell(kind, amount, id): "{kind} sell {amount} ({id})",
        sell_at(kind, amount, price, id): "{kind} sell {amount} at {price} ({id})",
    }
}

texts! {
    /// The name of an order type, as on the pages.
    order_type(OrderType) {
        OrderType::Market => "Market",
        OrderType::Limit => "Limit",
        OrderType::Stop => "Stop limit",
        OrderType::StopMarket => "Stop market",
        OrderType::TakeProfit | OrderType::TakeProfitMarket => "Take profit",
        OrderType::TrailingStopMarket => "Trailing stop",
    }
}
