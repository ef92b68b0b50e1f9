//! The simulated position that results from decisions, independent of their source.

use super::{Costs, Position, Trade};
use crate::{Bar, Decision, Price, Ticks};
use domain::{Micros, PositionSide, strategy::Exit};

/// Executes decisions bar by bar: those of a [`super::Runner`], or those signalled by an external source.
/// Both kinds of track record therefore follow the same rules.
#[derive(Clone, Debug)]
pub struct Book {
    terms: (Ticks, Costs),
    pending: Option<Decision>,
    position: Option<Position>,
    missed: usize,
}

impl Book {
    /// Creates a book without a position.
    #[must_use]
    pub const fn new(ticks: Ticks, costs: Costs) -> Self {
        Self { terms: (ticks, costs), pending: None, position: None, missed: 0 }
    }

    /// Sets the decision to trade at the next bar's open, replacing one that has not been traded yet.
    #[inline]
    pub fn decided(&mut self, decision: Option<Decision>) -> Option<&Decision> {
        self.pending = decision;
        self.pending.as_ref()
    }

    /// Processes a closed bar: the pending decision trades at its open, then stop and targets are checked
    /// against its prices.
    #[inline]
    pub fn step(&mut self, bar: &Bar, closed: &mut Vec<Trade>) {
        if let Some(decision) = self.pending.take() {
            self.trade(decision, bar, closed);
        }
        let ended = self.position.as_mut().and_then(|position| position.meet(bar, self.terms));
        if let Some(trade) = ended {
            closed.push(trade);
            self.position = None;
        }
    }

    /// Executes a decision at a time and price between two bars' opens, as external signals do, with the same
    /// costs.
    pub fn fill(&mut self, decision: Decision, at: Micros, price: Price, closed: &mut Vec<Trade>) {
        self.trade(decision, &Bar::between(at, price, price), closed);
    }

    /// Closes the open position at the close of the last bar.
    pub fn finish(&mut self, last: &Bar, closed: &mut Vec<Trade>) {
        if let Some(mut position) = self.position.take() {
            closed.push(position.close(last.at, last.close, Exit::End, self.terms));
        }
    }

    /// The open position.
    #[must_use]
    pub const fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// The side of the open position.
    #[must_use]
    #[inline]
    pub fn held(&self) -> Option<PositionSide> {
        self.position.as_ref().map(|position| position.side)
    }

    /// The number of entries not taken because the stop or a target was already behind the opening price.
    #[must_use]
    pub const fn missed(&self) -> usize {
        self.missed
    }

    #[inline(never)]
    fn trade(&mut self, decision: Decision, bar: &Bar, closed: &mut Vec<Trade>) {
        if let Some(mut position) = self.position.take() {
            closed.push(position.close(bar.at, bar.open, Exit::Signal, self.terms));
        }
        if let Decision::Enter { side, stop, targets } = decision {
            self.position = Position::open(bar, side, stop, targets, self.terms);
            self.missed += usize::from(self.position.is_none());
        }
    }
}
