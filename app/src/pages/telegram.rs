//! `/telegram`: simulates the chat with the bot, if the installation has none. It has no live updates:
//! messages are posted, and new ones appear on reload.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        form::{Field, Posted},
        frame::{Width, frame},
        show::show,
        tables::timestamp,
    },
    visit,
    words::messages::{Messages, messages},
};
use domain::notification::ChatMessage;
use leptos::prelude::*;
use service::messaging::notify::telegram;

/// The conversation, and a field for a message.
pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let words = messages(visit::lang());
        let lines = telegram::chat(&visit.desk, visit.trader()?).await?;
        let posted = Posted::read(&visit).await?.of("telegram-say");
        let empty = lines.is_empty().then(|| view! { <p class="empty">{words.chat_empty}</p> });
        let text = Field { name: "text", label: words.chat_text, autocomplete: "off", ..Field::default() }
            .show(&posted);
        // A browser that is already at `#say` would not reload, so the URL must differ each time.
        let again = format!("/telegram?at={}#say", visit.desk.clock.now().0);
        let body = view! {
            <h1>{words.chat_title}</h1>
            <p class="lead">{words.chat_lead}</p>
            {posted.message()}
            {empty}
            <ol class="chat" aria-label=words.chat_label data-testid="chat">
                {lines.into_iter().map(|line| chat_message(words, line)).collect_view()}
            </ol>
            <form method="post" action="/api/telegram-say" class="form panel" novalidate id="say" data-testid="telegram-say">
                {text}
                <div class="row">
                    <button type="submit" class="button" data-kind="main">{words.chat_send}</button>
                    <a class="button" href=again>{words.chat_reload}</a>
                </div>
            </form>
        };
        Ok(frame(&visit, words.chat_title, Width::Narrow, body))
    })
}

fn chat_message(words: &'static Messages, line: ChatMessage) -> AnyView {
    let (who, by) = if line.ours { (words.chat_bot, "bot") } else { (words.chat_you, "you") };
    view! {
        <li class="chat-line" data-by=by data-testid="chat-line">
            <p class="hint">{who}" · "{timestamp(line.at)}</p>
            <p class="chat-text" dir="auto">{line.body}</p>
        </li>
    }
    .rendered()
}
