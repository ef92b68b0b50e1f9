//! Small plots that the server draws: whole numbers only, in tenths of a pixel.

use domain::{Candle, Decimal, Micros};
use leptos::prelude::*;
use std::fmt::Write as _;

const WIDTH: i64 = 9_600;
const HEIGHT: i64 = 2_400;

/// A value's place between `lo` and `hi`, upside down as SVG has it.
fn place(value: Decimal, lo: Decimal, hi: Decimal) -> i64 {
    let span = if hi > lo { hi - lo } else { Decimal::ONE };
    let share = ((hi - value) * Decimal::from(HEIGHT - 200)).checked_div(span).unwrap_or_default();
    i64::try_from(share.round()).unwrap_or_default() + 100
}

fn index(i: usize, count: usize, slots: i64) -> i64 {
    let (i, count) = (i64::try_from(i).unwrap_or_default(), i64::try_from(count).unwrap_or(1).max(1));
    (2 * i + 1) * slots / (2 * count)
}

/// Candles without axes.
pub(crate) fn mini_candles(candles: &[Candle], label: &'static str) -> AnyView {
    let lo = candles.iter().map(|c| c.low).min().unwrap_or_default();
    let hi = candles.iter().map(|c| c.high).max().unwrap_or_default();
    let (mut up, mut down) = (String::new(), String::new());
    let half = (WIDTH / i64::try_from(candles.len()).unwrap_or(1).max(1) * 3 / 10).max(8);
    for (i, c) in candles.iter().enumerate() {
        let x = index(i, candles.len(), WIDTH);
        let y = |value| place(value, lo, hi);
        let (top, low) = (y(c.open.max(c.close)), y(c.open.min(c.close)).max(y(c.open.max(c.close)) + 8));
        let path = if c.close >= c.open { &mut up } else { &mut down };
        let (left, right, high, deep) = (x - half, x + half, y(c.high), y(c.low));
        let _ = write!(path, "M{x} {high}V{top}M{x} {low}V{deep}M{left} {top}H{right}V{low}H{left}Z");
    }
    view! {
        <svg class="plot" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=label>
            <path class="candles up" d=up/>
            <path class="candles down" d=down/>
        </svg>
    }
    .into_any()
}

/// What an account was worth, or had won, over time, with the area below it.
pub(crate) fn line(points: &[(Micros, Decimal)], label: String) -> AnyView {
    let hi = points.iter().map(|p| p.1.abs()).max().unwrap_or_default();
    // A thousandth of room, so that a flat line lies in the middle and a small change stays small.
    let (lo, hi) = roomy(points.iter().map(|p| p.1), (hi / Decimal::ONE_THOUSAND).max(Decimal::ONE));
    let path = trace(points, lo, hi);
    let area = format!("{path}V{HEIGHT}H0Z");
    view! {
        <svg class="plot" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=label data-testid="equity-chart">
            <path class="area" d=area/>
            <path class="line" d=path/>
        </svg>
    }
    .into_any()
}

/// Profit in percent over time, around the line of neither won nor lost.
pub(crate) fn profit(points: &[(Micros, Decimal)], label: String) -> AnyView {
    let values = points.iter().map(|p| p.1).chain([Decimal::ZERO]);
    let (lo, hi) = roomy(values, Decimal::new(5, 1));
    let (path, zero) = (trace(points, lo, hi), place(Decimal::ZERO, lo, hi));
    let area = format!("{path}V{zero}H0Z");
    let way = if points.last().is_some_and(|p| p.1.is_sign_negative()) { "loss" } else { "gain" };
    view! {
        <svg class="plot profit" data-way=way viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=label>
            <path class="area" d=area/>
            <path class="zero" d=format!("M0 {zero}H{WIDTH}")/>
            <path class="line" d=path/>
        </svg>
    }
    .into_any()
}

/// The least and the greatest, with a tenth of room around them, at least `least`.
fn roomy(values: impl Iterator<Item = Decimal> + Clone, least: Decimal) -> (Decimal, Decimal) {
    let (lo, hi) = (values.clone().min().unwrap_or_default(), values.max().unwrap_or_default());
    let room = ((hi - lo) / Decimal::TEN).max(least);
    (lo - room, hi + room)
}

/// A path through all points, from edge to edge.
fn trace(points: &[(Micros, Decimal)], lo: Decimal, hi: Decimal) -> String {
    let (first, last) = (points.first().map_or(0, |p| p.0.0), points.last().map_or(1, |p| p.0.0));
    let mut path = String::new();
    for (i, (at, value)) in points.iter().enumerate() {
        let x =
            i64::try_from(i128::from(at.0 - first) * i128::from(WIDTH) / i128::from((last - first).max(1)));
        let (step, y) = (if i == 0 { 'M' } else { 'L' }, place(*value, lo, hi));
        let _ = write!(path, "{step}{} {y}", x.unwrap_or_default());
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn higher_values_stand_higher_and_inside() {
        let n = Decimal::from;
        let (top, middle, bottom) =
            (place(n(20), n(10), n(20)), place(n(15), n(10), n(20)), place(n(10), n(10), n(20)));
        assert!(0 < top && top < middle && middle < bottom && bottom < HEIGHT);
        assert!((0..HEIGHT).contains(&place(n(5), n(5), n(5))), "a flat line has a place");
    }

    #[test]
    fn a_path_goes_from_edge_to_edge() {
        let points = [(0, 0), (5, 10), (10, -5)].map(|(at, value)| (Micros(at), Decimal::from(value)));
        let (lo, hi) = roomy(points.iter().map(|p| p.1), Decimal::ONE);
        assert_eq!((lo, hi), (Decimal::new(-65, 1), Decimal::new(115, 1)));
        let path = trace(&points, lo, hi);
        assert!(path.starts_with("M0 ") && path.contains("L4800 ") && path.contains("L9600 "), "{path}");
        assert_eq!(trace(&[], lo, hi), "");
    }
}
