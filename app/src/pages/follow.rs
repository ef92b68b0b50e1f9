//! `/follows/<id>`: what one follow earned: its results, curve, costs, and the execution of its entries.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        earned::{earned, percent},
        filters::address,
        frame::{Width, frame},
        plot,
        profit_chart::profit_chart,
        show::show,
    },
    figures, visit,
    words::{
        execution::{Execution, execution},
        follows::follows,
        orders::orders,
    },
};
use domain::{
    Decimal, FollowId,
    follow::{Follow, FollowPerformance},
};
use leptos::{either::Either, prelude::*};
use service::{
    Error,
    following::follow::{self, OpenCopy},
};

/// Only for its owner.
pub(crate) fn page() -> impl IntoView {
    let id = visit::param("id");
    show(|visit| async move {
        let (words, actor) = (execution(visit::lang()), visit.trader()?);
        let id: FollowId = id.and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
        let (follow, performance) = follow::performance(&visit.desk, actor, id).await?;
        let open = follow::open_copy(&visit.desk, actor, id).await?;
        let title = words.follow_title(&follow.strategy.name);
        let body = view! {
            <p><a href="/follows" data-ahead>{follows(visit::lang()).back}</a></p>
            <h1>{title.clone()}</h1>
            <p class="hint">{about(words, &follow)}</p>
            {stopped(words, &follow)}
            {remarks(words, &performance)}
            <section class="panel" aria-label=words.performance data-testid="follow-performance">
                {earned(&performance)}
            </section>
            {open.map(|open| position(words, &follow, &open))}
            {curve(words, &performance)}
            <div class="columns even">{parts(words, &performance)}{how(words)}</div>
            {links(words, &follow)}
        };
        Ok(frame(&visit, &title, Width::Wide, body))
    })
}

fn about(words: &Execution, follow: &Follow) -> String {
    let risk = figures::plain_percent(follow.profile.percentage);
    words.follow_about(&follow.key_name, &risk, &follow.created_at.date())
}

/// When a follow was stopped.
fn stopped(words: &'static Execution, follow: &Follow) -> Option<AnyView> {
    let date = follow.stopped_at?.date();
    let text = if follow.in_position { words.stopped_open(&date) } else { words.stopped_on(&date) };
    Some(view! { <p class="message" data-testid="follow-stopped">{text}</p> }.rendered())
}

/// Remarks on what the figures leave out.
fn remarks(words: &'static Execution, performance: &FollowPerformance) -> AnyView {
    let silent = (performance.in_position && performance.open.is_none())
        .then(|| view! { <p class="message" data-tone="warn">{words.open_unknown}</p> });
    let unknown = (performance.unknown > 0).then(|| {
        let text = words.unknown_results(usize::try_from(performance.unknown).unwrap_or(usize::MAX));
        view! { <p class="message" data-tone="warn">{text}</p> }
    });
    view! { {silent}{unknown} }.rendered()
}

/// The open position with the levels in force.
fn position(words: &'static Execution, follow: &Follow, open: &OpenCopy) -> AnyView {
    let symbol = follow.strategy.symbol.to_string();
    let price = |price: Option<Decimal>| price.map_or_else(|| "—".to_owned(), figures::price);
    let targets: Vec<_> = open.targets.iter().map(|target| figures::price(*target)).collect();
    let targets = if targets.is_empty() { "—".to_owned() } else { targets.join(" · ") };
    let leverage = open.leverage.map_or_else(|| "—".to_owned(), |times| format!("{times}×"));
    let amount = format!("{} {}", figures::decimal(open.amount), follow.strategy.symbol.base());
    let rows = [
        (words.amount, amount, "position-amount"),
        (words.entry, price(open.entry_price), "position-entry"),
        (words.leverage, leverage, "position-leverage"),
        (words.stop, price(open.stop), "position-stop"),
        (words.targets, targets, "position-targets"),
    ];
    let row = |(name, value, testid): (&'static str, String, &'static str)| {
        view! { <div><dt>{name}</dt><dd data-testid=testid>{value}</dd></div> }
    };
    let key = follow.key.to_string();
    let trade = address("/trade", [("key", key.as_str()), ("symbol", symbol.as_str())]);
    view! {
        <section class="panel" aria-labelledby="position-title">
            <h2 id="position-title" class="panel-title">{words.position}</h2>
            <p>{words.position_of(orders(visit::lang()).entered(open.side), &symbol)}</p>
            <dl class="figures wide">{rows.into_iter().map(row).collect_view()}</dl>
            <p><a class="button" href=trade>{words.manage}</a></p>
        </section>
    }
    .rendered()
}

fn curve(words: &'static Execution, performance: &FollowPerformance) -> AnyView {
    let points = &performance.curve;
    let drawn = if let (true, Some(first), Some(last)) = (points.len() > 1, points.first(), points.last()) {
        let label = words.curve_summary(&figures::signed_cents(first.1), &figures::signed_cents(last.1));
        Either::Left((profit_chart(points, label), plot::ends(points, figures::signed_cents)))
    } else {
        Either::Right(view! { <p class="empty">{words.curve_empty}</p> })
    };
    view! {
        <section class="panel" aria-labelledby="curve-title">
            <h2 id="curve-title" class="panel-title">{words.curve}</h2>
            {drawn}
        </section>
    }
    .rendered()
}

/// The parts of the total, and the execution in detail.
fn parts(words: &'static Execution, performance: &FollowPerformance) -> AnyView {
    let (total, execution) = (performance.total(), performance.execution);
    let money = |name: &'static str, value: Decimal| (name, figures::signed_cents(value));
    let rows = [
        money(words.realized, total.realized),
        money(words.unrealized, total.unrealized),
        money(words.fees, -total.fees),
        money(words.funding, -total.funding),
        money(words.net, total.net()),
        (words.median_slippage, percent(execution.median_slippage_percent)),
        (words.slippage_p90, percent(execution.p90_slippage_percent)),
        (words.median_delay, words.delay_text(execution.median_delay_ms)),
        (words.delay_p90, words.delay_text(execution.p90_delay_ms)),
    ];
    let row = |(name, value): (&'static str, String)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    view! {
        <section class="panel" aria-labelledby="parts-title">
            <h2 id="parts-title" class="panel-title">{words.breakdown}</h2>
            <dl class="figures" data-testid="follow-parts">{rows.into_iter().map(row).collect_view()}</dl>
        </section>
    }
    .rendered()
}

fn how(words: &'static Execution) -> AnyView {
    view! {
        <section class="panel" aria-labelledby="how-title">
            <h2 id="how-title" class="panel-title">{words.how}</h2>
            <ul class="rules">
                <li>{words.how_profit}</li>
                <li>{words.how_today}</li>
                <li>{words.how_slippage}</li>
                <li>{words.how_delay}</li>
            </ul>
        </section>
    }
    .rendered()
}

fn links(words: &'static Execution, follow: &Follow) -> AnyView {
    let (key, strategy) = (follow.key.to_string(), follow.strategy.id.to_string());
    let copies = address("/copies", [("key", key.as_str()), ("strategy", strategy.as_str())]);
    view! {
        <p class="row">
            <a class="button" href=copies>{words.copies}</a>
            <a class="button" href=format!("/strategies/{strategy}/execution")>{words.see}</a>
        </p>
    }
    .rendered()
}
