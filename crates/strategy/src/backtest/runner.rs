//! A strategy with its own position: what runs live, and what a backtest runs.

use super::{Book, Costs, Position, Trade};
use crate::{Bar, Decision, Definition, Evaluator, Ticks, validate::Problem};
use domain::PositionSide;

/// Feeds bars to an [`Evaluator`] and keeps the position that its decisions make.
///
/// Live: feed it the stored history once at start, then each bar as it closes. What [`Self::step`] returns is the signal
/// of that bar; what it adds to `closed` are outcomes.
#[derive(Clone, Debug)]
pub struct Runner {
    evaluator: Evaluator,
    book: Book,
}

impl Runner {
    /// Without a position.
    ///
    /// # Errors
    /// What [`Definition::validate`] finds.
    pub fn new(definition: &Definition, ticks: Ticks, costs: Costs) -> Result<Self, Vec<Problem>> {
        Ok(Self { evaluator: Evaluator::new(definition, ticks)?, book: Book::new(ticks, costs) })
    }

    /// Takes a closed bar: the decision of the bar before trades at its open, stop and targets meet its prices, and its
    /// close may make the next decision.
    #[inline]
    pub fn step(&mut self, bar: &Bar, closed: &mut Vec<Trade>) -> Option<&Decision> {
        self.book.step(bar, closed);
        self.book.decided(self.evaluator.step(bar, self.book.held()))
    }

    /// Closes what is open at the close of the last bar.
    pub fn finish(&mut self, last: &Bar, closed: &mut Vec<Trade>) {
        self.book.finish(last, closed);
    }

    /// The position that the strategy has by its own signals.
    #[must_use]
    pub const fn position(&self) -> Option<&Position> {
        self.book.position()
    }

    /// The side of that position.
    #[must_use]
    pub fn held(&self) -> Option<PositionSide> {
        self.book.held()
    }

    /// Entries that were not taken, because stop or target was already behind the opening price.
    #[must_use]
    pub const fn missed(&self) -> usize {
        self.book.missed()
    }

    /// How many bars it has seen.
    #[must_use]
    pub const fn seen(&self) -> usize {
        self.evaluator.seen()
    }
}
