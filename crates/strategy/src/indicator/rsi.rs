//! Wilder's relative strength index.

use super::Wilder;

/// 100 x average gain / (average gain + average loss); 50 if there was no change at all.
#[derive(Clone, Debug)]
pub(crate) struct Rsi {
    before: Option<f64>,
    gain: Wilder,
    loss: Wilder,
}

impl Rsi {
    pub(crate) fn new(length: u32) -> Self {
        Self { before: None, gain: Wilder::new(length), loss: Wilder::new(length) }
    }

    pub(crate) fn next(&mut self, x: f64) -> f64 {
        let Some(before) = self.before.replace(x) else { return f64::NAN };
        let change = x - before;
        let gain = self.gain.next(change.max(0.0));
        let loss = self.loss.next((-change).max(0.0));
        let both = gain + loss;
        if both == 0.0 { 50.0 } else { 100.0 * gain / both }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::published;

    #[test]
    fn agrees_with_the_published_table() {
        let mut rsi = Rsi::new(14);
        let given: Vec<_> = published::RSI_CLOSES.iter().map(|&close| rsi.next(close)).collect();
        assert!(given[..14].iter().all(|v| v.is_nan()));
        published::assert_rounded(&given[14..], &published::RSI_14);
    }

    #[test]
    fn has_its_ends_and_its_middle() {
        let last = |values: [f64; 4]| {
            let mut rsi = Rsi::new(3);
            values.map(|x| rsi.next(x))[3]
        };
        assert_eq!(last([1.0, 2.0, 3.0, 4.0]), 100.0);
        assert_eq!(last([4.0, 3.0, 2.0, 1.0]), 0.0);
        assert_eq!(last([1.0, 1.0, 1.0, 1.0]), 50.0);
    }
}
