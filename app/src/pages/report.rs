//! `/reports/{id}`: a weekly or monthly report, as it is mailed.

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
use service::{Error, following::report};

/// The id of the current week's report.
const SO_FAR: &str = "so-far";

pub(crate) fn page() -> impl IntoView {
    let id = visit::param("id").unwrap_or_default();
    show(move |visit| async move {
        let (here, actor) = (reports(visit::lang()), visit.trader()?);
        let (title, lead, reported) = if id == SO_FAR {
            (here.so_far, Some(here.so_far_lead), report::so_far(&visit.desk, actor).await?)
        } else {
            let id = id.parse().map_err(|_| Error::NotFound)?;
            let report = report::get_report(&visit.desk, actor, id).await?.report;
            (title(here, &report), None, Some((report, true)))
        };
        let content = match reported {
            Some((report, complete)) => Either::Left(whole(here, &id, &report, complete)),
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

fn title(words: &Reports, report: &Report) -> &'static str {
    match report.period {
        Period::Week => words.week_title,
        Period::Month => words.month_title,
    }
}

/// The whole report. `complete`: every exchange has reported its fills, so that all fees are included.
fn whole(here: &'static Reports, id: &str, report: &Report, complete: bool) -> AnyView {
    let days = here.days(&report.first_day, &report.last_day, &report.zone);
    view! {
        <p class="lead" data-testid="report-days">{days}</p>
        <div class="columns even">
            {sums(here, report, complete)}
            {picture(here, report)}
        </div>
        {keys(here, report)}
        {strategies(here, report)}
        <p class="hint">{here.note}</p>
        <p><a href=format!("/report.html?id={id}") data-testid="as-mailed">{here.as_mailed}</a></p>
    }
    .into_any()
}

fn sums(here: &'static Reports, report: &Report, complete: bool) -> AnyView {
    let (total, trades) = (&report.total, &report.trades);
    let share = total.percent().map(|p| format!(" ({})", figures::signed_percent(p))).unwrap_or_default();
    let profit = format!("{}{share}", figures::signed_cents(total.profit()));
    let fall = format!(
        "{} ({})",
        figures::cents(-report.drawdown.usd),
        figures::signed_percent(-report.drawdown.percent)
    );
    let rate = trades.win_rate().map(|rate| {
        let of = won_of(here, trades.won, trades.ended);
        figure(here.win_rate, here.won_share(&figures::share(rate), &of), None)
    });
    let fees = figures::cents(report.fees);
    let fees = if complete { fees } else { here.fees_partly(&fees) };
    let entries = here.trades_of(&trades.copied.to_string(), &trades.manual.to_string());
    view! {
        <section class="panel" aria-label=here.profit data-testid="report-figures">
            <dl class="figures">
                {figure(here.start, figures::cents(total.start), None)}
                {figure(here.end, figures::cents(total.end), None)}
                {figure(here.net_deposits, figures::signed_cents(total.brought), None)}
                {figure(here.profit, profit, Some(total.profit()))}
                {figure(here.drawdown, fall, None)}
                {figure(here.fees, fees, None)}
                {figure(here.trades, entries, None)}
                {rate}
            </dl>
        </section>
    }
    .into_any()
}

/// How many of the ended positions were won.
fn won_of(here: &Reports, won: u32, ended: u32) -> String {
    here.won_of(usize::try_from(ended).unwrap_or_default(), &won.to_string())
}

fn figure(name: &'static str, value: String, change: Option<Decimal>) -> AnyView {
    view! { <div><dt>{name}</dt><dd data-change=change.map(tone)>{value}</dd></div> }.into_any()
}

fn picture(here: &'static Reports, report: &Report) -> Option<AnyView> {
    let (first, last) = (report.won.first()?, report.won.last().filter(|_| report.won.len() > 1)?);
    let label = here.picture_of(&figures::signed_cents(first.1), &figures::signed_cents(last.1));
    Some(
        view! {
            <section class="panel" aria-labelledby="picture-title">
                <h2 id="picture-title" class="panel-title">{here.profit_chart}</h2>
                {plot::line(&report.won, label)}
                {plot::ends(&report.won, figures::signed_cents)}
            </section>
        }
        .into_any(),
    )
}

fn keys(here: &'static Reports, report: &Report) -> Option<AnyView> {
    let columns = [(here.name, WORDS), (here.start, NUMBER), (here.end, NUMBER), (here.profit, NUMBER)];
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
    (!report.keys.is_empty()).then(|| section(here.keys, "report-keys", &columns, rows))
}

fn strategies(here: &'static Reports, report: &Report) -> Option<AnyView> {
    let columns = [(here.name, WORDS), (here.win_rate, WORDS), (here.profit, NUMBER)];
    let row = |part: &domain::report::StrategyPart| {
        let won = won_of(here, part.won, part.ended);
        view! {
            <tr>
                <th scope="row" class="wrap"><a href=format!("/strategies/{}", part.id)>{part.name.clone()}</a></th>
                <td class="wrap">{won}</td>
                <td class="number" data-change=tone(part.profit)>{figures::signed_cents(part.profit)}</td>
            </tr>
        }
    };
    let rows = report.strategies.iter().map(row).collect_view();
    (!report.strategies.is_empty()).then(|| section(here.strategies, "report-strategies", &columns, rows))
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
    .into_any()
}
