//! `/dashboard`: balances, and open positions and orders.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        form::Posted,
        frame::{Width, frame},
        icon::icon,
        plot,
        show::show,
        tables,
        ticks::Ticks,
        trade_link::trade_link,
    },
    figures,
    pages::follows,
    visit::{self, Visit},
    words::{pages::Pages, pages::pages},
};
use domain::{Decimal, ExchangeKey, ExchangeKeyId, Micros, Order, Position, live::PositionProtection};
use leptos::{either::Either, prelude::*};
use service::{
    Error,
    identity::account,
    trading::{equity, key, order},
};

/// The time span of the equity plot, in hours.
const HOURS: u32 = 7 * 24;

/// The first page after signing in.
pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let (words, actor) = (pages(visit::lang()), visit.trader()?);
        let keys = key::list_keys(&visit.desk, actor).await?;
        let first = account::first_steps(&visit.desk, actor).await?;
        let posted = Posted::read(&visit).await?;
        let content = if keys.is_empty() {
            Either::Left(empty(&visit, words))
        } else {
            Either::Right(holdings(&visit, words, keys).await?)
        };
        let body = view! {
            <h1>{words.welcome}</h1>
            {posted.message()}
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

async fn holdings(visit: &Visit, words: &'static Pages, keys: Vec<ExchangeKey>) -> Result<AnyView, Error> {
    let actor = visit.trader()?;
    let total = equity::total_usd(&visit.desk, actor).await.ok();
    let points = equity::list_history(&visit.desk, actor, HOURS).await?;
    let look = |key: ExchangeKey| async move {
        let seen = if key.active { key::delete_check(&visit.desk, actor, key.id).await.ok() } else { None };
        let open = match seen.filter(|s| s.known) {
            Some(s) => protected(visit, key.id, s.positions, &s.orders).await.ok().map(|p| (p, s.orders)),
            None => None,
        };
        Holding { key, open }
    };
    let held = futures::future::join_all(keys.into_iter().map(look)).await;
    let (follows, ticks) = (follows::summary(visit).await?, Ticks::read(visit).await);
    Ok(view! {
        <div class="dashboard">
            <div class="cards">{worth(words, total, &points)}{follows}</div>
            {key_cards(words, &held)}
            {open(words, held, &ticks)}
        </div>
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

fn worth(words: &'static Pages, total: Option<Decimal>, points: &[(Micros, Decimal)]) -> AnyView {
    let total = total.map_or_else(|| "—".to_owned(), |t| format!("${}", figures::cents(t)));
    let plot = if let (true, Some(first), Some(last)) = (points.len() > 1, points.first(), points.last()) {
        let label = words.equity_summary(&figures::cents(first.1), &figures::cents(last.1));
        Either::Left((plot::line(points, label), plot::ends(points, figures::cents)))
    } else {
        Either::Right(view! { <p class="empty">{words.equity_empty}</p> })
    };
    view! {
        <section class="panel worth" aria-labelledby="equity-title">
            <h2 id="equity-title" class="panel-title">{words.total_balance}</h2>
            <p class="worth-total" data-testid="total-usd">{total}</p>
            <p class="hint">{words.equity_lead}</p>
            {plot}
        </section>
    }
    .rendered()
}

fn key_cards(words: &'static Pages, held: &[Holding]) -> AnyView {
    let card = |holding: &Holding| {
        let key = &holding.key;
        let unread = (key.active && holding.open.is_none()).then(|| words.unreadable(&key.name));
        let state = if key.active { words.active } else { words.inactive };
        view! {
            <li class="key-line">
                <span class="key-name">{key.name.clone()}</span>
                <span class="badge" data-mode=if key.active { "good" } else { "off" }>{state}</span>
                {unread.map(|text| view! { <span class="hint">{text}</span> })}
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
        positions.extend(ps.into_iter().map(|(p, shown)| (key.name.clone(), p, shown)));
        orders.extend(os.into_iter().map(|o| (key.name.clone(), o)));
    }
    let positions = if positions.is_empty() {
        Either::Left(view! { <p class="empty">{words.no_positions}</p> })
    } else {
        Either::Right(tables::positions(positions, ticks))
    };
    let orders = if orders.is_empty() {
        Either::Left(view! { <p class="empty">{words.no_orders}</p> })
    } else {
        Either::Right(tables::keyed_orders(&orders, words.open_orders))
    };
    view! {
        <section class="panel span" aria-labelledby="positions-title">
            <h2 id="positions-title" class="panel-title">{words.positions}</h2>
            {positions}
        </section>
        <section class="panel span" aria-labelledby="orders-title">
            <h2 id="orders-title" class="panel-title">{words.open_orders}</h2>
            {orders}
        </section>
    }
    .rendered()
}
