//! Texts of the pages about strategies.

use super::table;
use domain::strategy::{Exit, Kind, SortBy};

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
        sort: "Sort by",
        sort_none: "Default order",
        sort_backtest: "Net profit (backtest)",
        sort_live: "Net profit (live)",
        sort_sharpe: "Sharpe ratio (backtest)",
        sort_factor: "Profit factor (backtest)",
        sort_drawdown: "Max drawdown (backtest)",
        sort_since: "Longest live",
        market: "Market",
        any_market: "All markets",
        show: "Show",
        none_found: "No strategies trade this market.",

        backtest: "Backtest",
        live: "Live",
        backtest_lead: "Simulated on historical prices.",
        backtest_span(candles, frame, first, last): "{candles} candles of {frame}, from {first} to {last}.",
        recorded(years): "The sandbox plays a recorded hour in each minute, so this covers {years} years of the recorded market.",
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
        since: "Since (UTC)",
        benchmark: "Buy and hold",
        profit_factor: "Profit factor",
        sharpe: "Sharpe ratio",
        exposure: "Exposure",
        average_trade: "Average trade",
        trades: "Trades",
        long: "Long",
        short: "Short",
        side: "Side",
        exit_stop: "Stop loss",
        exit_target: "Take profit",
        exit_signal: "Signal",
        exit_end: "End of data",

        months: "Monthly profit (%)",
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
        rule_benchmark: "Buy and hold is the price change over the same time, without costs.",
        rule_factor: "Profit factor is all gains divided by all losses.",
        rule_sharpe: "Sharpe ratio is the mean daily return divided by its standard deviation, times the square root of 365. It needs at least ten days.",
        rule_exposure: "Exposure is the share of time with an open position. Average trade isn't compounded.",
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

    /// The figure that the list is sorted by.
    pub(crate) const fn sorted_by(&self, by: SortBy) -> &'static str {
        match by {
            SortBy::Backtest => self.sort_backtest,
            SortBy::Live => self.sort_live,
            SortBy::Sharpe => self.sort_sharpe,
            SortBy::ProfitFactor => self.sort_factor,
            SortBy::Drawdown => self.sort_drawdown,
            SortBy::LiveSince => self.sort_since,
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
