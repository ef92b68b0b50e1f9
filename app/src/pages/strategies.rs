//! `/strategies`: the strategies that can be followed and their track records, backtest and live separately.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        form::Posted,
        frame::{Width, frame},
        icon::icon,
        record,
        show::show,
    },
    visit,
    words::{
        own_sources::own_sources,
        strategies::{Strategies, strategies},
    },
};
use domain::strategy::{Card, Strategy};
use leptos::prelude::*;
use service::{Error, following::strategy};

/// For everyone, signed in or not.
pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let words = strategies(visit::lang());
        let posted = Posted::read(&visit).await?;
        let cards = strategy::cards(&visit.desk).await?;
        let empty = cards.is_empty().then(|| {
            view! { <section class="panel empty-state">{icon("strategy")}<p>{words.none}</p></section> }
        });
        let body = view! {
            <h1>{words.title}</h1>
            <p class="lead">{words.lead}</p>
            {posted.message()}
            {posted.unseen("strategyAutomatedId")}
            {empty}
            {visit.actor.is_some().then(mine)}
            <ul class="cards" data-testid="strategies">{cards.iter().map(|c| card(words, c)).collect_view()}</ul>
            <p class="hint">{words.past}</p>
        };
        Ok::<_, Error>(frame(&visit, words.title, Width::Wide, body))
    })
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
            <p><a href=href aria-label=words.details_of(&strategy.name)>{words.details}</a></p>
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
