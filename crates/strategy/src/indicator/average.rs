//! Moving averages.

/// Exponential moving average: alpha = 2 / (length + 1); the first value is the first average.
#[derive(Clone, Debug)]
pub(crate) struct Ema {
    alpha: f64,
    value: Option<f64>,
}

impl Ema {
    pub(crate) fn new(length: u32) -> Self {
        Self { alpha: 2.0 / (f64::from(length) + 1.0), value: None }
    }

    #[inline]
    pub(crate) fn next(&mut self, x: f64) -> f64 {
        let value = self.value.map_or(x, |before| self.alpha * x + (1.0 - self.alpha) * before);
        self.value = Some(value);
        value
    }
}

/// Simple moving average: the mean of the last `length` values.
#[derive(Clone, Debug)]
pub(crate) struct Sma {
    ring: Box<[f64]>,
    place: usize,
    full: bool,
    sum: f64,
}

impl Sma {
    pub(crate) fn new(length: u32) -> Self {
        let ring = vec![0.0; (length as usize).max(1)].into_boxed_slice();
        Self { ring, place: 0, full: false, sum: 0.0 }
    }

    pub(crate) fn next(&mut self, x: f64) -> f64 {
        if let Some(oldest) = self.ring.get_mut(self.place) {
            self.sum += x - *oldest;
            *oldest = x;
        }
        self.place += 1;
        if self.place == self.ring.len() {
            self.place = 0;
            self.full = true;
            // Recomputed once per cycle, because otherwise the rounding errors of a running sum accumulate.
            self.sum = self.ring.iter().sum();
        }
        if self.full { self.sum / self.ring.len() as f64 } else { f64::NAN }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_ema_begins_with_the_first_value() {
        // alpha = 1/2: each average is half-way between the previous average and the new value.
        let mut ema = Ema::new(3);
        let averages = [2.0, 4.0, 8.0, 1.0].map(|x| ema.next(x));
        assert_eq!(averages, [2.0, 3.0, 5.5, 3.25]);
    }

    /// The 12 and 26 days of the MACD on a straight line: an EMA lags it by (length - 1) / 2 bars.
    #[test]
    fn an_ema_lags_a_straight_line_by_half_its_length() {
        for length in [12, 26] {
            let mut ema = Ema::new(length);
            let last = (0..2_000).map(|bar| ema.next(f64::from(bar))).last().unwrap();
            assert!((last - (1_999.0 - (f64::from(length) - 1.0) / 2.0)).abs() < 1e-9, "{length}: {last}");
        }
    }

    proptest! {
        #[test]
        fn an_sma_is_the_mean_of_the_last_values(
            values in prop::collection::vec(0.01_f64..1e6, 1..200), length in 1_u32..40,
        ) {
            let mut sma = Sma::new(length);
            for (number, &x) in values.iter().enumerate() {
                let given = sma.next(x);
                let length = length as usize;
                if number + 1 < length {
                    prop_assert!(given.is_nan());
                } else {
                    let window = &values[number + 1 - length..=number];
                    let mean = window.iter().sum::<f64>() / length as f64;
                    prop_assert!((given - mean).abs() <= mean * 1e-9, "{given} {mean}");
                }
            }
        }
    }
}
