//! `/confirm?form=`: asks for the password before credentials change. The posted form is stored meanwhile.

use crate::{
    components::{
        form::{Field, Posted},
        frame::{Width, frame},
        show::show,
    },
    visit::{self, safe_next},
    words::security::security,
};
use leptos::prelude::*;
use service::identity::step_up;

/// The password form, and whether a stored form waits for it.
pub(crate) fn page() -> impl IntoView {
    let form = visit::query("form").unwrap_or_default();
    let next = visit::query("next").map(|next| safe_next(Some(&next)).to_owned()).unwrap_or_default();
    show(|visit| async move {
        let words = security(visit::lang());
        let posted = Posted::read(&visit).await?.of("step-up");
        let waiting = match (form.parse(), &visit.session) {
            (Ok(id), Some(token)) => step_up::peek(&visit.desk, token, id).await?.is_some(),
            _ => false,
        };
        let lost = (!form.is_empty() && !waiting).then(|| {
            view! { <p class="message" data-tone="warn" role="alert" data-testid="form-lost">{words.form_lost}</p> }
        });
        let password = Field {
            name: "password",
            label: words.password,
            kind: "password",
            autocomplete: "current-password",
            ..Field::default()
        };
        let button = if waiting { words.confirm_and_continue } else { words.confirm };
        let body = view! {
            <h1>{words.confirm_title}</h1>
            <p class="lead">{words.confirm_lead}</p>
            {posted.message()}
            {lost}
            <form method="post" action="/api/step-up" class="form panel" novalidate data-testid="step-up">
                <input type="hidden" name="form" value=form/>
                <input type="hidden" name="next" value=next/>
                {password.show(&posted)}
                <button type="submit" class="button" data-kind="main">{button}</button>
                <p><a href="/forgot">{words.forgot}</a></p>
            </form>
        };
        Ok(frame(&visit, words.confirm_title, Width::Narrow, body))
    })
}
