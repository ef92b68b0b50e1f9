//! `/reports`: weekly and monthly reports.

use crate::{
    components::{
        frame::{Width, frame},
        icon::icon,
        show::show,
        tables::{NUMBER, WORDS, scrolling, tone},
    },
    figures, visit,
    words::reports::{Reports, reports},
};
use domain::report::Period;
use leptos::{either::Either, prelude::*};
use service::following::report::{self, Made};

pub(crate) fn list() -> impl IntoView {
    show(|visit| async move {
        let (words, actor) = (reports(visit::lang()), visit.trader()?);
        let made = report::list_reports(&visit.desk, actor).await?;
        let content = if made.is_empty() {
            let when = report::next(&visit.desk, actor).await?;
            Either::Left(view! {
                <div class="panel empty-state" data-testid="no-reports">{icon("mail")}<p>{words.empty(&when)}</p></div>
            })
        } else {
            Either::Right(table(words, &made))
        };
        let body = view! {
            <h1>{words.title}</h1>
            <p class="lead">{words.lead}</p>
            <p><a class="button" href="/reports/so-far" data-testid="so-far">{words.see_so_far}</a></p>
            {content}
            <p><a href="/settings/notifications" data-testid="report-settings">{words.settings}</a></p>
        };
        Ok(frame(&visit, words.title, Width::Wide, body))
    })
}

fn table(words: &'static Reports, made: &[Made]) -> AnyView {
    let figures_of = report::words(visit::lang());
    let columns = [
        (words.col_period, WORDS),
        (words.col_days, WORDS),
        (figures_of.profit, NUMBER),
        (figures_of.end, NUMBER),
    ];
    let row = |made: &Made| {
        let report = &made.report;
        let period = match report.period {
            Period::Week => words.week,
            Period::Month => words.month,
        };
        let profit = report.total.profit();
        view! {
            <tr data-testid="report">
                <th scope="row"><a href=format!("/reports/{}", made.id)>{period}</a></th>
                <td>{report.first_day.clone()}" – "{report.last_day.clone()}</td>
                <td class="number" data-change=tone(profit)>{figures::signed_cents(profit)}</td>
                <td class="number">{figures::cents(report.total.end)}</td>
            </tr>
        }
    };
    scrolling(words.title.to_owned(), &columns, made.iter().map(row).collect_view())
}
