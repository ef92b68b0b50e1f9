//! `/`: what Slipstream is, with a live price.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        frame::{Width, frame},
        icon::icon,
        plot,
        show::show,
        tables::dated_in,
    },
    islands::{
        messages::Quote,
        price::{LivePrice, Seed},
    },
    visit::{self, Visit},
    words::{pages::Pages, pages::pages},
};
use domain::{Candle, Frame, Market, Symbol, Ticker, TradeType, money};
use leptos::{either::EitherOf3, prelude::*};
use service::{
    Error,
    trading::{market, sandbox_control::Playing},
};

/// The number of candles in the small chart.
const CANDLES: u16 = 90;

pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let words = pages(visit::lang());
        let market = quote(&visit).await;
        let playing = market::playing(&visit.desk).await.ok().flatten();
        let body = view! {
            <section class="hero">
                <div class="hero-words">
                    <p class="eyebrow">{words.landing_title}</p>
                    <h1>{words.landing_headline}</h1>
                    <p class="lead">{words.landing_lead}</p>
                    {call(&visit, words)}
                </div>
                {ticker(words, market, playing)}
            </section>
            {features(words)}
        };
        Ok::<_, Error>(frame(&visit, words.landing_title, Width::Wide, body))
    })
}

/// Price and candles of the landing page's market; `None` if the exchange does not respond.
async fn quote(visit: &Visit) -> Option<(Ticker, Market, Vec<Candle>)> {
    let symbol: Symbol = "BTC/USDT".parse().ok()?;
    let ticker = market::get_ticker(&visit.desk, TradeType::Futures, &symbol).await.ok()?;
    let market = market::find_market(&visit.desk, TradeType::Futures, &symbol).await.ok()?;
    let candles =
        market::list_candles(&visit.desk, TradeType::Futures, &symbol, Frame::M1, None, CANDLES).await;
    Some((ticker, market, candles.unwrap_or_default()))
}

fn call(visit: &Visit, words: &'static Pages) -> AnyView {
    let (href, text) = if visit.actor.is_some() {
        ("/dashboard", words.landing_desk)
    } else {
        ("/sign-up", words.landing_start)
    };
    view! {
        <p class="hero-call row">
            <a class="button large" data-kind="main" href=href>{text}</a>
            <a class="button large" href="/strategies" data-ahead data-testid="see-strategies">{words.landing_strategies}</a>
        </p>
    }
    .rendered()
}

fn ticker(
    words: &'static Pages,
    market: Option<(Ticker, Market, Vec<Candle>)>,
    playing: Option<Playing>,
) -> AnyView {
    let note = match playing {
        Some(playing) => {
            EitherOf3::A(view! { <p class="hint">{dated_in(words.landing_replay(), playing.hour)}</p> })
        }
        None if market.is_some() => EitherOf3::B(view! { <p class="hint">{words.landing_live}</p> }),
        None => EitherOf3::C(()),
    };
    let price = market.map(|(ticker, market, candles)| {
        provide_context(seed(&ticker, &market));
        view! {
            <LivePrice/>
            {plot::mini_candles(&candles, words.landing_chart)}
        }
    });
    let silent = price.is_none().then(|| view! { <p class="empty">{words.landing_unavailable}</p> });
    view! {
        <section class="hero-market panel" aria-labelledby="market-title">
            <h2 id="market-title" class="panel-title">{words.landing_market}</h2>
            {price}
            {silent}
            {note}
        </section>
    }
    .rendered()
}

/// The initial data of the live price.
pub(crate) fn seed(ticker: &Ticker, market: &Market) -> Seed {
    let quote = Quote {
        last: money::text(ticker.last),
        percent: money::text(ticker.percentage),
        up: !ticker.change.is_sign_negative(),
    };
    Seed { symbol: ticker.symbol.to_string(), places: market.tick.normalize().scale(), quote }
}

fn features(words: &'static Pages) -> AnyView {
    let all = [
        ("strategy", words.feature_follow, words.feature_follow_text),
        ("target", words.feature_plan, words.feature_plan_text),
        ("scale", words.feature_risk, words.feature_risk_text),
        ("check", words.feature_safe, words.feature_safe_text),
        ("shield", words.feature_keys, words.feature_keys_text),
        ("play", words.feature_play, words.feature_play_text),
        ("alarm", words.feature_panic, words.feature_panic_text),
        ("history", words.feature_past, words.feature_past_text),
        ("code", words.feature_api, words.feature_api_text),
    ];
    let card = |(name, title, text): (&'static str, &'static str, &'static str)| {
        view! { <li class="feature">{icon(name)}<h3>{title}</h3><p>{text}</p></li> }
    };
    view! {
        <section aria-labelledby="features-title">
            <h2 id="features-title" class="section-title">{words.features}</h2>
            <ul class="features">{all.into_iter().map(card).collect_view()}</ul>
        </section>
    }
    .rendered()
}
