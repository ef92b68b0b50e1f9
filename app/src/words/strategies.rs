//! Texts of the pages about strategies.

use super::table;
use domain::strategy::{Exit, Kind};

table! {
    /// Strategies, their records, and how these were computed.
    Strategies, strategies {
        title: "Strategies",
        all: "All strategies",
        lead: "Each decides by itself when to enter and when to leave. Whoever follows one has every signal traded on their own account, at their own risk.",
        none: "No strategies yet.",
        active: "Active",
        inactive: "Not active",
        inactive_lead: "This strategy is not active: it gives no signals, and it cannot be followed.",
        bars: "{} bars",
        outside: "Decided outside of Slipstream",
        inside: "Decided at each bar's close",
        details: "Record and rules",
        follow: "Follow",
        follow_this: "Follow {}",

        backtest: "Backtest",
        live: "Live",
        backtest_lead: "Computed over stored candles. It never happened.",
        live_lead: "What the signals given here came to.",
        traded: "Trades from {} to {}",
        traded_on: "Trades of {}",
        no_backtest: "No trades yet, or no candles to compute them over.",
        outside_backtest: "No backtest: its signals come from outside.",
        no_live: "No signal has come to an end yet.",
        curve: "{}: profit in percent, {} at the end",
        figures: "Figures of {}",
        net_profit: "Net profit",
        win_rate: "Win rate",
        max_draw_down: "Deepest fall",
        trades: "Trades",
        long: "Long",
        short: "Short",
        side: "Side",
        exit_stop: "Stop",
        exit_target: "Target",
        exit_signal: "Signal",
        exit_end: "End of candles",

        months: "Month by month",
        months_of: "{}: profit of each month, in percent",
        year: "Year",
        month_names: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        no_trades: "no trades",

        ranges: "History",
        days: "Days",
        by_month: "Months",
        range: "From (UTC)",
        ranges_empty: "Nothing to show yet.",
        record: "Record",
        newest: "Newest trades",
        entered: "Entered (UTC)",
        entry: "Entry",
        left: "Left",
        how: "How",
        profit: "Profit",
        stands: "stands",

        rules: "How this was computed",
        rule_next: "A decision at a bar's close trades at the next bar's open; a signal from outside, at the market's price of its moment.",
        rule_stop: "When a bar touches stop and target, the stop counts.",
        rule_gap: "A bar that opens beyond the stop fills at its open, not at the stop.",
        rule_fee: "Every fill pays a fee of {} %.",
        rule_slippage: "Every fill is {} % worse than the price.",
        rule_funding: "A long pays {} % every eight hours; a short receives it.",
        rule_compound: "Trades compound, each with everything, without leverage. The deepest fall is measured after each trade.",
        rule_live: "Live results start at the price after the signal and count the same costs. The two are never mixed.",
        past: "What was won in the past says little about what comes. An account that follows wins and loses differently: it trades at its own risk, price and moment.",
    }
}

impl Strategies {
    /// The name of a kind of record.
    pub(crate) const fn kind(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Backtest => self.backtest,
            Kind::Live => self.live,
        }
    }

    /// The exit reason of a trade.
    pub(crate) const fn exit(&self, exit: Exit) -> &'static str {
        match exit {
            Exit::Stop => self.exit_stop,
            Exit::Target => self.exit_target,
            Exit::Signal => self.exit_signal,
            Exit::End => self.exit_end,
        }
    }
}
