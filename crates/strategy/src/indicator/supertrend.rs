//! Supertrend.

use super::{Atr, Sight};

/// Bands at (high + low) / 2 plus and minus a multiple of the ATR. A band only moves towards the price until
/// the previous close was beyond it. The line is the lower band in an uptrend and the upper band in a
/// downtrend; a close beyond the line reverses the trend. It starts as a downtrend, as in charting programs.
#[derive(Clone, Debug)]
pub(crate) struct Supertrend {
    atr: Atr,
    multiple: f64,
    /// Upper band, lower band and close of the previous bar.
    before: Option<(f64, f64, f64)>,
    rising: bool,
}

impl Supertrend {
    pub(crate) fn new(length: u32, multiple: f64) -> Self {
        Self { atr: Atr::new(length), multiple, before: None, rising: false }
    }

    pub(crate) fn next(&mut self, bar: &Sight) -> f64 {
        let reach = self.multiple * self.atr.next(bar);
        if reach.is_nan() {
            return f64::NAN;
        }
        let middle = f64::midpoint(bar.high, bar.low);
        let (mut upper, mut lower) = (middle + reach, middle - reach);
        if let Some((above, below, close)) = self.before {
            if upper >= above && close <= above {
                upper = above;
            }
            if lower <= below && close >= below {
                lower = below;
            }
            self.rising = if self.rising { bar.close >= lower } else { bar.close > upper };
        }
        self.before = Some((upper, lower, bar.close));
        if self.rising { lower } else { upper }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed manually with length 1 and multiple 1: the ATR is the bar's own true range.
    #[test]
    fn follows_manually_computed_bands() {
        // high, low, close -> true range, line
        let rows = [
            (11.0, 9.0, 10.0, 12.0),   // range 2: bands 12 and 8; starts as a downtrend
            (12.0, 10.0, 11.5, 12.0),  // bands 13 and 9: the upper stays at 12, the lower rises to 9
            (14.0, 11.0, 13.5, 9.5),   // range 3: upper stays 12, close above it: uptrend; lower 12.5 - 3
            (14.5, 13.0, 14.0, 12.25), // range 1.5: middle 13.75, lower 12.25
            (14.0, 12.5, 13.0, 12.25), // range 1.5: lower 11.75, stays at 12.25
            (13.0, 11.0, 11.5, 14.0),  // range 2: the close is below 12.25: downtrend; upper 12 + 2
            (11.8, 11.2, 11.4, 12.1),  // range 0.6: upper 11.5 + 0.6
        ];
        let mut supertrend = Supertrend::new(1, 1.0);
        for (number, (high, low, close, line)) in rows.into_iter().enumerate() {
            let given = supertrend.next(&Sight { open: close, high, low, close, volume: 1.0 });
            assert!((given - line).abs() < 1e-9, "row {number}: {given}, not {line}");
        }
    }
}
