//! `/unsubscribe?token=`: the target of a mail's unsubscribe link. Opening it changes nothing, because mail
//! programs open links by themselves; its button does.

use crate::{
    components::{
        form::Posted,
        frame::{Width, frame},
        show::show,
    },
    visit,
    words::{
        fill,
        messages::{Messages, messages},
    },
};
use domain::notification::Topic;
use leptos::prelude::*;
use service::{Error, notify};

/// What the link switches off, and the button.
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
                    .into_any()
            }
            Some(_) if posted.flash().is_some() && !posted.failed() => ().into_any(),
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
        Topic::NewOrder => words.topic_order,
        Topic::TakeProfit => words.topic_profit,
        Topic::StopLoss => words.topic_loss,
        Topic::WeeklyReport => words.topic_weekly,
        Topic::MonthlyReport => words.topic_monthly,
    };
    view! {
        <p class="lead">{fill(words.unsubscribe_lead, &[what])}</p>
        <form method="post" action="/api/unsubscribe" class="form panel" data-testid="unsubscribe">
            <input type="hidden" name="token" value=token/>
            <button type="submit" class="button" data-kind="main">{words.unsubscribe_button}</button>
        </form>
    }
    .into_any()
}
