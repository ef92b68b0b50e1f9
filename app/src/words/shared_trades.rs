//! Texts of the list of trades that share a position.

use super::table;

table! {
    /// The trades on a position that more than one trade shares, each with its own actions.
    SharedTrades, shared_trades {
        title: "Trades on this position",
        lead: "These trades share one position. Each has its own stop loss and take profits, and closing one leaves the others open.",
        long(number, amount): "Trade {number}: {amount} long",
        short(number, amount): "Trade {number}: {amount} short",
        stop_at(price): "Stop loss at {price}",
        no_stop: "No stop loss",
        close: "Close trade",
        close_sure(number): "Close all of trade {number} at the market price? The other trades stay open.",
        actions(number): "Change trade {number}",
    }
}
