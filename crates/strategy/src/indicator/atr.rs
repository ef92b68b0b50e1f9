//! Wilder's average true range.

use super::{Sight, Wilder};

/// The true range is high minus low, extended to the previous close; the first one is high minus low.
#[derive(Clone, Debug)]
pub(crate) struct Atr {
    close: Option<f64>,
    smooth: Wilder,
}

impl Atr {
    pub(crate) fn new(length: u32) -> Self {
        Self { close: None, smooth: Wilder::new(length) }
    }

    pub(crate) fn next(&mut self, bar: &Sight) -> f64 {
        let before = self.close.replace(bar.close);
        let range = before.map_or(bar.high - bar.low, |close| bar.high.max(close) - bar.low.min(close));
        self.smooth.next(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::published;

    #[test]
    fn agrees_with_the_published_table() {
        let mut atr = Atr::new(14);
        let given: Vec<_> = published::atr_bars().map(|bar| atr.next(&bar)).collect();
        assert!(given[..13].iter().all(|v| v.is_nan()));
        published::assert_rounded(&given[13..], &published::ATR_14);
    }
}
