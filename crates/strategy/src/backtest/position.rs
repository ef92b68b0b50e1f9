//! A strategy's own position, and the trade that it becomes.

use super::Costs;
use crate::{Bar, Price, Ratio, Ticks, evaluator::beyond};
use domain::{Micros, PositionSide, strategy::Exit, time::HOUR};

/// Between two fundings.
const FUNDING: i64 = 8 * HOUR;

/// A position that was opened and closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trade {
    /// Which way.
    pub side: PositionSide,
    /// The start of the bar in which it was opened, or the moment of a signal from outside.
    pub entered_at: Micros,
    /// At what price, slippage included.
    pub entry: Price,
    /// Where it would have been given up.
    pub stop: Option<Price>,
    /// The start of the bar in which the last of it was closed, or the moment of a signal from outside.
    pub exited_at: Micros,
    /// At what price; the mean when shares of it were taken at targets.
    pub exit: Price,
    /// Why the last of it was closed.
    pub reason: Exit,
    /// What the fees took, as a share of its cost.
    pub fee: Ratio,
    /// What the funding took, as a share of its cost; negative when it was received.
    pub funding: Ratio,
    /// What it came to, as a share of its cost.
    pub profit: Ratio,
    /// The worst price that it saw.
    pub worst: Price,
}

impl Trade {
    /// The deepest open loss, as a share of its cost, costs left aside; zero when there was none.
    pub(crate) fn worst(&self) -> Ratio {
        gain(self.side, i128::from(self.worst.units()), i128::from(self.entry.units()))
            .min(Ratio::ZERO)
            .max(Ratio::LOST)
    }
}

/// An open position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Which way.
    pub side: PositionSide,
    /// The start of the bar in which it was opened, or the moment of a signal from outside.
    pub entered_at: Micros,
    /// At what price.
    pub entry: Price,
    /// Where it is given up.
    pub stop: Option<Price>,
    /// Where its shares are taken, nearest first.
    pub targets: Vec<Price>,
    taken: Taken,
    worst: Price,
}

/// What has been closed of a position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Taken {
    shares: usize,
    /// Exit prices, summed over shares.
    prices: i128,
    /// Fundings paid, summed over shares.
    fundings: i128,
}

impl Position {
    /// Opened at a bar's open. `None` when its stop or a target is already behind that price.
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

    /// What a bar does to it. The stop comes first; the targets count only in a bar that left it alone.
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

    /// Closes what is left.
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

/// What a position gains when what cost `cost` is worth `worth`, as a share of the cost.
fn gain(side: PositionSide, worth: i128, cost: i128) -> Ratio {
    Ratio::of(if side == PositionSide::Long { worth - cost } else { cost - worth }, cost)
}

trait RoundedUp {
    fn rounded_up(self, by: Self) -> Self;
}

impl RoundedUp for i128 {
    /// Rounded up: costs are never less than they are.
    fn rounded_up(self, by: Self) -> Self {
        -(-self).div_euclid(by)
    }
}
