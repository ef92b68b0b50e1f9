//! `/sign-in`.

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
        let all = Posted::read(&visit).await?;
        let (posted, reset) = (all.of("sign-in"), all.of("reset"));
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
            autocomplete: "current-password",
            ..Field::default()
        };
        let sign_up = format!("/sign-up?next={}", encoded(&next));
        let body = view! {
            <h1>{words.sign_in_title}</h1>
            {posted.message()}
            {reset.message()}
            <form method="post" action="/api/sign-in" class="form panel" novalidate data-testid="sign-in">
                <input type="hidden" name="next" value=next/>
                {email.show(&posted)}
                {password.show(&posted)}
                <button type="submit" class="button" data-kind="main">{words.sign_in}</button>
                <p><a href="/forgot">{words.forgot}</a></p>
            </form>
            <p class="aside">{words.no_account}" "<a href=sign_up data-testid="to-sign-up">{words.sign_up}</a></p>
        };
        Ok(frame(&visit, words.sign_in, Width::Narrow, body))
    })
}
