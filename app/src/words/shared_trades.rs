//! Texts of the list of trades that share a position.

use super::table;

table! {
    /// The trades on a position that more than one trade shares, each with its own actions.
    SharedTrades, shared_trades {
        title: "Trades on this position",
        lead: "These trades share one position. Each has its own stop loss and take profits, and closing one leaves the others open.",
        title_spot: "Trades on this market",
        lead_spot: "Each of these trades has its own coins, stop loss and take profits. Closing one leaves the others open.",
        long(number, amount): "Trade {number}: {amount} long",
        short(number, amount): "Trade {number}: {amount} short",
        stop_at(price): "Stop loss at {price}",
        no_stop: "No stop loss",
        close: "Close trade",
        close_sure(number, amount): "Close trade {number}, {amount}, at market? The other trades stay open.",
        actions(number): "Change trade {number}",
    }
}
