//! Texts of the pages about strategies.

use super::table;
use domain::strategy::{Exit, Kind};

table! {
    /// Strategies, their records, and how these were computed.
    Strategies, strategies {
        title: "Strategies",
        all: "All strategies",
        lead: "Each strategy enters and exits on its own rules. When you copy one, its trades are placed on your account at the risk you choose.",
        none: "No strategies yet.",
        active: "Active",
        inactive: "Inactive",
        inactive_lead: "This strategy is inactive: it sends no signals and can't be copied.",
        bars(frame): "{frame} candles",
        outside: "External signal source",
        inside: "Signals on candle close",
        details: "View details",
        details_of(strategy): "{strategy}: View details",
        follow: "Copy",
        follow_this(strategy): "Copy {strategy}",

        backtest: "Backtest",
        live: "Live",
        backtest_lead: "Simulated on historical prices.",
        live_lead: "Results of live signals.",
        traded(first, last): "Trades from {first} to {last}",
        traded_on(day): "Trades of {day}",
        no_backtest: "No trades yet, or no candles to backtest on.",
        outside_backtest: "No backtest: signals come from an external source.",
        no_live: "No closed live trades yet.",
        curve(record, profit): "{record}: profit in percent, {profit} at the end",
        figures(strategy): "Performance of {strategy}",
        net_profit: "Net profit",
        win_rate: "Win rate",
        max_draw_down: "Max drawdown",
        trades: "Trades",
        long: "Long",
        short: "Short",
        side: "Side",
        exit_stop: "Stop loss",
        exit_target: "Take profit",
        exit_signal: "Signal",
        exit_end: "End of data",

        months: "Monthly profit",
        months_of(record): "{record}: profit of each month, in percent",
        year: "Year",
        jan: "Jan",
        feb: "Feb",
        mar: "Mar",
        apr: "Apr",
        may: "May",
        jun: "Jun",
        jul: "Jul",
        aug: "Aug",
        sep: "Sep",
        oct: "Oct",
        nov: "Nov",
        dec: "Dec",
        no_trades: "no trades",

        ranges: "Track record",
        days: "Days",
        by_month: "Months",
        range: "From (UTC)",
        ranges_empty: "No trades yet.",
        record: "Backtest or live",
        newest: "Recent trades",
        entry_time: "Entry time (UTC)",
        entry_price: "Entry",
        exit_price: "Exit",
        exit_reason: "Exit reason",
        profit: "Profit",
        still_open: "open",

        rules: "How results are calculated",
        rule_next: "A signal on candle close trades at the next candle's open. An external signal trades at the market price when it arrives.",
        rule_stop: "If a candle touches both stop and take profit, the stop counts.",
        rule_gap: "A candle that opens beyond the stop fills at its open, not at the stop.",
        rule_fee(percent): "Every fill pays a fee of {percent}.",
        rule_slippage(percent): "Slippage is {percent} per fill.",
        rule_funding(percent): "Longs pay {percent} funding every eight hours; shorts receive it.",
        rule_compound: "Trades compound the full balance without leverage. Max drawdown is measured after each trade.",
        rule_live: "Live results start at the price after the signal and include the same costs. Backtest and live results are never mixed.",
        past: "Past performance doesn't predict future results. Your own results will differ: your account trades at its own risk, price and time.",
    }
}

impl Strategies {
    /// The short names of the months, from January.
    pub(crate) const fn month_names(&self) -> [&'static str; 12] {
        [
            self.jan, self.feb, self.mar, self.apr, self.may, self.jun, self.jul, self.aug, self.sep,
            self.oct, self.nov, self.dec,
        ]
    }

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
