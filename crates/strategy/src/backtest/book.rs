//! The position that decisions make, whoever decides.

use super::{Costs, Position, Trade};
use crate::{Bar, Decision, Price, Ticks};
use domain::{Micros, PositionSide, strategy::Exit};

/// Trades decisions bar by bar: a [`super::Runner`]'s, or those that an outside brain signalled. Both kinds of records
/// are therefore kept by the same rules.
#[derive(Clone, Debug)]
pub struct Book {
    terms: (Ticks, Costs),
    pending: Option<Decision>,
    position: Option<Position>,
    missed: usize,
}

impl Book {
    /// Without a position.
    #[must_use]
    pub const fn new(ticks: Ticks, costs: Costs) -> Self {
        Self { terms: (ticks, costs), pending: None, position: None, missed: 0 }
    }

    /// Notes what is to be traded at the next bar's open; it takes the place of what was noted and not traded yet.
    #[inline]
    pub fn decided(&mut self, decision: Option<Decision>) -> Option<&Decision> {
        self.pending = decision;
        self.pending.as_ref()
    }

    /// Takes a closed bar: what was decided before it trades at its open, then stop and targets meet its prices.
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

    /// Trades at a moment and a price between two bars' opens, as a signal from outside is: at the same costs.
    pub fn fill(&mut self, decision: Decision, at: Micros, price: Price, closed: &mut Vec<Trade>) {
        self.trade(decision, &Bar::between(at, price, price), closed);
    }

    /// Closes what is open at the close of the last bar.
    pub fn finish(&mut self, last: &Bar, closed: &mut Vec<Trade>) {
        if let Some(mut position) = self.position.take() {
            closed.push(position.close(last.at, last.close, Exit::End, self.terms));
        }
    }

    /// The position that stands.
    #[must_use]
    pub const fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// Its side.
    #[must_use]
    #[inline]
    pub fn held(&self) -> Option<PositionSide> {
        self.position.as_ref().map(|position| position.side)
    }

    /// Entries that were not taken, because stop or target was already behind the opening price.
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
