//! Backtests: the trades a strategy would have made, and their results.

mod book;
mod costs;
mod position;
mod runner;

pub use book::Book;
pub use costs::{CostProblem, Costs};
pub use position::{Position, Trade};
pub use runner::Runner;

use crate::{
    Decision, Definition, Price, Ratio, Series, Ticks,
    curve::Curve,
    performance::{self, TradeResult},
    validate::DefinitionProblem,
};
use domain::{Decimal, Micros, strategy::Figures};

/// The outcome of a backtest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// All trades, in the order of their exits.
    pub trades: Vec<Trade>,
    /// Equity after each trade, starting with the initial equity.
    pub equity: Vec<Point>,
    /// The figures as shown in the API.
    pub figures: Figures,
    /// Gains divided by losses, in money; `None` without a loss.
    pub profit_factor: Option<Decimal>,
    /// Like the figures' max drawdown, but each trade is also measured at its worst price.
    pub worst_draw_down: Ratio,
    /// The number of bars processed.
    pub bars: usize,
    /// The number of entries not taken because the stop or a target was already behind the opening price.
    pub missed: usize,
}

/// A point of the equity curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// Time of the point.
    pub at: Micros,
    /// The equity in 10^-8 quote units.
    pub equity: i64,
}

/// Runs a definition over bars. A position still open at the last bar is closed at its close.
///
/// # Errors
/// The problems found by [`Definition::validate`].
pub fn run(
    definition: &Definition,
    ticks: Ticks,
    costs: Costs,
    start: Price,
    series: &Series,
) -> Result<Report, Vec<DefinitionProblem>> {
    let mut runner = Runner::new(definition, ticks, costs)?;
    let mut trades = Vec::new();
    for bar in series.bars() {
        runner.step(&bar, &mut trades);
    }
    if let Some(last) = series.bars().next_back() {
        runner.finish(&last, &mut trades);
    }
    let from = series.bars().next().map_or(Micros(0), |bar| bar.at);
    Ok(report(trades, from, start, series.len(), runner.missed()))
}

/// Returns every decision with the opening time of its bar, which is what a live strategy would have
/// signalled over these bars.
///
/// # Errors
/// The problems found by [`Definition::validate`].
pub fn signals(
    definition: &Definition,
    ticks: Ticks,
    costs: Costs,
    series: &Series,
) -> Result<Vec<(Micros, Decision)>, Vec<DefinitionProblem>> {
    let mut runner = Runner::new(definition, ticks, costs)?;
    let mut closed = Vec::new();
    let step = |bar: crate::Bar| runner.step(&bar, &mut closed).map(|decision| (bar.at, decision.clone()));
    Ok(series.bars().filter_map(step).collect())
}

fn report(trades: Vec<Trade>, from: Micros, start: Price, bars: usize, missed: usize) -> Report {
    let mut curve = Curve::new(i128::from(start.units()));
    let mut worst = Curve::new(i128::from(start.units()));
    let mut equity = Vec::with_capacity(trades.len() + 1);
    equity.push(Point { at: from, equity: start.units() });
    let (mut gains, mut losses) = (0_i128, 0_i128);
    for trade in &trades {
        worst.dip(trade.worst());
        worst.take(trade.profit);
        let profit = curve.take(trade.profit);
        *(if profit > 0 { &mut gains } else { &mut losses }) += profit.abs();
        equity.push(Point { at: trade.exited_at, equity: i64::try_from(curve.now()).unwrap_or(i64::MAX) });
    }
    let profit_factor = performance::quotient(gains, losses);
    let figures = performance::total(&trades.iter().map(TradeResult::from).collect::<Vec<_>>());
    Report { trades, equity, figures, profit_factor, worst_draw_down: worst.draw_down(), bars, missed }
}
