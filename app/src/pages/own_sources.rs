//! `/strategies/own`: the user's private signal sources, and a form to create one.

use crate::{
    components::{
        form::{Field, Posted},
        frame::{Width, frame},
        icon::icon,
        show::show,
    },
    visit,
    words::{
        own_sources::{OwnSources, own_sources},
        strategies::strategies,
    },
};
use domain::{
    TradeType, money,
    own_source::{OwnSource, SourceRules},
};
use leptos::prelude::*;
use service::{following::own_source, trading::market};

/// The sources, oldest first.
pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let (words, actor) = (own_sources(visit::lang()), visit.trader()?);
        let all = own_source::list_sources(&visit.desk, actor).await?;
        // If the exchange does not respond, a market can still be typed.
        let markets = market::list_markets(&visit.desk, TradeType::Futures).await.unwrap_or_default();
        let markets: Vec<_> = markets.into_iter().map(|m| m.symbol.to_string()).collect();
        let posted = Posted::read(&visit).await?;
        let body = view! {
            <p><a href="/strategies" data-ahead>{strategies(visit::lang()).all}</a></p>
            <h1>{words.title}</h1>
            <p class="lead">{words.lead}</p>
            {posted.besides("own-source-create").message()}
            {all.is_empty().then(|| none(words))}
            <ul class="cards" data-testid="own-sources">{all.iter().map(|s| line(words, s)).collect_view()}</ul>
            {create(words, &posted.of("own-source-create"), markets)}
        };
        Ok(frame(&visit, words.title, Width::Wide, body))
    })
}

fn none(words: &'static OwnSources) -> AnyView {
    view! {
        <section class="panel empty-state" data-testid="empty-state">
            {icon("strategy")}
            <h2>{words.none}</h2>
            <p class="lead">{words.none_lead}</p>
            <p><a class="button large" data-kind="main" href="#create">{words.create}</a></p>
        </section>
    }
    .into_any()
}

fn line(words: &'static OwnSources, source: &OwnSource) -> AnyView {
    let strategy = &source.strategy;
    let href = format!("/strategies/own/{}", strategy.id);
    view! {
        <li class="panel" data-testid="own-source">
            <div class="key-head">
                <h2 class="key-name"><a href=href.clone()>{strategy.name.clone()}</a></h2>
                {badges(words, source)}
                <a class="button" href=href aria-label=words.open_this(&strategy.name)>{words.open}</a>
            </div>
            <p class="hint">{facts(words, source)}</p>
        </li>
    }
    .into_any()
}

/// Badges: who sees the source, and whether it is paused.
pub(crate) fn badges(words: &'static OwnSources, source: &OwnSource) -> AnyView {
    let paused = (!source.strategy.active)
        .then(|| view! { <span class="badge" data-mode="off">{words.paused}</span> });
    view! { <span class="badge">{words.visibility(source.visibility)}</span>{paused} }.into_any()
}

/// Market, webhook, first alert and copies.
pub(crate) fn facts(words: &'static OwnSources, source: &OwnSource) -> String {
    let live = source.live_since.map(|at| words.live_since(&at.date()));
    let webhook = if source.webhook { words.webhook_on } else { words.webhook_off };
    let copies = words.follows(usize::try_from(source.follows).unwrap_or_default());
    let live = live.unwrap_or_else(|| words.not_live.to_owned());
    [source.strategy.symbol.to_string(), webhook.to_owned(), live, copies].join(" · ")
}

/// The fields of a source's rules, with the values to start with.
pub(crate) fn rule_fields(words: &'static OwnSources, posted: &Posted, rules: &SourceRules) -> AnyView {
    let field = |name, label, hint| Field {
        name,
        label,
        hint,
        optional: true,
        autocomplete: "off",
        scope: "rules-",
        ..Field::default()
    };
    let stop = rules.stop_percent.map(money::text).unwrap_or_default();
    let targets: Vec<_> = rules.target_percents.iter().map(|percent| money::text(*percent)).collect();
    let distance = money::text(rules.max_distance_percent);
    view! {
        {field("stopPercent", words.stop, words.stop_hint).show_with(posted, &stop, "")}
        {field("targetPercents", words.targets, words.targets_hint).show_with(posted, &targets.join(" "), "")}
        {field("maxDistancePercent", words.distance, words.distance_hint).show_with(posted, &distance, "")}
    }
    .into_any()
}

fn create(words: &'static OwnSources, posted: &Posted, markets: Vec<String>) -> AnyView {
    let field = |name, label, hint| Field {
        name,
        label,
        hint,
        autocomplete: "off",
        scope: "new-",
        ..Field::default()
    };
    let symbol = field("symbol", words.market, "");
    let symbol = if markets.is_empty() {
        symbol.show(posted).into_any()
    } else {
        symbol.select(posted, markets.into_iter().map(|m| (m.clone(), m)).collect(), "BTC/USDT", "")
    };
    view! {
        <section class="panel" id="create" aria-labelledby="create-title">
            <h2 id="create-title" class="panel-title">{words.create_title}</h2>
            <form method="post" action="/api/own-source-create" class="form" novalidate data-testid="own-source-create">
                <div class="form roomy-form">
                    {field("name", words.name, words.name_hint).show(posted)}
                    {symbol}
                    {rule_fields(words, posted, &SourceRules::default())}
                </div>
                {posted.failed().then(|| posted.message())}
                <button type="submit" class="button" data-kind="main">{words.create}</button>
            </form>
        </section>
    }
    .into_any()
}
