//! Texts of the dashboard's figures and of closed trades.

use super::table;
use domain::closed_trade::{ExitReason, Source};

table! {
    /// The dashboard's figures, and closed trades.
    Home, home {
        profit: "Profit",
        profit_lead: "Change of your equity less deposits and withdrawals through Slipstream, in USD. Transfers that you make at the exchange count as profit or loss.",
        today: "Today",
        week: "This week",
        all_time: "All time",
        range: "Range of the chart",
        range_day: "Day",
        range_week: "Week",
        range_all: "All",
        unrealized: "Unrealized P&L",
        profit_empty: "The first points appear within two minutes.",
        profit_summary(first, last): "Profit from {first} to {last} USD, less deposits and withdrawals.",
        offline: "Not updating: the figures may be out of date.",
        actions: "Actions",
        trade: "Trade",
        close: "Close",
        close_sure(amount, account): "Close {amount} on {account} at market?",
        close_yes: "Close position",
        close_label(symbol, account): "Close {symbol} on {account}",
        side_of_market(side, symbol): "{side} {symbol}",
        trade_label(symbol, account): "Trade {symbol} on {account}",
        adopt: "Adopt and protect",
        adopt_label(symbol, account): "Adopt and protect {symbol} on {account}",
        close_all: "Close all",
        close_all_label(account): "Close all positions on {account}",
        close_all_sure(count, value, account): plural {
            one: "Close {count} position on {account} at market, about {value} USD? Orders on its market are cancelled.",
            other: "Close {count} positions on {account} at market, about {value} USD? Orders on their markets are cancelled.",
        },
        close_all_yes(count): plural {
            one: "Close {count} position",
            other: "Close {count} positions",
        },
        closed_market(symbol): "{symbol}: closed.",
        left_market(symbol, reason): "{symbol}: not closed. {reason}",

        closed_trades: "Closed trades",
        closed_here: "Closed trades on this market",
        closed_lead: "Positions of all accounts, from the first fill to the last. Profit is realized P&L less fees and funding.",
        closed_empty: "No closed trades in this range.",
        closed_paper: "Paper accounts: one recorded hour plays per minute, so dates are today's, not those of the record.",
        closed_partial: "An exchange hasn't returned its newest trades yet. Reload the page in a moment.",
        closed_total(count): plural {
            one: "{count} closed trade",
            other: "{count} closed trades",
        },
        net_profit: "Net profit",
        fees: "Fees",
        funding: "Funding",
        funding_hint: "Positive: paid. Negative: received.",
        col_closed: "Closed (UTC)",
        col_entry: "Entry",
        col_exit: "Exit",
        col_result: "Result",
        col_duration: "Duration",
        col_reason: "Exit reason",
        col_source: "Source",
        source: "Source",
        any_source: "All sources",
        manual: "Manual",
        strategy: "Copied",
        elsewhere: "Outside Slipstream",
        exit_stop: "Stop loss",
        exit_target: "Take profit",
        exit_time_limit: "Time limit",
        exit_manual: "Closed by you",
        exit_signal: "Strategy signal",
        exit_owner: "You stopped copying",
        exit_panic: "Panic button",
        exit_rule: "Risk rule",
        exit_unprotected: "Stop missing",
        exit_liquidation: "Liquidation",
        exit_elsewhere: "Closed outside Slipstream",
        sort_by(column): "Sort by {column}",
        page_of(number, pages): "Page {number} of {pages}",
        previous: "Previous page",
        next: "Next page",
        days(days, hours): "{days} d {hours} h",
        hours(hours, minutes): "{hours} h {minutes} min",
        minutes(minutes, seconds): "{minutes} min {seconds} s",
    }
}

impl Home {
    /// How a position was closed.
    pub(crate) const fn exit(&self, exit: ExitReason) -> &'static str {
        match exit {
            ExitReason::Stop => self.exit_stop,
            ExitReason::Target => self.exit_target,
            ExitReason::TimeLimit => self.exit_time_limit,
            ExitReason::Manual => self.exit_manual,
            ExitReason::Signal => self.exit_signal,
            ExitReason::Owner => self.exit_owner,
            ExitReason::Panic => self.exit_panic,
            ExitReason::Rule => self.exit_rule,
            ExitReason::Unprotected => self.exit_unprotected,
            ExitReason::Liquidation => self.exit_liquidation,
            ExitReason::Elsewhere => self.exit_elsewhere,
        }
    }

    /// The origin of a position.
    pub(crate) const fn source_of(&self, source: Source) -> &'static str {
        match source {
            Source::Manual => self.manual,
            Source::Strategy => self.strategy,
            Source::Elsewhere => self.elsewhere,
        }
    }

    /// A duration of this many seconds, in its two largest units.
    pub(crate) fn duration(&self, seconds: i64) -> String {
        let text = |number: i64| number.to_string();
        let (minutes, hours) = (seconds / 60, seconds / 3_600);
        if hours >= 24 {
            self.days(&text(hours / 24), &text(hours % 24))
        } else if hours > 0 {
            self.hours(&text(hours), &text(minutes % 60))
        } else {
            self.minutes(&text(minutes), &text(seconds % 60))
        }
    }
}
