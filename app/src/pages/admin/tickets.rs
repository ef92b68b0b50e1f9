//! `/admin/support`: support requests.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        form::Posted,
        frame::{Width, frame},
        show::show,
    },
    pages::support::card,
    visit,
    words::personal::{Personal, personal},
};
use domain::support::Ticket;
use leptos::prelude::*;
use service::messaging::support;

/// The open ones first.
pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let words = personal(visit::lang());
        let tickets = support::list_tickets(&visit.desk, visit.trader()?).await?;
        let posted = Posted::read(&visit).await?;
        let none = tickets.is_empty().then(|| view! { <p class="empty">{words.requests_empty}</p> });
        let shown = |ticket: Ticket| {
            let act = ticket.closed_at.is_none().then(|| close(words, &ticket));
            card(words, ticket, act)
        };
        let body = view! {
            <h1>{words.requests}</h1>
            <p class="lead">{words.requests_lead}</p>
            {posted.message()}
            {none}
            <section class="stack" aria-labelledby="list-title">
                <h2 id="list-title" class="visually-hidden">{words.requests}</h2>
                <ul class="cards" data-testid="tickets">{tickets.into_iter().map(shown).collect_view()}</ul>
            </section>
        };
        Ok(frame(&visit, words.requests, Width::Wide, body))
    })
}

fn close(words: &'static Personal, ticket: &Ticket) -> AnyView {
    view! {
        <form method="post" action="/api/support-close">
            <input type="hidden" name="id" value=ticket.id.to_string()/>
            <button type="submit" class="button" data-testid="ticket-close"
                aria-label=words.close_this(&ticket.subject)>{words.close}</button>
        </form>
    }
    .rendered()
}
