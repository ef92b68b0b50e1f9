//! A strategy's simulated position, and the trade it becomes when closed.

use super::Costs;
use crate::{Bar, Price, Ratio, Ticks, evaluator::beyond, performance::TradeResult};
use domain::{Micros, PositionSide, strategy::Exit, time::HOUR};

/// The interval of funding.
const FUNDING: i64 = 8 * HOUR;

/// A closed position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trade {
    /// Long or short.
    pub side: PositionSide,
    /// The start of the bar in which it was opened, or the time of an external signal.
    pub entered_at: Micros,
    /// Entry price, including slippage.
    pub entry: Price,
    /// The stop price.
    pub stop: Option<Price>,
    /// The start of the bar in which it was finally closed, or the time of an external signal.
    pub exited_at: Micros,
    /// Exit price; the mean if parts were closed at targets.
    pub exit: Price,
    /// The reason for the final exit.
    pub reason: Exit,
    /// Total fees, relative to the cost.
    pub fee: Ratio,
    /// Total funding paid, relative to the cost; negative if received.
    pub funding: Ratio,
    /// Net profit, relative to the cost.
    pub profit: Ratio,
    /// The worst price reached.
    pub worst: Price,
}

impl From<&Trade> for TradeResult {
    fn from(trade: &Trade) -> Self {
        let Trade { entered_at, exited_at, side, profit, .. } = *trade;
        Self { entered_at, exited_at, side, profit }
    }
}

impl Trade {
    /// The largest unrealized loss relative to the cost, excluding costs; zero if there was none.
    pub(crate) fn worst(&self) -> Ratio {
        gain(self.side, i128::from(self.worst.units()), i128::from(self.entry.units()))
            .min(Ratio::ZERO)
            .max(Ratio::LOST)
    }
}

/// An open position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Long or short.
    pub side: PositionSide,
    /// The start of the bar in which it was opened, or the time of an external signal.
    pub entered_at: Micros,
    /// Entry price.
    pub entry: Price,
    /// The stop price.
    pub stop: Option<Price>,
    /// The target prices, nearest first.
    pub targets: Vec<Price>,
    taken: Taken,
    worst: Price,
}

/// The parts of a position that have been closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Taken {
    shares: usize,
    /// Sum of the exit prices over the closed shares.
    prices: i128,
    /// Sum of the fundings over the closed shares.
    fundings: i128,
}

impl Position {
    /// Opens a position at a bar's open. `None` if its stop or a target is already behind that price.
    pub(super) fn open(
        bar: &Bar,
        side: PositionSide,
        stop: Option<Price>,
        targets: Vec<Price>,
        (ticks, costs): (Ticks, Costs),
    ) -> Option<Self> {
        let stopped = stop.is_some_and(|stop| !beyond(bar.open, stop, side));
        let gone = targets.first().is_some_and(|&target| !beyond(target, bar.open, side));
        if stopped || gone {
            return None;
        }
        let entry = ticks.slipped(bar.open, costs.slippage, side == PositionSide::Long);
        let taken = Taken::default();
        Some(Self { side, entered_at: bar.at, entry, stop, targets, taken, worst: bar.open })
    }

    /// Checks stop and targets against a bar. The stop comes first; targets count only in a bar that did not
    /// touch it.
    #[inline]
    pub(super) fn meet(&mut self, bar: &Bar, (ticks, costs): (Ticks, Costs)) -> Option<Trade> {
        let (against, favour) = match self.side {
            PositionSide::Long => (bar.low, bar.high),
            PositionSide::Short => (bar.high, bar.low),
        };
        if let Some(stop) = self.stop.filter(|&stop| !beyond(against, stop, self.side)) {
            let fill = if beyond(bar.open, stop, self.side) { stop } else { bar.open };
            return Some(self.close(bar.at, fill, Exit::Stop, (ticks, costs)));
        }
        self.saw(against);
        while let Some(&target) = self.targets.get(self.taken.shares) {
            if beyond(target, favour, self.side) {
                break;
            }
            let fill = if beyond(bar.open, target, self.side) { bar.open } else { target };
            if self.taken.shares + 1 == self.targets.len() {
                return Some(self.close(bar.at, fill, Exit::Target, (ticks, costs)));
            }
            self.part(bar.at, fill, 1, (ticks, costs));
        }
        None
    }

    /// Closes the remaining part.
    pub(super) fn close(
        &mut self,
        at: Micros,
        price: Price,
        reason: Exit,
        (ticks, costs): (Ticks, Costs),
    ) -> Trade {
        self.saw(price);
        let shares = self.targets.len().max(1);
        self.part(at, price, shares - self.taken.shares, (ticks, costs));
        let (count, entry) = (shares as i128, i128::from(self.entry.units()));
        let cost = count * entry;
        let fee = Ratio::clamp((i128::from(costs.fee.parts()) * (cost + self.taken.prices)).rounded_up(cost));
        let paid = i128::from(costs.funding.parts()) * self.taken.fundings;
        let paid = if self.side == PositionSide::Long { paid } else { -paid };
        let funding = Ratio::clamp(paid.rounded_up(count));
        let gross = gain(self.side, self.taken.prices, cost);
        let net = i128::from(gross.parts()) - i128::from(fee.parts()) - i128::from(funding.parts());
        Trade {
            side: self.side,
            entered_at: self.entered_at,
            entry: self.entry,
            stop: self.stop,
            exited_at: at,
            exit: Price::mean(self.taken.prices, count).unwrap_or(price),
            reason,
            fee,
            funding,
            profit: Ratio::clamp(net).max(Ratio::LOST),
            worst: self.worst,
        }
    }

    fn part(&mut self, at: Micros, price: Price, shares: usize, (ticks, costs): (Ticks, Costs)) {
        let fill = ticks.slipped(price, costs.slippage, self.side == PositionSide::Short);
        let fundings = at.0.div_euclid(FUNDING) - self.entered_at.0.div_euclid(FUNDING);
        self.taken.shares += shares;
        self.taken.prices += i128::from(fill.units()) * shares as i128;
        self.taken.fundings += i128::from(fundings) * shares as i128;
    }

    #[inline]
    fn saw(&mut self, price: Price) {
        if beyond(self.worst, price, self.side) {
            self.worst = price;
        }
    }
}

/// The gain of a position with this cost and exit value, relative to the cost.
fn gain(side: PositionSide, worth: i128, cost: i128) -> Ratio {
    Ratio::of(if side == PositionSide::Long { worth - cost } else { cost - worth }, cost)
}

trait RoundedUp {
    fn rounded_up(self, by: Self) -> Self;
}

impl RoundedUp for i128 {
    /// Division rounded up, so that costs are never understated.
    fn rounded_up(self, by: Self) -> Self {
        -(-self).div_euclid(by)
    }
}
