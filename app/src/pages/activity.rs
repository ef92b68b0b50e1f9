//! `/settings/activity`: what happened to a person's account; `/admin/audit`: what anyone did.

use crate::{
    components::{
        agent,
        frame::{Width, frame},
        show::show,
        tables::moment,
    },
    visit,
    words::{deeds, security::Security, security::security},
};
use leptos::prelude::*;
use service::audit::{self, LogEntry, PAGE};

/// The person's own.
pub(crate) fn own() -> impl IntoView {
    let before = visit::query("before").and_then(|id| id.parse().ok());
    show(move |visit| async move {
        let words = security(visit::lang());
        let rows = audit::own(&visit.desk, visit.trader()?, before).await?;
        let body =
            page(words, (words.activity, words.activity_lead), "/settings/activity", "/activity.csv", rows);
        Ok(frame(&visit, words.activity, Width::Wide, body))
    })
}

/// Everybody's, for the operator.
pub(crate) fn all() -> impl IntoView {
    let before = visit::query("before").and_then(|id| id.parse().ok());
    let event = visit::query("event").unwrap_or_default();
    show(move |visit| async move {
        let words = security(visit::lang());
        let rows = audit::all(&visit.desk, visit.trader()?, &event, before).await?;
        let body = page(words, (words.audit, words.audit_lead), "/admin/audit", "/admin/audit.csv", rows);
        Ok(frame(&visit, words.audit, Width::Wide, body))
    })
}

fn page(
    words: &'static Security,
    (title, lead): (&'static str, &'static str),
    here: &'static str,
    file: &'static str,
    rows: Vec<LogEntry>,
) -> AnyView {
    let older = rows.last().filter(|_| rows.len() == PAGE).map(|last| {
        let href = format!("{here}?before={}", last.id);
        view! { <a class="button" data-kind="quiet" href=href data-testid="older">{words.older}</a> }
    });
    let none = rows.is_empty().then(|| view! { <p class="empty">{words.no_activity}</p> });
    view! {
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        {none}
        <div class="table-scroll" tabindex="0" role="group" aria-label=title>
            <table class="table" data-testid="activity-rows">
                <thead><tr>
                    <th scope="col">{words.time}</th><th scope="col">{words.what}</th><th scope="col">{words.who}</th>
                    <th scope="col">{words.address}</th><th scope="col">{words.client}</th><th scope="col">{words.subject}</th>
                </tr></thead>
                <tbody>{rows.into_iter().map(line).collect_view()}</tbody>
            </table>
        </div>
        <p class="row">
            <a class="button" data-kind="quiet" href=here>{words.newest}</a>{older}
            <a class="button" data-kind="quiet" href=file download="" data-testid="export">{words.export}</a>
        </p>
    }
    .into_any()
}

fn line(row: LogEntry) -> AnyView {
    let client = if row.client.is_empty() { String::new() } else { agent::told(&row.client) };
    view! {
        <tr data-event=row.action.clone()>
            <td>{moment(row.at)}</td>
            <td>{deeds::deed(visit::lang(), &row.action).to_owned()}</td>
            <td>{row.who}</td>
            <td>{deeds::place(visit::lang(), &row.address).to_owned()}</td>
            <td title=row.client>{client}</td>
            <td><code>{row.subject}</code></td>
        </tr>
    }
    .into_any()
}
