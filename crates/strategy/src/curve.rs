//! The equity curve of compounding trades.

use crate::Ratio;

/// Current equity, its peak, and the max drawdown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Curve {
    now: i128,
    peak: i128,
    draw_down: Ratio,
}

impl Curve {
    pub(crate) const fn new(start: i128) -> Self {
        Self { now: start, peak: start, draw_down: Ratio::ZERO }
    }

    pub(crate) const fn now(&self) -> i128 {
        self.now
    }

    pub(crate) const fn draw_down(&self) -> Ratio {
        self.draw_down
    }

    /// Applies a trade that invests the whole equity. Returns the amount gained or lost.
    pub(crate) fn take(&mut self, profit: Ratio) -> i128 {
        let gain = profit.share(self.now);
        self.now = self.now.saturating_add(gain);
        self.peak = self.peak.max(self.now);
        self.fell_to(self.now);
        gain
    }

    /// Records an unrealized loss for the drawdown.
    pub(crate) fn dip(&mut self, loss: Ratio) {
        self.fell_to(self.now.saturating_add(loss.share(self.now)));
    }

    fn fell_to(&mut self, equity: i128) {
        self.draw_down = self.draw_down.max(Ratio::of(self.peak - equity, self.peak));
    }
}
