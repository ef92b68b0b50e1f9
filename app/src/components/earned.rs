//! The results, costs and execution of a follow, as a list of figures.

use super::tables::tone;
use crate::components::rendered::Rendered as _;
use crate::{
    figures, visit,
    words::execution::{Execution, execution},
};
use domain::{Decimal, follow::FollowPerformance};
use leptos::prelude::*;

/// The open, today's and total result of a follow with its costs and its execution.
pub(crate) fn earned(performance: &FollowPerformance) -> AnyView {
    let words = execution(visit::lang());
    let total = performance.total();
    let open = performance.open.map(|open| open.net());
    let open = if performance.in_position { open } else { Some(Decimal::ZERO) };
    let plain = |name: &'static str, value: String, testid: &'static str| {
        view! { <div><dt>{name}</dt><dd data-testid=testid>{value}</dd></div> }
    };
    view! {
        <dl class="figures wide">
            {result(words.open, open, "follow-open")}
            {result(words.today, Some(performance.today), "follow-today")}
            {result(words.total, Some(total.net()), "follow-total")}
            {plain(words.closed, performance.ended.to_string(), "follow-closed")}
            {plain(words.fees, figures::cents(total.fees), "follow-fees")}
            {plain(words.funding, figures::cents(total.funding), "follow-funding")}
            {plain(words.slippage, slippage(words, performance), "follow-slippage")}
            {plain(words.delay, words.delay_text(performance.execution.median_delay_ms), "follow-delay")}
        </dl>
    }
    .rendered()
}

/// A profit or loss in USDT; a dash if it is not known.
fn result(name: &'static str, value: Option<Decimal>, testid: &'static str) -> AnyView {
    let text = value.map_or_else(|| "—".to_owned(), figures::signed_cents);
    view! { <div><dt>{name}</dt><dd data-change=value.map_or("plain", tone) data-testid=testid>{text}</dd></div> }
        .rendered()
}

fn slippage(words: &Execution, performance: &FollowPerformance) -> String {
    let percent = percent(performance.execution.median_slippage_percent);
    match performance.slippage {
        Some(amount) => words.slippage_of(&percent, &figures::cents(amount)),
        None => percent,
    }
}

/// A slippage in percent, which is often smaller than a hundredth; a dash if it is not known.
pub(crate) fn percent(value: Option<Decimal>) -> String {
    value.map_or_else(|| "—".to_owned(), |value| figures::plain_percent(value.round_dp(3)))
}
