//! `/admin/signals/<id>`: a signal's fan-out as it happens: copies by status, reasons of failures, and the
//! newest copies.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        copied,
        frame::{Width, frame},
        show::show,
        tables::{NUMBER, WORDS, scrolling, timestamp},
        ticks::Ticks,
    },
    islands::fresh::Fresh,
    visit,
    words::{
        admin::{Admin, admin},
        copies::{copies, reason},
        pages::pages,
    },
};
use domain::{Decimal, SignalId, Symbol, copy::Status, follow::Copied, strategy::Given};
use leptos::prelude::*;
use service::{Error, following::strategy};

/// The number of copies listed.
const MOST: u16 = 50;

pub(crate) fn page() -> impl IntoView {
    let (id, after) = (visit::param("id"), visit::query("after"));
    show(|visit| async move {
        let (words, actor) = (admin(visit::lang()), visit.trader()?);
        let id: SignalId = id.and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
        let given = strategy::get_signal(&visit.desk, actor, id).await?;
        let symbol = strategy::operated_one(&visit.desk, actor, given.strategy_id).await?.strategy.symbol;
        let ticks = Ticks::read(&visit).await;
        let after = after.and_then(|id| id.parse().ok());
        let rows = strategy::copies(&visit.desk, actor, id, after, MOST).await?;
        let title = words.signal_title(&given.strategy_name);
        let body = view! {
            <p><a href=format!("/admin/strategies/{}", given.strategy_id)>{words.back(&given.strategy_name)}</a></p>
            <h1>{title.clone()}</h1>
            {confirmation(words, &given, &symbol, &ticks)}
            <div class="cards" data-fresh=if settled(&given) { "settled" } else { "moving" } data-testid="fan-out">
                {counts(words, &given)}
                {outcomes(words, id, &rows)}
            </div>
            <Fresh/>
        };
        Ok(frame(&visit, &title, Width::Wide, body))
    })
}

/// Whether no copy is queued or being sent.
fn settled(given: &Given) -> bool {
    let under_way = |s| matches!(s, Status::Queued | Status::Sending);
    given.fanned_out_at.is_some() && !given.copies.iter().any(|c| under_way(c.status))
}

/// The signal's content.
fn confirmation(words: &'static Admin, given: &Given, symbol: &Symbol, ticks: &Ticks) -> AnyView {
    let action = copies(visit::lang()).action(given.action, given.side);
    let price = |value: Option<Decimal>| value.map_or_else(|| "—".to_owned(), |v| ticks.price(symbol, v));
    let targets: Vec<_> = given.targets.iter().map(|t| ticks.price(symbol, *t)).collect();
    let targets = if targets.is_empty() { "—".to_owned() } else { targets.join(" · ") };
    view! {
        <dl class="figures wide">
            <div><dt>{words.col_signal}</dt><dd data-side=given.side.map(domain::Side::word)>{action}</dd></div>
            <div><dt>{words.col_by}</dt><dd>{words.source(given.source)}</dd></div>
            <div><dt>{pages(visit::lang()).col_time}</dt><dd>{timestamp(given.at)}</dd></div>
            <div><dt>{words.price}</dt><dd>{price(given.price)}</dd></div>
            <div><dt>{words.stop}</dt><dd>{price(given.stop)}</dd></div>
            <div><dt>{words.targets}</dt><dd>{targets}</dd></div>
        </dl>
    }
    .rendered()
}

/// The number of copies per status, and the reasons of those that were skipped or failed.
fn counts(words: &'static Admin, given: &Given) -> AnyView {
    let names = copies(visit::lang());
    let of =
        |status: Status| given.copies.iter().filter(|c| c.status == status).map(|c| c.copies).sum::<i64>();
    let tile = |status: Status| {
        view! {
            <div class="tile" data-testid=format!("count-{status}")>
                <dt>{copied::badge(status)}</dt><dd>{of(status)}</dd>
            </div>
        }
    };
    let mut why: Vec<_> = given.copies.iter().filter_map(|c| Some((c.reason?, c.copies))).collect();
    why.sort_by_key(|(_, copies)| std::cmp::Reverse(*copies));
    let columns = [(words.why, WORDS), (words.col_copies, NUMBER)];
    let line = |(why, count): &(domain::copy::Reason, i64)| {
        view! { <tr><th scope="row">{copied::capital(reason(visit::lang(), *why))}</th><td class="number">{*count}</td></tr> }
    };
    let reasons = (!why.is_empty())
        .then(|| scrolling(words.why.to_owned(), &columns, why.iter().map(line).collect_view()));
    view! {
        <section class="panel" aria-label=words.col_copies>
            <p role="status" data-testid="fan-out-state">{progress(words, given)}</p>
            <dl class="tiles" aria-label=names.title>{Status::ALL.iter().copied().map(tile).collect_view()}</dl>
            {reasons}
        </section>
    }
    .rendered()
}

fn progress(words: &Admin, given: &Given) -> String {
    let Some(done) = given.fanned_out_at else { return words.fanning.to_owned() };
    if given.copies.is_empty() {
        return words.none_reached.to_owned();
    }
    let millis = done.since(given.at) / 1_000;
    let took = if millis < 10_000 {
        words.millis(&millis.to_string())
    } else {
        words.seconds(&(millis / 1_000).to_string())
    };
    if settled(given) { words.fanned_and_settled(&took) } else { words.fanned(&took) }
}

/// The copies, in the order in which they were queued.
fn outcomes(words: &'static Admin, id: SignalId, rows: &[Copied]) -> impl IntoView + use<> {
    let last = rows.last().filter(|_| rows.len() == usize::from(MOST));
    let more = last.map(|copy| {
        let href = format!("/admin/signals/{id}?after={}", copy.id);
        view! { <p><a class="button" href=href>{words.more}</a></p> }
    });
    (!rows.is_empty()).then(|| {
        view! {
            <section class="panel" aria-labelledby="outcomes-title">
                <h2 id="outcomes-title" class="panel-title">{words.outcomes}</h2>
                {copied::anonymous(rows, words.outcomes)}
                {more}
            </section>
        }
    })
}
