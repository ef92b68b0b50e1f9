//! `/not-me?token=`: the target of the link in a mail about a credential. Opening it changes nothing, because
//! mail scanners open links; its button freezes the account.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        form::Posted,
        frame::{Width, frame},
        show::show,
    },
    visit,
    words::security::{Security, security},
};
use leptos::prelude::*;
use service::{
    Error,
    identity::recovery::{self, Alarm},
};

/// The page that explains freezing, with its button.
pub(crate) fn page() -> impl IntoView {
    let token = visit::query("token").unwrap_or_default();
    show(|visit| async move {
        let words = security(visit::lang());
        let posted = Posted::read(&visit).await?.of("freeze");
        let act = match recovery::alarm_of(&visit.desk, &token).await {
            Ok(Alarm::Ready) => button(words, token),
            Ok(Alarm::Used) => over(words.link_used, words),
            Err(Error::NotFound) => over(words.link_invalid, words),
            Err(error) => return Err(error),
        };
        let body = view! {
            <h1>{words.not_me_title}</h1>
            {posted.message()}
            {act}
        };
        Ok(frame(&visit, words.not_me_title, Width::Narrow, body))
    })
}

fn over(text: &'static str, words: &'static Security) -> AnyView {
    view! {
        <p class="lead" data-testid="freeze-invalid">{text}</p>
        <p><a class="button" data-kind="main" href="/forgot">{words.reset_password}</a></p>
    }
    .rendered()
}

fn button(words: &'static Security, token: String) -> AnyView {
    view! {
        <p class="lead">{words.not_me_lead}</p>
        <ul>
            <li>{words.freeze_orders}</li>
            <li>{words.freeze_positions}</li>
            <li>{words.freeze_programs}</li>
            <li>{words.freeze_back}</li>
        </ul>
        <form method="post" action="/api/freeze" class="form panel" data-testid="freeze">
            <input type="hidden" name="token" value=token/>
            <button type="submit" class="button" data-kind="bad">{words.freeze_button}</button>
        </form>
    }
    .rendered()
}
