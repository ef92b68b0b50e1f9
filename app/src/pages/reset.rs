//! `/reset?token=`: a new password by a reset link.

use crate::{
    components::{
        form::{Field, Posted},
        frame::{Width, frame},
        show::show,
    },
    visit,
    words::{problems, users::people},
};
use domain::validation::Problem;
use leptos::prelude::*;

/// The form contains the link's token.
pub(crate) fn page() -> impl IntoView {
    let token = visit::query("token").unwrap_or_default();
    show(|visit| async move {
        let words = people(visit::lang());
        let posted = Posted::read(&visit).await?.of("reset");
        let spent =
            posted.flash().is_some_and(|f| f.fields.iter().any(|p| p.problem == Problem::ResetInvalid));
        let spent = spent.then(|| {
            let text = problems::problem(visit::lang(), Problem::ResetInvalid);
            view! {
                <p class="message" data-tone="bad" role="alert" data-testid="message">
                    {text}" "<a href="/forgot">{words.send_link}</a>
                </p>
            }
        });
        let password = Field {
            name: "password",
            label: words.new_password,
            kind: "password",
            autocomplete: "new-password",
            hint: words.password_hint,
            ..Field::default()
        };
        let body = view! {
            <h1>{words.reset_title}</h1>
            {posted.message()}
            {spent}
            <form method="post" action="/api/reset" class="form panel" novalidate data-testid="reset">
                <input type="hidden" name="token" value=token/>
                {password.show(&posted)}
                <button type="submit" class="button" data-kind="main">{words.set_password}</button>
            </form>
        };
        Ok(frame(&visit, words.reset_title, Width::Narrow, body))
    })
}
