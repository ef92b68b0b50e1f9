//! `/admin/outbox`: the mail that this install has written.

use crate::{
    components::{
        frame::{Width, frame},
        show::show,
        tables::moment,
    },
    visit,
    words::{fill, people::people},
};
use domain::account::Mail;
use leptos::prelude::*;
use service::mail;

/// How many messages are shown.
const MOST: u16 = 100;

/// For the operator, where there is no mail server.
pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let words = people(visit::lang());
        let mails = mail::outbox(&visit.desk, visit.trader()?, MOST.into()).await?;
        let empty = mails.is_empty().then(|| view! { <p class="empty">{words.outbox_empty}</p> });
        let body = view! {
            <h1>{words.outbox}</h1>
            <p class="lead">{words.outbox_lead}</p>
            {empty}
            <ul class="cards" data-testid="outbox">{mails.into_iter().map(message).collect_view()}</ul>
        };
        Ok(frame(&visit, words.outbox, Width::Wide, body))
    })
}

fn message(mail: Mail) -> AnyView {
    let words = people(visit::lang());
    let sent =
        mail.sent_at.map_or_else(|| words.waiting.to_owned(), |at| fill(words.sent, &[&at.to_string()]));
    view! {
        <li class="panel mail">
            <h2 class="panel-title">{mail.subject}</h2>
            <p class="hint">{fill(words.to, &[&mail.to])}" · "{moment(mail.created_at)}" · "{sent}</p>
            <pre>{mail.body}</pre>
        </li>
    }
    .into_any()
}
