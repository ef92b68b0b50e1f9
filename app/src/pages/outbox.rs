//! `/admin/outbox`: what this install has written, and what has become of it.

use crate::{
    components::{
        form::Posted,
        frame::{Width, frame},
        show::show,
        tables::moment,
    },
    visit,
    words::{
        fill,
        messages::{Messages, messages},
    },
};
use domain::notification::{Delivery, Outgoing};
use leptos::prelude::*;
use service::notify;

/// How many messages are shown.
const MOST: u16 = 100;

/// For the operator: where there is no mail server, and where one fails.
pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let words = messages(visit::lang());
        let all = notify::list(&visit.desk, visit.trader()?, MOST.into()).await?;
        let dead = notify::dead(&visit.desk, visit.trader()?).await?;
        let dead = (dead > 0).then(|| {
            view! { <p class="hint" data-testid="dead-count">{fill(words.dead_count, &[&dead.to_string()])}</p> }
        });
        let posted = Posted::read(&visit).await?;
        let empty = all.is_empty().then(|| view! { <p class="empty">{words.outbox_empty}</p> });
        let body = view! {
            <h1>{words.outbox}</h1>
            <p class="lead">{words.outbox_lead}</p>
            {posted.message()}
            {dead}
            {empty}
            <ul class="cards" data-testid="outbox">
                {all.into_iter().map(|message| card(words, message)).collect_view()}
            </ul>
        };
        Ok(frame(&visit, words.outbox, Width::Wide, body))
    })
}

fn card(words: &'static Messages, message: Outgoing) -> AnyView {
    let (state, mode) = match message.delivery {
        Delivery::Waiting => (words.waiting.to_owned(), "plain"),
        Delivery::Sending => (words.sending.to_owned(), "plain"),
        Delivery::Again(at) => (fill(words.again, &[&at.to_string()]), "warn"),
        Delivery::Sent(at) => (fill(words.sent, &[&at.to_string()]), "good"),
        Delivery::Dead(at) => (fill(words.dead, &[&at.to_string()]), "bad"),
    };
    let tried = (message.attempts > 1).then(|| fill(words.attempts, &[&message.attempts.to_string()]));
    let trouble: Vec<_> = tried.into_iter().chain(message.failure).collect();
    let trouble = (!trouble.is_empty()).then(|| view! { <p class="problem">{trouble.join(" · ")}</p> });
    let retry = matches!(message.delivery, Delivery::Dead(_)).then(|| {
        view! {
            <form method="post" action="/api/message-retry">
                <input type="hidden" name="id" value=message.id.to_string()/>
                <button type="submit" class="button" data-testid="message-retry">{words.retry}</button>
            </form>
        }
    });
    // A chat's messages have no subject.
    let title = if message.subject.is_empty() { words.telegram.to_owned() } else { message.subject };
    view! {
        <li class="panel mail" data-testid="message-row" data-channel=message.channel.word()>
            <h2 class="panel-title">{title}</h2>
            <p class="hint">{fill(words.to, &[&message.to])}" · "{message.channel.word()}" · "{moment(message.created_at)}</p>
            <p><span class="badge" data-mode=mode data-testid="message-state">{state}</span></p>
            {trouble}
            <pre dir="auto">{message.body}</pre>
            {retry}
        </li>
    }
    .into_any()
}
