//! Small plots rendered on the server, in integers: tenths of a pixel.

use crate::components::rendered::Rendered as _;
use crate::{visit, words::pages::pages};
use domain::{Candle, Decimal, Micros, dec};
use leptos::prelude::*;
use std::fmt::Write as _;

const WIDTH: i64 = 9_600;
const HEIGHT: i64 = 2_400;

/// The vertical position of a value between `lo` and `hi`; SVG's y axis points down.
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
    .rendered()
}

/// An account's value or profit over time, with the area below the line.
pub(crate) fn line(points: &[(Micros, Decimal)], label: String) -> AnyView {
    let (lo, hi) = worth_scale(points);
    let path = trace(points, lo, hi);
    let area = format!("{path}V{HEIGHT}H0Z");
    view! {
        <svg class="plot" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=label data-testid="equity-chart">
            <path class="area" d=area/>
            <path class="line" d=path/>
        </svg>
    }
    .rendered()
}

/// The scale of an account's value: at least a twentieth of its highest value, so that a flat line is in the
/// middle and a small change stays small.
fn worth_scale(points: &[(Micros, Decimal)]) -> (Decimal, Decimal) {
    let values = points.iter().map(|p| p.1);
    let (lo, hi) = (values.clone().min().unwrap_or_default(), values.clone().max().unwrap_or_default());
    let missing = (hi.abs() / Decimal::from(20) - (hi - lo)) / Decimal::TWO;
    roomy(values, missing.max(Decimal::ONE))
}

/// A curve's first, last, highest and lowest value, each with its day, because the picture has no axes.
pub(crate) fn ends(points: &[(Micros, Decimal)], show: fn(Decimal) -> String) -> Option<AnyView> {
    let words = pages(visit::lang());
    let (first, last) = (points.first()?, points.last()?);
    // Of several equal ones the earliest.
    let highest = points.iter().rev().max_by_key(|p| p.1)?;
    let lowest = points.iter().min_by_key(|p| p.1)?;
    let end = |(name, point): (&'static str, &(Micros, Decimal))| {
        let (date, shown) = (point.0.date(), point.0.date());
        view! { <div><dt>{name}" "<time datetime=date>{shown}</time></dt><dd>{show(point.1)}</dd></div> }
    };
    let all = [
        (words.curve_first, first),
        (words.curve_last, last),
        (words.curve_highest, highest),
        (words.curve_lowest, lowest),
    ];
    Some(
        view! { <dl class="ends" data-testid="ends">{all.into_iter().map(end).collect_view()}</dl> }
            .rendered(),
    )
}

/// Profit in percent over time, around the zero line.
pub(crate) fn profit(points: &[(Micros, Decimal)], label: String) -> AnyView {
    let values = points.iter().map(|p| p.1).chain([Decimal::ZERO]);
    let (lo, hi) = roomy(values, dec!(0.5));
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
    .rendered()
}

/// The scale of [`profit_in`]: zero and all values, with a margin on both sides.
pub(crate) fn profit_scale(points: &[(Micros, Decimal)]) -> (Decimal, Decimal) {
    roomy(points.iter().map(|p| p.1).chain([Decimal::ZERO]), Decimal::ONE)
}

/// Profit over time between two values, with lines at the top, the middle and the bottom of the scale.
pub(crate) fn profit_in(points: &[(Micros, Decimal)], low: Decimal, high: Decimal, label: String) -> AnyView {
    let (path, zero) = (trace(points, low, high), place(Decimal::ZERO, low, high));
    let area = format!("{path}V{zero}H0Z");
    let grid = format!("M0 {}H{WIDTH}M0 {}H{WIDTH}M0 {}H{WIDTH}", 100, HEIGHT / 2, HEIGHT - 100);
    let way = if points.last().is_some_and(|p| p.1.is_sign_negative()) { "loss" } else { "gain" };
    view! {
        <svg class="plot profit" data-way=way viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=label data-testid="equity-chart">
            <path class="grid" d=grid/>
            <path class="area" d=area/>
            <path class="zero" d=format!("M0 {zero}H{WIDTH}")/>
            <path class="line" d=path/>
        </svg>
    }
    .rendered()
}

/// The minimum and maximum with a margin of a tenth, and at least `least`, on both sides.
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
    fn higher_values_are_drawn_higher_and_inside() {
        let n = Decimal::from;
        let (top, middle, bottom) =
            (place(n(20), n(10), n(20)), place(n(15), n(10), n(20)), place(n(10), n(10), n(20)));
        assert!(0 < top && top < middle && middle < bottom && bottom < HEIGHT);
        assert!((0..HEIGHT).contains(&place(n(5), n(5), n(5))), "a flat line has a place");
    }

    #[test]
    fn a_small_loss_is_drawn_small() {
        let points = [(0, 10_000), (1, 9_950)].map(|(at, value)| (Micros(at), Decimal::from(value)));
        let (lo, hi) = worth_scale(&points);
        assert_eq!((lo, hi), (Decimal::from(9_725), Decimal::from(10_225)));
        let fall = place(points[1].1, lo, hi) - place(points[0].1, lo, hi);
        assert!(fall <= HEIGHT / 10, "{fall}");
        let crash = [(0, 10_000), (1, 5_000)].map(|(at, value)| (Micros(at), Decimal::from(value)));
        assert_eq!(worth_scale(&crash), (Decimal::from(4_500), Decimal::from(10_500)));
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
