//! The heat map of monthly results: a row per year, a column per month, every value as text and as colour.

use super::tables::{ROOMY, WORDS};
use crate::components::rendered::Rendered as _;
use crate::{figures, visit, words::strategies::strategies};
use domain::{
    Decimal,
    strategy::{Range, Record},
};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// A year's months; `None` for a month in which no trade ended.
type Year = [Option<Decimal>; 12];

/// The monthly results of a record.
pub(crate) fn map(record: &Record) -> AnyView {
    let words = strategies(visit::lang());
    let label = words.months_of(words.kind(record.kind));
    let years = years(&record.months);
    let bare = bare(&years);
    let names = words.month_names().into_iter().zip(bare);
    let names = names.map(|(name, like)| view! { <th scope="col" class=like>{name}</th> });
    let row = |(year, months): (String, Year)| {
        let cells = months.into_iter().zip(bare).map(|(value, like)| cell(value, like, words.no_trades));
        view! { <tr><th scope="row">{year}</th>{cells.collect_view()}</tr> }
    };
    view! {
        <div class="table-scroll" tabindex="0" role="group" aria-label=label.clone()>
            <table class="heat" data-testid="heat">
                <caption class="visually-hidden">{label.clone()}</caption>
                <thead><tr><th scope="col">{words.year}</th>{names.collect_view()}</tr></thead>
                <tbody>{years.into_iter().rev().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .rendered()
}

/// The class of each month's column: a narrow screen omits those without any figure.
fn bare(years: &BTreeMap<String, Year>) -> [&'static str; 12] {
    std::array::from_fn(|month| if years.values().any(|year| year[month].is_some()) { WORDS } else { ROOMY })
}

fn cell(value: Option<Decimal>, like: &'static str, nothing: &'static str) -> AnyView {
    let (text, title) = value.map_or_else(
        || (String::new(), nothing.to_owned()),
        |v| (figures::signed_cents(v), figures::signed_percent(v)),
    );
    view! { <td class=like data-heat=value.map(level) title=title>{text}</td> }.rendered()
}

/// The colour step of a month, three in each direction.
fn level(value: Decimal) -> &'static str {
    let steps = if value.is_sign_negative() {
        ["cold-1", "cold-2", "cold-3"]
    } else {
        ["warm-1", "warm-2", "warm-3"]
    };
    let size = value.abs();
    match size {
        _ if value.round_dp(2).is_zero() => "even",
        _ if size < Decimal::TWO => steps[0],
        _ if size < Decimal::TEN => steps[1],
        _ => steps[2],
    }
}

fn years(months: &[Range]) -> BTreeMap<String, Year> {
    let mut years: BTreeMap<String, Year> = BTreeMap::new();
    for range in months {
        let date = range.start.date();
        let (Some(year), Some(month)) = (date.get(..4), date.get(5..7).and_then(|m| m.parse::<usize>().ok()))
        else {
            continue;
        };
        let slot = years.entry(year.to_owned()).or_default().get_mut(month.saturating_sub(1));
        if let Some(slot) = slot {
            *slot = range.figures.net_profit_percent;
        }
    }
    years
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Micros, strategy::Figures};

    fn month(date: &str, profit: Option<i64>) -> Range {
        let start = Micros::from_date(date).unwrap();
        let figures = Figures { net_profit_percent: profit.map(Decimal::from), ..Figures::default() };
        Range { start, end: start.plus(1), figures }
    }

    #[test]
    fn months_are_grouped_by_year() {
        let found =
            years(&[month("2021-12-01", Some(3)), month("2022-01-01", None), month("2022-02-01", Some(-1))]);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["2021", "2022"]);
        assert_eq!(found["2021"][11], Some(Decimal::from(3)));
        let like = bare(&found);
        assert_eq!((like[0], like[1], like[11]), (ROOMY, WORDS, WORDS));
        assert_eq!((found["2022"][0], found["2022"][1]), (None, Some(Decimal::from(-1))));
    }

    #[test]
    fn the_warmer_the_more() {
        let at = |text| level(domain::money::parse(text).unwrap());
        assert_eq!([at("0.5"), at("2"), at("-10"), at("-0.001")], ["warm-1", "warm-2", "cold-3", "even"]);
    }
}
