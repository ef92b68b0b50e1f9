//! Profit curves with axes, and with the value of each interval shown while it is pointed at. They
//! need no script.

use crate::components::rendered::Rendered as _;
use crate::{components::plot, figures};
use domain::{Decimal, Micros, time::DAY};
use leptos::prelude::*;

/// The number of intervals with a value of their own.
const INTERVALS: i64 = 48;
/// Curves longer than this have dates at their axis instead of times.
const LONG: i64 = 60 * DAY;

/// The curve of a cumulative profit in USD. There are at least two points.
pub(crate) fn profit_chart(points: &[(Micros, Decimal)], label: String) -> AnyView {
    chart(points, label, figures::signed_cents)
}

/// The curve of a cumulative profit in percent. There are at least two points.
pub(crate) fn percent_chart(points: &[(Micros, Decimal)], label: String) -> AnyView {
    chart(points, label, figures::signed_percent)
}

fn chart(points: &[(Micros, Decimal)], label: String, show: fn(Decimal) -> String) -> AnyView {
    let (low, high) = plot::profit_scale(points);
    let middle = (low + high) / Decimal::TWO;
    let heights = [high, middle, low].map(|value| view! { <span>{show(value)}</span> });
    let (first, last) = (points.first().map_or(0, |p| p.0.0), points.last().map_or(0, |p| p.0.0));
    let ends = [first, first + (last - first) / 2, last];
    let times = ends.map(
        |at| view! { <time datetime=Micros(at).to_string()>{axis_time(Micros(at), last - first)}</time> },
    );
    let hover = intervals(points).into_iter().map(|(at, value)| {
        view! { <span><span>{axis_time(at, last - first)}" "<b>{show(value)}</b></span></span> }
    });
    view! {
        <figure class="axes" data-testid="profit-chart">
            <div class="axes-y" aria-hidden="true">{heights.into_iter().collect_view()}</div>
            <div class="axes-plot">
                {plot::profit_in(points, low, high, label)}
                <div class="axes-hover" aria-hidden="true">{hover.collect_view()}</div>
            </div>
            <div class="axes-x" aria-hidden="true">{times.into_iter().collect_view()}</div>
        </figure>
    }
    .rendered()
}

/// A time of the axis, in UTC: `11-30 21:05`, or `2026-11-30` on a long one.
fn axis_time(at: Micros, span: i64) -> String {
    if span > LONG {
        return at.date();
    }
    at.to_string().get(5..16).unwrap_or_default().replace('T', " ")
}

/// The end of each interval, and the last value up to then.
fn intervals(points: &[(Micros, Decimal)]) -> Vec<(Micros, Decimal)> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let span = last.0.since(first.0);
    let mut rest = points.iter().peekable();
    let mut value = first.1;
    let mut all = Vec::new();
    for number in 1..=INTERVALS {
        let end = if number == INTERVALS { last.0 } else { first.0.plus(span / INTERVALS * number) };
        while let Some(point) = rest.next_if(|point| point.0 <= end) {
            value = point.1;
        }
        all.push((end, value));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_interval_has_the_last_value_before_its_end() {
        let points = [(0, 0), (100, 5), (4_800, 9)].map(|(at, value)| (Micros(at), Decimal::from(value)));
        let all = intervals(&points);
        assert_eq!(all.len(), 48);
        assert_eq!(all[0], (Micros(100), Decimal::from(5)));
        assert_eq!(all[46], (Micros(4_700), Decimal::from(5)));
        assert_eq!(all[47], (Micros(4_800), Decimal::from(9)));
        assert!(intervals(&[]).is_empty());
    }

    #[test]
    fn an_axis_time_has_no_year_unless_the_axis_is_long() {
        assert_eq!(axis_time(Micros(1_767_225_600_000_000), DAY), "01-01 00:00");
        assert_eq!(axis_time(Micros(1_767_225_600_000_000), 90 * DAY), "2026-01-01");
    }
}
