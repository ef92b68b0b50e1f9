//! Texts of a report, used by its mail and its page.

use language::table;

table! {
    /// A report.
    pub Words, words {
        week: "Weekly report",
        month: "Monthly report",
        subject_week(profit): "Weekly report: {profit}",
        subject_month(profit): "Monthly report: {profit}",
        days(first, last, zone): "{first} to {last} ({zone})",
        line(name, value): "{name}: {value}",
        usd(amount): "{amount} USD",
        usd_with_share(amount, share): "{amount} USD ({share})",
        with_share(amount, share): "{amount} ({share})",
        start: "Starting balance",
        end: "Ending balance",
        net_deposits: "Net deposits",
        profit: "Profit",
        drawdown: "Max drawdown",
        fees: "Fees",
        trades: "Entries",
        trades_of(automated, manual): "{automated} automated, {manual} manual",
        win_rate: "Win rate",
        won_of(ended, won): plural {
            one: "{won} of {ended} copied position",
            other: "{won} of {ended} copied positions",
        },
        won_share(share, of): "{share}, {of}",
        keys: "By account",
        strategies: "By strategy",
        name: "Name",
        profit_chart: "Profit over time",
        picture_of(first, last): "Profit over time. From {first} to {last}",
        note: "Amounts are in USD. Profit is the balance change minus net deposits; an account's balance when you connected it counts as a deposit. Transfers that you make at the exchange count as profit or loss. By strategy: profit of closed copied positions, after fees.",
        open: "View report",
        open_at(link): "View report: {link}",
    }
}
