//! `/support`: support requests to the admins.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        form::{Field, Posted},
        frame::{Width, frame},
        show::show,
        tables::dated_in,
    },
    visit,
    words::personal::{Personal, personal},
};
use domain::support::Ticket;
use leptos::prelude::*;
use service::messaging::support;

/// The form, and earlier requests.
pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let (words, actor) = (personal(visit::lang()), visit.trader()?);
        let tickets = support::list_own(&visit.desk, actor).await?;
        let posted = Posted::read(&visit).await?;
        let none = tickets.is_empty().then(|| view! { <p class="empty">{words.mine_empty}</p> });
        let mine = tickets.into_iter().map(|ticket| card(words, ticket, None)).collect_view();
        let body = view! {
            <h1>{words.support}</h1>
            <p class="lead">{words.support_lead(&actor.email)}</p>
            {posted.message()}
            {ask(words, &posted.of("support-ask"))}
            <section class="stack" aria-labelledby="mine-title">
                <h2 id="mine-title" class="panel-title">{words.mine}</h2>
                {none}
                <ul class="cards" data-testid="tickets">{mine}</ul>
            </section>
        };
        Ok(frame(&visit, words.support, Width::Narrow, body))
    })
}

fn ask(words: &'static Personal, posted: &Posted) -> AnyView {
    let field =
        |name, label| Field { name, label, autocomplete: "off", scope: "support", ..Field::default() };
    let message =
        Field { long: true, prose: true, hint: words.message_hint, ..field("message", words.message) };
    view! {
        <section class="panel" aria-labelledby="ask-title">
            <h2 id="ask-title" class="panel-title">{words.ask_title}</h2>
            <form method="post" action="/api/support-ask" class="form" novalidate data-testid="support-ask">
                {field("subject", words.subject).show(posted)}
                {message.show(posted)}
                <button type="submit" class="button" data-kind="main">{words.send}</button>
            </form>
        </section>
    }
    .rendered()
}

/// A request, with the possible action.
pub(super) fn card(words: &'static Personal, ticket: Ticket, act: Option<AnyView>) -> AnyView {
    let (mode, state) = if ticket.closed_at.is_some() { ("off", words.closed) } else { ("good", words.open) };
    view! {
        <li class="panel mail" data-testid="ticket">
            <div class="key-head">
                <h3 class="key-name">{ticket.subject}</h3>
                <span class="badge" data-mode=mode>{state}</span>
            </div>
            <p class="hint">{ticket.email}" · "{dated_in(words.sent(), ticket.created_at)}</p>
            <pre>{ticket.message}</pre>
            {act}
        </li>
    }
    .rendered()
}
