//! A strategy with its own position: what runs live, and what a backtest runs.

use super::{Costs, Position, Reason, Trade};
use crate::{Bar, Decision, Definition, Evaluator, Ticks, validate::Problem};
use domain::PositionSide;

/// Feeds bars to an [`Evaluator`] and keeps the position that its decisions make.
///
/// Live: feed it the stored history once at start, then each bar as it closes. What [`Self::step`] returns is the signal
/// of that bar; what it adds to `closed` are outcomes.
#[derive(Clone, Debug)]
pub struct Runner {
    evaluator: Evaluator,
    terms: (Ticks, Costs),
    pending: Option<Decision>,
    position: Option<Position>,
    missed: usize,
}

impl Runner {
    /// Without a position.
    ///
    /// # Errors
    /// What [`Definition::validate`] finds.
    pub fn new(definition: &Definition, ticks: Ticks, costs: Costs) -> Result<Self, Vec<Problem>> {
        let evaluator = Evaluator::new(definition, ticks)?;
        Ok(Self { evaluator, terms: (ticks, costs), pending: None, position: None, missed: 0 })
    }

    /// Takes a closed bar: the decision of the bar before trades at its open, stop and targets meet its prices, and its
    /// close may make the next decision.
    #[inline]
    pub fn step(&mut self, bar: &Bar, closed: &mut Vec<Trade>) -> Option<&Decision> {
        if let Some(decision) = self.pending.take() {
            self.trade(decision, bar, closed);
        }
        if let Some(position) = &mut self.position {
            if let Some(trade) = position.meet(bar, self.terms) {
                closed.push(trade);
                self.position = None;
            }
        }
        let held = self.position.as_ref().map(|position| position.side);
        self.pending = self.evaluator.step(bar, held);
        self.pending.as_ref()
    }

    /// Closes what is open at the close of the last bar.
    pub fn finish(&mut self, last: &Bar, closed: &mut Vec<Trade>) {
        if let Some(mut position) = self.position.take() {
            closed.push(position.close(last.at, last.close, Reason::End, self.terms));
        }
    }

    /// The position that the strategy has by its own signals.
    #[must_use]
    pub const fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// The side of that position.
    #[must_use]
    pub fn held(&self) -> Option<PositionSide> {
        self.position.as_ref().map(|position| position.side)
    }

    /// Entries that were not taken, because stop or target was already behind the opening price.
    #[must_use]
    pub const fn missed(&self) -> usize {
        self.missed
    }

    /// Whether it has seen enough bars to decide.
    #[must_use]
    pub const fn seen(&self) -> usize {
        self.evaluator.seen()
    }

    #[inline(never)]
    fn trade(&mut self, decision: Decision, bar: &Bar, closed: &mut Vec<Trade>) {
        if let Some(mut position) = self.position.take() {
            closed.push(position.close(bar.at, bar.open, Reason::Signal, self.terms));
        }
        if let Decision::Enter { side, stop, targets } = decision {
            self.position = Position::open(bar, side, stop, targets, self.terms);
            self.missed += usize::from(self.position.is_none());
        }
    }
}
