//! Strategies and their performance records.

use crate::{
    Decimal, ExchangeId, Frame, Micros, Side, SignalId, StrategyId, Symbol, copy,
    key::words,
    signal::{Action, Source},
    sizing::r_multiple,
};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// Maximum length of a name, in characters.
pub const LONGEST_NAME: usize = 60;
/// Maximum length of a description, in characters.
pub const LONGEST_DESCRIPTION: usize = 2_000;

words! {
    /// The period by which a record is split.
    pub Interval {
        /// UTC days.
        Day = "1d",
        /// UTC months.
        Month = "1M",
    }
}

words! {
    /// The source of a record's outcomes. The two are never mixed.
    pub Kind {
        /// Computed over stored candles.
        Backtest = "BACKTEST",
        /// Outcomes of the signals that were actually given.
        Live = "LIVE",
    }
}

words! {
    /// How a trade of a strategy's record ended.
    pub Exit {
        /// Its stop was reached.
        Stop = "STOP",
        /// Its last target was reached.
        Target = "TARGET",
        /// The strategy gave an exit signal or entered the opposite side.
        Signal = "SIGNAL",
        /// The candles ended.
        End = "END",
    }
}

/// A strategy, as everyone may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strategy {
    /// Id of the strategy.
    pub id: StrategyId,
    /// Whether its signals are copied and it can be followed.
    pub active: bool,
    /// Name of the strategy.
    pub name: String,
    /// Description of the strategy, as free text.
    pub description: Option<String>,
    /// The exchange it trades at.
    pub exchange_id: ExchangeId,
    /// Trading pair.
    pub symbol: Symbol,
    /// Length of its bars.
    pub frame: Frame,
    /// Whether it has no rules of its own and gets its signals from an external source.
    pub outside: bool,
    /// When it was created.
    pub created_at: Micros,
    /// When it was last changed.
    pub updated_at: Micros,
}

/// Performance figures of a period. Without trades everything but the trade count is `None` or zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Compounded net profit of the trades, in percent, costs deducted.
    pub net_profit_percent: Option<Decimal>,
    /// Share of winning trades: 0.25 is 25 %.
    pub win_rate: Option<Decimal>,
    /// Maximum drawdown from a peak, measured after each trade: 0.05 is 5 %.
    pub max_draw_down: Option<Decimal>,
    /// Number of trades that ended.
    pub trades: u32,
    /// Number of long trades.
    pub long: u32,
    /// Number of short trades.
    pub short: u32,
}

/// One period of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Start of the period.
    pub start: Micros,
    /// End of the period, exclusive.
    pub end: Micros,
    /// Performance in the period.
    pub figures: Figures,
}

/// Further figures of a record, over the time in which it was computed: for a backtest that of its candles, for a live
/// record that since the first signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metrics {
    /// Start of that time; `None` for a record that has not begun.
    pub start: Option<Micros>,
    /// End of that time.
    pub end: Option<Micros>,
    /// Number of candles of a backtest; `None` for a live record.
    pub bars: Option<i64>,
    /// Benchmark: change of the market's price over that time in percent, without costs.
    pub hold_percent: Option<Decimal>,
    /// Gains divided by losses, with compounding trades; `None` without a loss.
    pub profit_factor: Option<Decimal>,
    /// Mean of the daily returns divided by their standard deviation, times the square root of 365; `None` for less than
    /// ten days, or if all days are equal.
    pub sharpe: Option<Decimal>,
    /// Share of that time with an open position.
    pub exposure: Option<Decimal>,
    /// Mean profit of a trade in percent.
    pub average_trade_percent: Option<Decimal>,
}

words! {
    /// The figure that a list of strategies is sorted by; the best comes first.
    pub SortBy {
        /// Net profit of the backtest.
        Backtest = "backtest",
        /// Net profit of the live record.
        Live = "live",
        /// Sharpe ratio of the backtest.
        Sharpe = "sharpe",
        /// Profit factor of the backtest.
        ProfitFactor = "profit-factor",
        /// Max drawdown of the backtest.
        Drawdown = "drawdown",
        /// Longest live.
        LiveSince = "live-since",
    }
}

impl SortBy {
    /// Sorts cards; those without the figure come last, and equal ones stay in their order.
    pub fn sort(self, cards: &mut [Card]) {
        let back = |card: &Card| card.backtest.metrics;
        match self {
            Self::Backtest => cards.sort_by_key(|card| Reverse(card.backtest.total.net_profit_percent)),
            Self::Live => cards.sort_by_key(|card| Reverse(card.live.total.net_profit_percent)),
            Self::Sharpe => cards.sort_by_key(|card| Reverse(back(card).sharpe)),
            Self::ProfitFactor => cards.sort_by_key(|card| Reverse(back(card).profit_factor)),
            Self::Drawdown => cards.sort_by_key(|card| {
                let fall = card.backtest.total.max_draw_down;
                (fall.is_none(), fall)
            }),
            Self::LiveSince => cards.sort_by_key(|card| {
                let since = card.live.metrics.start;
                (since.is_none(), since)
            }),
        }
    }
}

/// The performance record of a strategy's backtested or live trades.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Whether it is backtested or live.
    pub kind: Kind,
    /// Figures of all trades.
    pub total: Figures,
    /// Further figures of all trades.
    pub metrics: Metrics,
    /// When its first trade was entered.
    pub since: Option<Micros>,
    /// When its last trade ended.
    pub until: Option<Micros>,
    /// Cumulative profit in percent after each trade, oldest first; thinned to what a chart can show.
    pub curve: Vec<(Micros, Decimal)>,
    /// The months from the first trade to the last, oldest first.
    pub months: Vec<Range>,
}

/// A strategy with its backtested and its live record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The strategy.
    pub strategy: Strategy,
    /// The backtest over the stored candles.
    pub backtest: Record,
    /// The record of the signals it gave.
    pub live: Record,
}

/// One trade of a strategy's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trade {
    /// Side of the entry.
    pub side: Side,
    /// When it was entered.
    pub entered_at: Micros,
    /// Entry price.
    pub entry_price: Decimal,
    /// Stop price.
    pub stop: Option<Decimal>,
    /// When it ended; `None` while it is open.
    pub exited_at: Option<Micros>,
    /// Average exit price.
    pub exit_price: Option<Decimal>,
    /// How it ended.
    pub exit: Option<Exit>,
    /// Profit in percent of the value at entry, costs deducted.
    pub profit_percent: Option<Decimal>,
}

impl Trade {
    /// Returns the result in R, the distance from entry to stop; `None` while the trade is open or without a stop.
    #[must_use]
    pub fn result_in_r(&self) -> Option<Decimal> {
        let profit = self.profit_percent?.checked_mul(self.entry_price)?.checked_div(Decimal::ONE_HUNDRED)?;
        r_multiple(profit, self.entry_price, self.stop?, Decimal::ONE)
    }
}

/// The trading costs assumed in records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Costs {
    /// Fee of each fill, in percent.
    pub fee_percent: Decimal,
    /// Slippage of each fill, in percent.
    pub slippage_percent: Decimal,
    /// Funding that a long position pays every eight hours, in percent.
    pub funding_percent: Decimal,
}

/// A strategy, as admins see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operated {
    /// The part that everyone sees.
    pub strategy: Strategy,
    /// The strategy's rules, as JSON.
    pub definition: Option<String>,
    /// Whether it has a webhook. Its token is not stored in readable form and cannot be shown again.
    pub hook: bool,
    /// Number of accounts that follow it, paused ones included.
    pub followers: i64,
}

/// A signal, as admins see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Id of the signal.
    pub id: SignalId,
    /// Id of its strategy.
    pub strategy_id: StrategyId,
    /// Name of its strategy.
    pub strategy_name: String,
    /// The source of the signal.
    pub source: Source,
    /// Whether it enters or exits.
    pub action: Action,
    /// Side of the entry; `None` for an exit.
    pub side: Option<Side>,
    /// The price at which it was decided, if it was given.
    pub price: Option<Decimal>,
    /// Stop price; `None` for an exit.
    pub stop: Option<Decimal>,
    /// Take-profit prices.
    pub targets: Vec<Decimal>,
    /// The external source's own id for it.
    pub external_id: Option<String>,
    /// The bar at whose close it was decided.
    pub bar_at: Option<Micros>,
    /// When it was accepted.
    pub at: Micros,
    /// When copies had been queued for all followers.
    pub fanned_out_at: Option<Micros>,
    /// Number of copies by status and reason.
    pub copies: Vec<Count>,
}

/// Number of a signal's copies with the same status and reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// The status of the copies.
    pub status: copy::Status,
    /// Why they were skipped or failed.
    pub reason: Option<copy::Reason>,
    /// Number of copies.
    pub copies: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dec;
    use uuid::Uuid;

    fn card(name: &str, sharpe: Option<Decimal>, fall: Option<Decimal>) -> Card {
        let record = |kind| Record {
            kind,
            total: Figures { max_draw_down: fall, ..Figures::default() },
            metrics: Metrics { sharpe, ..Metrics::default() },
            since: None,
            until: None,
            curve: Vec::new(),
            months: Vec::new(),
        };
        let strategy = Strategy {
            id: StrategyId(Uuid::nil()),
            active: true,
            name: name.to_owned(),
            description: None,
            exchange_id: ExchangeId::Binance,
            symbol: "BTC/USDT".parse().unwrap(),
            frame: Frame::M1,
            outside: false,
            created_at: Micros(0),
            updated_at: Micros(0),
        };
        Card { strategy, backtest: record(Kind::Backtest), live: record(Kind::Live) }
    }

    #[test]
    fn the_best_comes_first_and_the_unknown_last() {
        let mut cards = [
            card("none", None, None),
            card("low", Some(dec!(-1)), Some(dec!(0.1))),
            card("high", Some(dec!(2)), Some(dec!(0.5))),
        ];
        let names = |cards: &[Card]| cards.iter().map(|card| card.strategy.name.clone()).collect::<Vec<_>>();
        SortBy::Sharpe.sort(&mut cards);
        assert_eq!(names(&cards), ["high", "low", "none"]);
        SortBy::Drawdown.sort(&mut cards);
        assert_eq!(names(&cards), ["low", "high", "none"]);
        SortBy::LiveSince.sort(&mut cards);
        assert_eq!(names(&cards), ["low", "high", "none"], "equal ones stay in their order");
    }
}
