//! A strategy with its own position, used both live and in backtests.

use super::{Book, Costs, Position, Trade};
use crate::{Bar, Decision, Definition, Evaluator, Ticks, validate::DefinitionProblem};
use domain::PositionSide;

/// Feeds bars to an [`Evaluator`] and maintains the position that results from its decisions.
///
/// Live use: feed it the stored history once at start, then each bar as it closes. The return value of
/// [`Self::step`] is the signal of that bar; what it adds to `closed` are outcomes.
#[derive(Clone, Debug)]
pub struct Runner {
    evaluator: Evaluator,
    book: Book,
}

impl Runner {
    /// Creates a runner without a position.
    ///
    /// # Errors
    /// The problems found by [`Definition::validate`].
    pub fn new(definition: &Definition, ticks: Ticks, costs: Costs) -> Result<Self, Vec<DefinitionProblem>> {
        Ok(Self { evaluator: Evaluator::new(definition, ticks)?, book: Book::new(ticks, costs) })
    }

    /// Processes a closed bar: the previous bar's decision trades at its open, stop and targets are checked
    /// against its prices, and its close may produce the next decision.
    #[inline]
    pub fn step(&mut self, bar: &Bar, closed: &mut Vec<Trade>) -> Option<&Decision> {
        self.book.step(bar, closed);
        self.book.decided(self.evaluator.step(bar, self.book.held()))
    }

    /// Closes the open position at the close of the last bar.
    pub fn finish(&mut self, last: &Bar, closed: &mut Vec<Trade>) {
        self.book.finish(last, closed);
    }

    /// The position that results from the strategy's own signals.
    #[must_use]
    pub const fn position(&self) -> Option<&Position> {
        self.book.position()
    }

    /// The side of that position.
    #[must_use]
    pub fn held(&self) -> Option<PositionSide> {
        self.book.held()
    }

    /// The number of entries not taken because the stop or a target was already behind the opening price.
    #[must_use]
    pub const fn missed(&self) -> usize {
        self.book.missed()
    }

    /// The number of bars processed.
    #[must_use]
    pub const fn seen(&self) -> usize {
        self.evaluator.seen()
    }
}
