//! The link from a key to where it is used.

use crate::components::rendered::Rendered as _;
use crate::words::pages::Pages;
use domain::{ExchangeKey, StrategyType};
use leptos::prelude::*;

/// Links to where a key is used: the trade desk (a button of this `kind` with this `text`), or the strategies
/// that it follows. `None` for a disabled key.
pub(crate) fn trade_link(
    words: &'static Pages,
    key: &ExchangeKey,
    text: &'static str,
    kind: &'static str,
) -> Option<AnyView> {
    let (href, text, kind) = match key.strategy_type {
        StrategyType::Manual => (format!("/trade?key={}", key.id), text, kind),
        StrategyType::Automated => ("/follows".to_owned(), words.by_strategies, "quiet"),
    };
    key.active.then(|| {
        view! { <a class="button" data-kind=kind href=href data-testid="trade-link">{text}</a> }.rendered()
    })
}
