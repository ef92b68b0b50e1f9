//! `/settings/activity`: the activity of a user's account; `/admin/audit`: the audit log of all users.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        agent,
        filters::address,
        frame::{Width, frame},
        show::show,
        tables::{tight, timestamp},
    },
    visit,
    words::{audit_actions, security::Security, security::security},
};
use leptos::prelude::*;
use service::platform::audit::{self, LogEntry, PAGE};

/// The user's own activity.
pub(crate) fn own() -> impl IntoView {
    let before = visit::query("before").and_then(|id| id.parse().ok());
    let first = before.is_none();
    show(move |visit| async move {
        let words = security(visit::lang());
        let rows = audit::list_own(&visit.desk, visit.trader()?, before).await?;
        let heading = (words.activity, words.activity_lead);
        let of = Of {
            here: "/settings/activity",
            file: "/activity.csv",
            users: false,
            event: String::new(),
            first,
        };
        let body = page(words, heading, of, rows);
        Ok(frame(&visit, words.activity, Width::Wide, body))
    })
}

/// All users' activity, for admins.
pub(crate) fn all() -> impl IntoView {
    let before = visit::query("before").and_then(|id| id.parse().ok());
    let event = visit::query("event").unwrap_or_default();
    let first = before.is_none();
    show(move |visit| async move {
        let words = security(visit::lang());
        let rows = audit::list_all(&visit.desk, visit.trader()?, &event, before).await?;
        let of = Of { here: "/admin/audit", file: "/admin/audit.csv", users: true, event, first };
        let changed = visit.desk.audit_fault().map(|fault| {
            let text = words.audit_changed(fault);
            view! { <p class="message" data-tone="bad" role="alert" data-testid="audit-changed">{text}</p> }
        });
        let body = page(words, (words.audit, words.audit_lead), of, rows);
        let body = view! { {changed}{body} }.rendered();
        Ok(frame(&visit, words.audit, Width::Wide, body))
    })
}

/// The list to show: the user's own entries, or all of them.
struct Of {
    /// The path of the page.
    here: &'static str,
    /// The path of its CSV file.
    file: &'static str,
    /// Whether a column shows the user of each entry. On a user's own page all entries are the user's.
    users: bool,
    /// The event whose entries are shown; empty for all.
    event: String,
    /// Whether this is the first page.
    first: bool,
}

fn page(
    words: &'static Security,
    (title, lead): (&'static str, &'static str),
    of: Of,
    rows: Vec<LogEntry>,
) -> AnyView {
    let Of { here, file, users, event, first } = of;
    let older = rows.last().filter(|_| rows.len() == PAGE).map(|last| {
        let before = last.id.to_string();
        let href = address(here, [("event", event.as_str()), ("before", &before)]);
        view! { <a class="button" data-kind="quiet" href=href data-testid="older">{words.older}</a> }
    });
    let start = address(here, [("event", event.as_str())]);
    let newest =
        (!first).then(|| view! { <a class="button" data-kind="quiet" href=start>{words.newest}</a> });
    let who = users.then(|| view! { <th scope="col" class="roomy">{words.who}</th> });
    let none = rows.is_empty().then(|| view! { <p class="empty">{words.no_activity}</p> });
    view! {
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        {none}
        <div class="table-scroll" tabindex="0" role="group" aria-label=title>
            <table class="table" data-testid="activity-rows">
                <thead><tr>
                    <th scope="col">{words.time}</th><th scope="col">{words.what}</th>{who}
                    <th scope="col" class="roomy">{words.address}</th><th scope="col" class="roomy">{words.client}</th>
                    <th scope="col">{words.subject}</th>
                </tr></thead>
                <tbody>{rows.into_iter().map(|row| line(row, users)).collect_view()}</tbody>
            </table>
        </div>
        <p class="row">
            {newest}{older}
            <a class="button" data-kind="quiet" href=file download="" data-testid="export">{words.export}</a>
        </p>
    }
    .rendered()
}

fn line(row: LogEntry, users: bool) -> AnyView {
    let client =
        if row.client.is_empty() { String::new() } else { agent::describe_agent(visit::lang(), &row.client) };
    let place = audit_actions::place(visit::lang(), &row.address);
    let mut below = vec![place.as_str(), client.as_str()];
    if users {
        below.insert(0, row.who.as_str());
    }
    below.retain(|part| !part.is_empty());
    let below = tight(&below);
    view! {
        <tr data-event=row.action.clone()>
            <td>{timestamp(row.at)}</td>
            <td>{audit_actions::event(visit::lang(), &row.action)}{below}</td>
            {users.then(|| view! { <td class="roomy wrap">{row.who}</td> })}
            <td class="roomy">{place}</td>
            <td class="roomy" title=row.client>{client}</td>
            <td class="wrap"><code>{row.subject}</code></td>
        </tr>
    }
    .rendered()
}
