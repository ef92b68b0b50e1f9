//! `/strategies?sort=&market=`: the strategies that can be followed and their track records, backtest and live separately.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        filters::{self, Filter},
        form::Posted,
        frame::{Width, frame},
        icon::icon,
        record,
        show::show,
    },
    visit,
    words::{
        execution::execution,
        own_sources::own_sources,
        strategies::{Strategies, strategies},
    },
};
use domain::strategy::{Card, SortBy, Strategy};
use leptos::prelude::*;
use service::{Error, following::strategy};

/// For everyone, signed in or not.
pub(crate) fn page() -> impl IntoView {
    let [sort, market] = ["sort", "market"].map(visit::query);
    show(|visit| async move {
        let words = strategies(visit::lang());
        let posted = Posted::read(&visit).await?;
        let mut cards = strategy::cards(&visit.desk).await?;
        let none = if cards.is_empty() { words.none } else { words.none_found };
        let form = (!cards.is_empty()).then(|| filter_form(words, &cards, sort.clone(), market.clone()));
        if let Some(market) = market.filter(|market| !market.is_empty()) {
            cards.retain(|card| card.strategy.symbol.to_string() == market);
        }
        if let Some(by) = sort.as_deref().and_then(SortBy::parse) {
            by.sort(&mut cards);
        }
        let empty = cards.is_empty().then(|| {
            view! { <section class="panel empty-state">{icon("strategy")}<p>{none}</p></section> }
        });
        let body = view! {
            <h1>{words.title}</h1>
            <p class="lead">{words.lead}</p>
            {posted.message()}
            {posted.unseen("strategyAutomatedId")}
            {visit.actor.is_some().then(mine)}
            {form}
            {empty}
            <ul class="cards" data-testid="strategies">{cards.iter().map(|c| card(words, c)).collect_view()}</ul>
            <p class="hint">{words.past}</p>
        };
        Ok::<_, Error>(frame(&visit, words.title, Width::Wide, body))
    })
}

/// The form that sorts the list and restricts it to a market.
fn filter_form(
    words: &'static Strategies,
    cards: &[Card],
    sort: Option<String>,
    market: Option<String>,
) -> AnyView {
    let by = SortBy::ALL.iter().map(|by| (by.word().to_owned(), words.sorted_by(*by).to_owned()));
    let mut markets: Vec<String> = cards.iter().map(|card| card.strategy.symbol.to_string()).collect();
    markets.sort();
    markets.dedup();
    let markets = markets.into_iter().map(|market| (market.clone(), market));
    let fields = vec![
        Filter::choice("sort", words.sort, sort, words.sort_none, by),
        Filter::choice("market", words.market, market, words.any_market, markets),
    ];
    filters::form("/strategies", &[], fields, words.show)
}

/// The link to the visitor's own signal sources.
fn mine() -> impl IntoView {
    let words = own_sources(visit::lang());
    view! { <p><a class="button" href="/strategies/own" data-testid="own-sources-link">{words.mine}</a></p> }
}

fn card(words: &'static Strategies, card: &Card) -> AnyView {
    let strategy = &card.strategy;
    let href = format!("/strategies/{}", strategy.id);
    let live = (card.live.curve.len() > 1).then(|| record::curve(&card.live, strategy.outside));
    view! {
        <li class="panel strategy" data-testid="strategy">
            <div class="strategy-head">
                <h2 class="strategy-name"><a href=href.clone() data-ahead>{strategy.name.clone()}</a></h2>
                {state(words, strategy)}
                {follow(words, strategy)}
            </div>
            <p class="hint">{about(words, strategy)}</p>
            <div class="strategy-record">
                <div class="curves">{record::curve(&card.backtest, strategy.outside)}{live}</div>
                {record::compared(card)}
            </div>
            <p class="row">
                <a href=href.clone() aria-label=words.details_of(&strategy.name)>{words.details}</a>
                <a href=format!("{href}/execution") aria-label=execution(visit::lang()).title_of(&strategy.name)>
                    {execution(visit::lang()).see}
                </a>
            </p>
        </li>
    }
    .rendered()
}

/// A badge: active or inactive.
pub(crate) fn state(words: &'static Strategies, strategy: &Strategy) -> AnyView {
    let (mode, text) = if strategy.active { ("good", words.active) } else { ("off", words.inactive) };
    view! { <span class="badge" data-mode=mode>{text}</span> }.rendered()
}

/// Market, bar interval, and whether rules or an external signal source decide.
pub(crate) fn about(words: &'static Strategies, strategy: &Strategy) -> String {
    let bars = words.bars(strategy.frame.word());
    let who = if strategy.outside { words.outside } else { words.inside };
    format!("{} · {} · {bars} · {who}", strategy.exchange_id.display_name(), strategy.symbol)
}

/// The button to follow it; `None` if it is inactive.
pub(crate) fn follow(words: &'static Strategies, strategy: &Strategy) -> Option<impl IntoView + use<>> {
    strategy.active.then(|| {
        let label = words.follow_this(&strategy.name);
        view! {
            <a class="button" data-kind="main" data-testid="follow" aria-label=label
                href=format!("/strategies/{}/follow", strategy.id)>{words.follow}</a>
        }
    })
}
