//! `/reports/{id}`: a weekly or monthly report, as it is mailed.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        frame::{Width, frame},
        plot,
        show::show,
        tables::{NUMBER, WORDS, scrolling, tone},
    },
    figures, visit,
    words::reports::{Reports, reports},
};
use domain::{
    Decimal,
    report::{Period, Report},
};
use leptos::{either::Either, prelude::*};
use service::{
    Error,
    following::report::{self, Words},
};

/// The id of the current week's report.
const SO_FAR: &str = "so-far";

pub(crate) fn page() -> impl IntoView {
    let id = visit::param("id").unwrap_or_default();
    show(move |visit| async move {
        let (here, actor) = (reports(visit::lang()), visit.trader()?);
        let figures = report::words(visit::lang());
        let (title, lead, reported) = if id == SO_FAR {
            (here.so_far, Some(here.so_far_lead), report::so_far(&visit.desk, actor).await?)
        } else {
            let id = id.parse().map_err(|_| Error::NotFound)?;
            let report = report::get_report(&visit.desk, actor, id).await?.report;
            (title(figures, &report), None, Some((report, true)))
        };
        let content = match reported {
            Some((report, complete)) => Either::Left(whole(here, figures, &id, &report, complete)),
            None => {
                Either::Right(view! { <p class="empty" data-testid="no-figures">{here.so_far_empty}</p> })
            }
        };
        let body = view! {
            <h1>{title}</h1>
            {lead.map(|text| view! { <p class="lead">{text}</p> })}
            {content}
            <p><a href="/reports">{here.all}</a></p>
        };
        Ok(frame(&visit, title, Width::Wide, body))
    })
}

fn title(words: &Words, report: &Report) -> &'static str {
    match report.period {
        Period::Week => words.week,
        Period::Month => words.month,
    }
}

/// The whole report. `complete`: every exchange has reported its fills, so that all fees are included.
fn whole(
    here: &'static Reports,
    words: &'static Words,
    id: &str,
    report: &Report,
    complete: bool,
) -> AnyView {
    let days = words.days(&report.first_day, &report.last_day, &report.zone);
    view! {
        <p class="lead" data-testid="report-days">{days}</p>
        <div class="columns even">
            {sums(here, words, report, complete)}
            {picture(words, report)}
        </div>
        {keys(words, report)}
        {strategies(words, report)}
        <p class="hint">{words.note}</p>
        <p><a href=format!("/report.html?id={id}") data-testid="as-mailed">{here.as_mailed}</a></p>
    }
    .rendered()
}

fn sums(here: &'static Reports, words: &'static Words, report: &Report, complete: bool) -> AnyView {
    let (total, trades) = (&report.total, &report.trades);
    let profit = figures::signed_cents(total.profit());
    let profit = match total.percent() {
        Some(share) => words.with_share(&profit, &figures::signed_percent(share)),
        None => profit,
    };
    let fall = words.with_share(
        &figures::cents(-report.drawdown.usd),
        &figures::signed_percent(-report.drawdown.percent),
    );
    let rate = trades.win_rate().map(|rate| {
        let of = won_of(words, trades.won, trades.ended);
        figure(words.win_rate, words.won_share(&figures::share(rate), &of), None)
    });
    let fees = figures::cents(report.fees);
    let fees = if complete { fees } else { here.fees_partly(&fees) };
    let entries = words.trades_of(&trades.copied.to_string(), &trades.manual.to_string());
    view! {
        <section class="panel" aria-label=words.profit data-testid="report-figures">
            <dl class="figures">
                {figure(words.start, figures::cents(total.start), None)}
                {figure(words.end, figures::cents(total.end), None)}
                {figure(words.net_deposits, figures::signed_cents(total.brought), None)}
                {figure(words.profit, profit, Some(total.profit()))}
                {figure(words.drawdown, fall, None)}
                {figure(words.fees, fees, None)}
                {figure(words.trades, entries, None)}
                {rate}
            </dl>
        </section>
    }
    .rendered()
}

/// How many of the ended positions were won.
fn won_of(words: &Words, won: u32, ended: u32) -> String {
    words.won_of(usize::try_from(ended).unwrap_or_default(), &won.to_string())
}

fn figure(name: &'static str, value: String, change: Option<Decimal>) -> AnyView {
    view! { <div><dt>{name}</dt><dd data-change=change.map(tone)>{value}</dd></div> }.rendered()
}

fn picture(words: &'static Words, report: &Report) -> Option<AnyView> {
    let (first, last) = (report.won.first()?, report.won.last().filter(|_| report.won.len() > 1)?);
    let label = words.picture_of(&figures::signed_cents(first.1), &figures::signed_cents(last.1));
    Some(
        view! {
            <section class="panel" aria-labelledby="picture-title">
                <h2 id="picture-title" class="panel-title">{words.profit_chart}</h2>
                {plot::line(&report.won, label)}
                {plot::ends(&report.won, figures::signed_cents)}
            </section>
        }
        .rendered(),
    )
}

fn keys(words: &'static Words, report: &Report) -> Option<AnyView> {
    let columns = [(words.name, WORDS), (words.start, NUMBER), (words.end, NUMBER), (words.profit, NUMBER)];
    let row = |key: &domain::report::KeyPart| {
        let profit = key.worth.profit();
        view! {
            <tr>
                <th scope="row" class="wrap"><bdi>{key.name.clone()}</bdi></th>
                <td class="number">{figures::cents(key.worth.start)}</td>
                <td class="number">{figures::cents(key.worth.end)}</td>
                <td class="number" data-change=tone(profit)>{figures::signed_cents(profit)}</td>
            </tr>
        }
    };
    let rows = report.keys.iter().map(row).collect_view();
    (!report.keys.is_empty()).then(|| section(words.keys, "report-keys", &columns, rows))
}

fn strategies(words: &'static Words, report: &Report) -> Option<AnyView> {
    let columns = [(words.name, WORDS), (words.win_rate, WORDS), (words.profit, NUMBER)];
    let row = |part: &domain::report::StrategyPart| {
        let won = won_of(words, part.won, part.ended);
        view! {
            <tr>
                <th scope="row" class="wrap"><a href=format!("/strategies/{}", part.id)>{part.name.clone()}</a></th>
                <td class="wrap">{won}</td>
                <td class="number" data-change=tone(part.profit)>{figures::signed_cents(part.profit)}</td>
            </tr>
        }
    };
    let rows = report.strategies.iter().map(row).collect_view();
    (!report.strategies.is_empty()).then(|| section(words.strategies, "report-strategies", &columns, rows))
}

fn section<V: IntoView>(
    title: &'static str,
    id: &'static str,
    columns: &[(&'static str, &'static str)],
    rows: V,
) -> AnyView {
    view! {
        <section class="panel" aria-labelledby=id>
            <h2 id=id class="panel-title">{title}</h2>
            {scrolling(title.to_owned(), columns, rows)}
        </section>
    }
    .rendered()
}
