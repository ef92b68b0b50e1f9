//! What a strategy would have done, and what that would have come to.

mod book;
mod costs;
mod curve;
mod position;
mod runner;

pub use book::Book;
pub use costs::{CostProblem, Costs};
pub(crate) use curve::Curve;
pub use position::{Position, Trade};
pub use runner::Runner;

use crate::{
    Decision, Definition, Price, Ratio, Series, Ticks,
    performance::{self, Outcome},
    validate::Problem,
};
use domain::{Decimal, Micros, strategy::Figures};

/// The outcome of a backtest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Every trade, in the order of their exits.
    pub trades: Vec<Trade>,
    /// Equity after each trade, beginning with what there was.
    pub equity: Vec<Point>,
    /// All of it in the figures of the documents.
    pub figures: Figures,
    /// Gains over losses, in money; none without a loss.
    pub profit_factor: Option<Decimal>,
    /// As the figures' draw-down, but each trade also measured at the worst price that it saw.
    pub worst_draw_down: Ratio,
    /// Bars seen.
    pub bars: usize,
    /// Entries that were not taken, because stop or target was already behind the opening price.
    pub missed: usize,
}

/// Equity at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// When.
    pub at: Micros,
    /// How much, in 10^-8 quote units.
    pub equity: i64,
}

/// Runs a definition over bars; what is still open at the last one is closed at its close.
///
/// # Errors
/// What [`Definition::validate`] finds.
pub fn run(
    definition: &Definition,
    ticks: Ticks,
    costs: Costs,
    start: Price,
    series: &Series,
) -> Result<Report, Vec<Problem>> {
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

/// Every decision, with the bar that made it: what a live strategy would have signalled over these bars.
///
/// # Errors
/// What [`Definition::validate`] finds.
pub fn signals(
    definition: &Definition,
    ticks: Ticks,
    costs: Costs,
    series: &Series,
) -> Result<Vec<(Micros, Decision)>, Vec<Problem>> {
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
    let figures = performance::total(&trades.iter().map(Outcome::from).collect::<Vec<_>>());
    Report { trades, equity, figures, profit_factor, worst_draw_down: worst.draw_down(), bars, missed }
}
