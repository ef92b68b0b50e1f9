//! `/unsubscribe?token=`: the target of a mail's unsubscribe link. Opening it changes nothing, because mail
//! programs open links by themselves; its button does.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        form::Posted,
        frame::{Width, frame},
        show::show,
    },
    visit,
    words::messages::{Messages, messages},
};
use domain::notification::Topic;
use leptos::prelude::*;
use service::{Error, messaging::notify};

/// The page that names the messages that the link turns off, with its button.
pub(crate) fn page() -> impl IntoView {
    let token = visit::query("token").unwrap_or_default();
    show(|visit| async move {
        let words = messages(visit::lang());
        let posted = Posted::read(&visit).await?.of("unsubscribe");
        let topic = match notify::topic_of(&visit.desk, &token).await {
            Ok(topic) => Some(topic),
            Err(Error::NotFound) => None,
            Err(error) => return Err(error),
        };
        let act = match topic {
            None => {
                view! { <p class="lead" data-testid="unsubscribe-invalid">{words.unsubscribe_invalid}</p> }
                    .rendered()
            }
            Some(_) if posted.flash().is_some() && !posted.failed() => ().rendered(),
            Some(topic) => button(words, topic, token),
        };
        let body = view! {
            <h1>{words.unsubscribe}</h1>
            {posted.message()}
            {act}
            <p class="aside"><a href="/settings/notifications">{words.unsubscribe_settings}</a></p>
        };
        Ok(frame(&visit, words.unsubscribe, Width::Narrow, body))
    })
}

fn button(words: &'static Messages, topic: Topic, token: String) -> AnyView {
    let what = match topic {
        Topic::NewOrder => words.unsubscribe_order,
        Topic::TakeProfit => words.unsubscribe_profit,
        Topic::StopLoss => words.unsubscribe_loss,
        Topic::WeeklyReport => words.unsubscribe_weekly,
        Topic::MonthlyReport => words.unsubscribe_monthly,
    };
    view! {
        <p class="lead">{what}</p>
        <form method="post" action="/api/unsubscribe" class="form panel" data-testid="unsubscribe">
            <input type="hidden" name="token" value=token/>
            <button type="submit" class="button" data-kind="main">{words.unsubscribe_button}</button>
        </form>
    }
    .rendered()
}
