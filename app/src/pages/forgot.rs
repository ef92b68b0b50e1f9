//! `/forgot`: requesting a reset link.

use crate::{
    components::{
        form::{Field, Posted},
        frame::{Width, frame},
        show::show,
    },
    visit,
    words::users::people,
};
use leptos::prelude::*;

/// The response is the same whether or not the account exists.
pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let words = people(visit::lang());
        let posted = Posted::read(&visit).await?.of("forgot");
        let email = Field {
            name: "email",
            label: words.email,
            kind: "email",
            autocomplete: "username",
            ..Field::default()
        };
        let body = view! {
            <h1>{words.forgot_title}</h1>
            <p class="lead">{words.forgot_lead}</p>
            {posted.message()}
            <form method="post" action="/api/forgot" class="form panel" novalidate data-testid="forgot">
                {email.show(&posted)}
                <button type="submit" class="button" data-kind="main">{words.send_link}</button>
            </form>
            <p class="aside"><a href="/sign-in">{words.sign_in}</a></p>
        };
        Ok(frame(&visit, words.forgot_title, Width::Narrow, body))
    })
}
