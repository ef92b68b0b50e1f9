//! Published tables of indicator values, for tests. Source: ChartSchool at StockCharts, "Relative Strength
//! Index" and "Average True Range", both after Wilder's book of 1978, with 14 periods.

use super::Sight;

/// Closes of the RSI table.
pub(crate) const RSI_CLOSES: [f64; 33] = [
    44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931,
    46.0328, 45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521,
    45.7137, 46.4515, 45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314,
];

/// RSI of that table, from the 15th day on.
pub(crate) const RSI_14: [f64; 19] = [
    70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71, 50.42, 39.99, 41.46, 41.87,
    45.46, 37.30, 33.08, 37.77,
];

const ATR_HIGHS: [f64; 30] = [
    48.70, 48.72, 48.90, 48.87, 48.82, 49.05, 49.20, 49.35, 49.92, 50.19, 50.12, 49.66, 49.88, 50.19, 50.36,
    50.57, 50.65, 50.43, 49.63, 50.33, 50.29, 50.17, 49.32, 48.50, 48.32, 46.80, 47.80, 48.39, 48.66, 48.79,
];
const ATR_LOWS: [f64; 30] = [
    47.79, 48.14, 48.39, 48.37, 48.24, 48.64, 48.94, 48.86, 49.50, 49.87, 49.20, 48.90, 49.43, 49.73, 49.26,
    50.09, 50.30, 49.21, 48.98, 49.61, 49.20, 49.43, 48.08, 47.64, 41.55, 44.28, 47.31, 47.20, 47.90, 47.73,
];
const ATR_CLOSES: [f64; 30] = [
    48.16, 48.61, 48.75, 48.63, 48.74, 49.03, 49.07, 49.32, 49.91, 50.13, 49.53, 49.50, 49.75, 50.03, 50.31,
    50.52, 50.41, 49.34, 49.37, 50.23, 49.24, 49.93, 48.43, 48.18, 46.57, 45.41, 47.77, 47.72, 48.62, 47.85,
];

/// ATR of the ATR table, from the 14th day on.
pub(crate) const ATR_14: [f64; 17] =
    [0.56, 0.59, 0.59, 0.57, 0.62, 0.62, 0.64, 0.67, 0.69, 0.78, 0.78, 1.21, 1.30, 1.38, 1.37, 1.34, 1.32];

/// The bars of the ATR table.
pub(crate) fn atr_bars() -> impl Iterator<Item = Sight> {
    let rows = ATR_HIGHS.into_iter().zip(ATR_LOWS).zip(ATR_CLOSES);
    rows.map(|((high, low), close)| Sight { open: close, high, low, close, volume: 0.0 })
}

/// Compares with values printed with two decimals, computed from inputs that were rounded, too.
pub(crate) fn assert_rounded(given: &[f64], printed: &[f64]) {
    assert_eq!(given.len(), printed.len());
    for (number, (given, printed)) in given.iter().zip(printed).enumerate() {
        assert!((given - printed).abs() < 0.0061, "{number}: {given}, printed as {printed}");
    }
}
