//! `/dashboard?range=`: balances and profit, and open positions and orders of all accounts. The stream keeps them
//! current.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        confirm::Confirm,
        filters::tabs,
        form::Posted,
        frame::{Width, frame},
        icon::icon,
        open_positions::{OpenPosition, open_positions},
        plot,
        profit_chart::profit_chart,
        show::show,
        tables::{self, tone},
        ticks::Ticks,
        trade_link::trade_link,
    },
    figures,
    islands::{fresh::Fresh, portfolio::LivePortfolio},
    pages::follows,
    visit::{self, Visit},
    words::{
        home::{Home, home},
        pages::{Pages, pages},
    },
};
use domain::{Decimal, ExchangeKey, ExchangeKeyId, Order, Position, live::PositionProtection};
use leptos::{either::Either, prelude::*};
use service::{
    Error,
    following::report::{self, Performance, Range},
    identity::account,
    trading::{
        equity, key,
        live::{self, OpenAccount},
        order,
    },
};

/// The first page after signing in.
pub(crate) fn page() -> impl IntoView {
    let range = visit::query("range").and_then(|word| Range::parse(&word)).unwrap_or(Range::Week);
    show(move |visit| async move {
        let (words, actor) = (pages(visit::lang()), visit.trader()?);
        let keys = key::list_keys(&visit.desk, actor).await?;
        let first = account::first_steps(&visit.desk, actor).await?;
        let posted = Posted::read(&visit).await?;
        let content = if keys.is_empty() {
            Either::Left(empty(&visit, words))
        } else {
            Either::Right(holdings(&visit, words, keys, range).await?)
        };
        let body = view! {
            <h1>{words.welcome}</h1>
            {posted.message()}
            {closed_positions(&posted)}
            {first.then(|| first_steps(&actor.email, words))}
            {content}
        };
        Ok(frame(&visit, words.dashboard, Width::Wide, body))
    })
}

/// Shows the first user of a sandbox installation how to become its admin.
fn first_steps(email: &str, words: &'static Pages) -> AnyView {
    let command = format!("slipstream admin {email}");
    view! {
        <section class="panel note" data-testid="first-steps" aria-labelledby="first-title">
            <h2 id="first-title" class="panel-title">{words.first_title}</h2>
            <p>{words.first_lead}</p>
            <pre><code>{command}</code></pre>
        </section>
    }
    .rendered()
}

/// Without keys: a button that opens a sandbox account.
pub(crate) fn empty(visit: &Visit, words: &'static Pages) -> AnyView {
    let sandbox = visit.desk.sandbox.is_some().then(|| {
        view! {
            <h2>{words.empty_title}</h2>
            <p class="lead">{words.empty_lead}</p>
            <form method="post" action="/api/key-sandbox">
                <button type="submit" class="button large" data-kind="main" data-testid="open-sandbox">{words.open_sandbox}</button>
            </form>
        }
    });
    view! {
        <section class="panel empty-state" data-testid="empty-state">
            {icon("candles")}
            {sandbox}
            <p><a href="/keys#add">{words.or_connect}</a></p>
        </section>
    }
    .rendered()
}

/// A key's open positions and orders; `None` if the exchange does not respond.
struct Holding {
    key: ExchangeKey,
    open: Option<Open>,
}

/// A key's positions with their protection, and its orders.
type Open = (Vec<(Position, PositionProtection)>, Vec<Order>);

async fn holdings(
    visit: &Visit,
    words: &'static Pages,
    keys: Vec<ExchangeKey>,
    range: Range,
) -> Result<AnyView, Error> {
    let actor = visit.trader()?;
    let total = equity::total_usd(&visit.desk, actor).await.ok();
    let profit = report::performance(&visit.desk, actor, range).await?;
    let mut found = live::list_open(&visit.desk.trading(), actor, &keys).await;
    let mut held = Vec::with_capacity(keys.len());
    for key in keys {
        let open = match found.remove(&key.id).filter(|_| key.active) {
            Some(OpenAccount { positions, orders }) => {
                protected(visit, key.id, positions, &orders).await.ok().map(|rows| (rows, orders))
            }
            None => None,
        };
        held.push(Holding { key, open });
    }
    let (follows, ticks) = (follows::summary(visit).await?, Ticks::read(visit).await);
    let texts = home(visit::lang());
    Ok(view! {
        <div data-holdings="true">
            <p class="hint offline-hint" role="status" data-testid="offline-hint">{texts.offline}</p>
            <div class="dashboard" data-fresh="slow">
                <div class="cards">{worth(words, total, &profit, range, &held)}{follows}</div>
                {key_cards(words, &held)}
                {open(words, held, &ticks)}
            </div>
        </div>
        <LivePortfolio/>
        <Fresh/>
    }
    .rendered())
}

async fn protected(
    visit: &Visit,
    key: ExchangeKeyId,
    positions: Vec<Position>,
    orders: &[Order],
) -> Result<Vec<(Position, PositionProtection)>, Error> {
    let shown = order::protection_of(&visit.desk, visit.trader()?, key, &positions, orders).await?;
    Ok(positions.into_iter().zip(shown).collect())
}

fn worth(
    words: &'static Pages,
    total: Option<Decimal>,
    profit: &Performance,
    range: Range,
    held: &[Holding],
) -> AnyView {
    let texts = home(visit::lang());
    let total = total.map_or_else(|| "—".to_owned(), |t| format!("${}", figures::cents(t)));
    let open = held.iter().filter_map(|holding| holding.open.as_ref());
    let unrealized: Decimal = open.flat_map(|(all, _)| all).map(|(p, _)| p.unrealized_pnl).sum();
    view! {
        <section class="panel worth" aria-labelledby="equity-title">
            <h2 id="equity-title" class="panel-title">{words.total_balance}</h2>
            <p class="worth-total live-figure" data-testid="total-usd">{total}</p>
            <dl class="figures" data-testid="profits">
                {gain(texts.unrealized, unrealized, None, Some("true"), "unrealized")}
                {gain(texts.today, profit.today.profit(), profit.today.percent(), None, "profit-today")}
                {gain(texts.week, profit.week.profit(), profit.week.percent(), None, "profit-week")}
                {gain(texts.all_time, profit.all.profit(), profit.all.percent(), None, "profit-all")}
            </dl>
            {curve(texts, profit, range)}
        </section>
    }
    .rendered()
}

/// A profit with its percentage. `live` marks the one that the stream changes.
fn gain(
    name: &'static str,
    value: Decimal,
    percent: Option<Decimal>,
    live: Option<&'static str>,
    testid: &'static str,
) -> AnyView {
    let percent =
        percent.map(|percent| view! { <span class="hint">" "{figures::signed_percent(percent)}</span> });
    view! {
        <div>
            <dt>{name}</dt>
            <dd><span class="live-figure" data-pnl-total=live data-change=tone(value) data-testid=testid>{figures::signed_cents(value)}</span>{percent}</dd>
        </div>
    }
    .rendered()
}

/// The profit over the chosen range, and the links that choose it.
fn curve(words: &'static Home, profit: &Performance, range: Range) -> AnyView {
    let points = &profit.curve;
    let name = |range: Range| match range {
        Range::Day => words.range_day,
        Range::Week => words.range_week,
        Range::All => words.range_all,
    };
    let links = Range::ALL
        .iter()
        .map(|one| (format!("/dashboard?range={}", one.word()), one.word(), name(*one), *one == range));
    let plot = if let (true, Some(first), Some(last)) = (points.len() > 1, points.first(), points.last()) {
        let label = words.profit_summary(&figures::signed_cents(first.1), &figures::signed_cents(last.1));
        Either::Left((profit_chart(points, label), plot::ends(points, figures::signed_cents)))
    } else {
        Either::Right(view! { <p class="empty">{words.profit_empty}</p> })
    };
    view! {
        <div class="row between">
            <h3 class="panel-title">{words.profit}</h3>
            {tabs(words.range, links.collect())}
        </div>
        <p class="hint">{words.profit_lead}</p>
        {plot}
    }
    .rendered()
}

/// The button that closes all positions of a key after a question; `None` without a position.
fn close_all(key: &ExchangeKey, positions: &[(Position, PositionProtection)]) -> Option<AnyView> {
    let texts = home(visit::lang());
    let count = Some(positions.len()).filter(|count| *count > 0)?;
    let value: Decimal = positions.iter().map(|(position, _)| position.notional).sum();
    let question = texts.close_all_sure(count, &figures::cents(value), &key.name);
    let values = [("key", key.id.to_string())];
    let confirm = Confirm {
        named: Some(texts.close_all_label(&key.name)),
        yes: texts.close_all_yes(count),
        ..Confirm::new("positions-close", &values, texts.close_all, &question, "positions-close")
    };
    Some(confirm.show())
}

/// The result for each position of the last "close all".
fn closed_positions(posted: &Posted) -> Option<AnyView> {
    let posted = posted.of("positions-close");
    let lines = posted.details();
    (!lines.is_empty()).then(|| {
        let line = |(_, text): &(String, String)| view! { <li>{text.clone()}</li> };
        view! { <ul class="hint" data-testid="closed-positions">{lines.iter().map(line).collect_view()}</ul> }
            .rendered()
    })
}

fn key_cards(words: &'static Pages, held: &[Holding]) -> AnyView {
    let card = |holding: &Holding| {
        let key = &holding.key;
        let unread = (key.active && holding.open.is_none()).then(|| words.unreadable(&key.name));
        let state = if key.active { words.active } else { words.inactive };
        let close = holding.open.as_ref().and_then(|(positions, _)| close_all(key, positions));
        view! {
            <li class="key-line">
                <span class="key-name">{key.name.clone()}</span>
                <span class="badge" data-mode=if key.active { "good" } else { "off" }>{state}</span>
                {unread.map(|text| view! { <span class="hint">{text}</span> })}
                {close}
                {trade_link(words, key, words.open_desk, "quiet")}
            </li>
        }
    };
    view! {
        <section class="panel" aria-labelledby="keys-title">
            <h2 id="keys-title" class="panel-title">{words.your_keys}</h2>
            <ul class="key-lines">{held.iter().map(card).collect_view()}</ul>
            <p><a href="/keys">{words.manage_keys}</a></p>
        </section>
    }
    .rendered()
}

fn open(words: &'static Pages, held: Vec<Holding>, ticks: &Ticks) -> AnyView {
    let (mut positions, mut orders) = (Vec::new(), Vec::new());
    for Holding { key, open } in held {
        let (ps, os) = open.unwrap_or_default();
        orders.extend(os.into_iter().map(|o| (key.name.clone(), o)));
        let row = |(position, protection)| OpenPosition { key: key.clone(), position, protection };
        positions.extend(ps.into_iter().map(row));
    }
    let orders = if orders.is_empty() {
        Either::Left(view! { <p class="empty">{words.no_orders}</p> })
    } else {
        Either::Right(tables::keyed_orders(&orders, words.open_orders))
    };
    view! {
        <section class="panel span" aria-labelledby="positions-title">
            <h2 id="positions-title" class="panel-title">{words.positions}</h2>
            {open_positions(&positions, ticks)}
        </section>
        <section class="panel span" aria-labelledby="orders-title">
            <h2 id="orders-title" class="panel-title">{words.open_orders}</h2>
            {orders}
        </section>
    }
    .rendered()
}
