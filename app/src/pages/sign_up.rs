//! `/sign-up`.

use crate::{
    components::{
        form::{Field, Posted},
        frame::{Width, frame},
        show::show,
    },
    visit::{self, encoded, safe_next},
    words::users::people,
};
use leptos::prelude::*;

pub(crate) fn page() -> impl IntoView {
    let next = safe_next(visit::query("next").as_deref()).to_owned();
    show(|visit| async move {
        let words = people(visit::lang());
        let posted = Posted::read(&visit).await?.of("sign-up");
        let email = Field {
            name: "email",
            label: words.email,
            kind: "email",
            autocomplete: "username",
            ..Field::default()
        };
        let password = Field {
            name: "password",
            label: words.password,
            kind: "password",
            autocomplete: "new-password",
            hint: words.password_hint,
            ..Field::default()
        };
        let sign_in = format!("/sign-in?next={}", encoded(&next));
        let body = view! {
            <h1>{words.sign_up_title}</h1>
            <p class="lead">{words.sign_up_lead}</p>
            {posted.message()}
            <form method="post" action="/api/sign-up" class="form panel" novalidate data-testid="sign-up">
                <input type="hidden" name="next" value=next/>
                {email.show(&posted)}
                {password.show(&posted)}
                <button type="submit" class="button" data-kind="main">{words.sign_up}</button>
            </form>
            <p class="aside">{words.have_account}" "<a href=sign_in>{words.sign_in}</a></p>
        };
        Ok(frame(&visit, words.sign_up, Width::Narrow, body))
    })
}
