//! Strategies as people see them: what they are, and what their own signals came to.

use crate::{
    Decimal, ExchangeId, Frame, Micros, Side, SignalId, StrategyId, Symbol, copy,
    key::words,
    signal::{Action, Source},
};
use serde::{Deserialize, Serialize};

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 60;
/// The longest description, in characters.
pub const LONGEST_DESCRIPTION: usize = 2_000;

words! {
    /// How a record is cut into ranges.
    pub Interval {
        /// UTC days.
        Day = "1d",
        /// UTC months.
        Month = "1M",
    }
}

words! {
    /// Where the outcomes of a record come from. The two are never mixed.
    pub Kind {
        /// Computed over stored candles.
        Backtest = "BACKTEST",
        /// What the signals that were really given came to.
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
        /// The strategy said so, or entered the other way.
        Signal = "SIGNAL",
        /// The candles ended.
        End = "END",
    }
}

/// A strategy, as anyone may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strategy {
    /// Its id.
    pub id: StrategyId,
    /// Its signals are copied, and it may be followed.
    pub active: bool,
    /// Its name.
    pub name: String,
    /// What it does, in words.
    pub description: Option<String>,
    /// At which exchange it trades.
    pub exchange_id: ExchangeId,
    /// On which pair.
    pub symbol: Symbol,
    /// The length of its bars.
    pub frame: Frame,
    /// It has no definition: an outside brain decides.
    pub outside: bool,
    /// When it was made.
    pub created_at: Micros,
    /// When it last changed.
    pub updated_at: Micros,
}

/// What the trades of a range came to. Without trades there is nothing to say but zero trades.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Profit of the trades one after another, in percent, costs taken off.
    pub net_profit_percent: Option<Decimal>,
    /// Share of trades that won: 0.25 is a quarter.
    pub win_rate: Option<Decimal>,
    /// The deepest fall from a peak, after each trade: 0.05 is five percent.
    pub max_draw_down: Option<Decimal>,
    /// How many trades ended.
    pub trades: u32,
    /// How many of them were long.
    pub long: u32,
    /// How many of them were short.
    pub short: u32,
}

/// One range of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Its first moment.
    pub start: Micros,
    /// The first moment after it.
    pub end: Micros,
    /// What its trades came to.
    pub figures: Figures,
}

/// Everything that a strategy's trades of one kind came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Computed or lived.
    pub kind: Kind,
    /// Of all its trades.
    pub total: Figures,
    /// When its first trade was entered.
    pub since: Option<Micros>,
    /// When its last trade ended.
    pub until: Option<Micros>,
    /// Profit so far in percent after each trade, oldest first; thinned to what a picture can show.
    pub curve: Vec<(Micros, Decimal)>,
    /// Its months from the first with a trade to the last, oldest first.
    pub months: Vec<Range>,
}

/// A strategy with both its records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The strategy.
    pub strategy: Strategy,
    /// What it would have made over the stored candles.
    pub backtest: Record,
    /// What its signals came to.
    pub live: Record,
}

/// One trade of a strategy's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trade {
    /// Bought or sold.
    pub side: Side,
    /// When it was entered.
    pub entered_at: Micros,
    /// At what price.
    pub entry_price: Decimal,
    /// Where it would be stopped out.
    pub stop: Option<Decimal>,
    /// When it ended; none while it stands.
    pub exited_at: Option<Micros>,
    /// At what average price.
    pub exit_price: Option<Decimal>,
    /// How.
    pub exit: Option<Exit>,
    /// Profit in percent of its worth at entry, costs taken off.
    pub profit_percent: Option<Decimal>,
}

/// What records reckon with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Costs {
    /// Fee of each fill, in percent.
    pub fee_percent: Decimal,
    /// How much worse than the price each fill is, in percent.
    pub slippage_percent: Decimal,
    /// What a long pays every eight hours, in percent.
    pub funding_percent: Decimal,
}

/// A strategy as its operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operated {
    /// As anyone sees it.
    pub strategy: Strategy,
    /// How it decides, as JSON.
    pub definition: Option<String>,
    /// It has a hook; its token is known to nobody but whoever noted it.
    pub hook: bool,
    /// Accounts that follow it, paused ones included.
    pub followers: i64,
}

/// A signal as its operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Its id.
    pub id: SignalId,
    /// Whose.
    pub strategy_id: StrategyId,
    /// Its name.
    pub strategy_name: String,
    /// Who decided.
    pub source: Source,
    /// Enter or leave.
    pub action: Action,
    /// Which way; none for leaving.
    pub side: Option<Side>,
    /// The price it was decided at, where it was told.
    pub price: Option<Decimal>,
    /// Where to be stopped out; none for leaving.
    pub stop: Option<Decimal>,
    /// Where to take profits.
    pub targets: Vec<Decimal>,
    /// The outside brain's own id for it.
    pub external_id: Option<String>,
    /// The bar whose close decided it.
    pub bar_at: Option<Micros>,
    /// When it was accepted.
    pub at: Micros,
    /// When every follower had a copy.
    pub fanned_out_at: Option<Micros>,
    /// How many copies stand where, and why.
    pub copies: Vec<Count>,
}

/// How many copies of a signal stand somewhere for some reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Where.
    pub status: copy::Status,
    /// Why.
    pub reason: Option<copy::Reason>,
    /// How many.
    pub copies: i64,
}
