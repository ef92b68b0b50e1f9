//! `/admin/people`: finding users, and securing a compromised account.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        form::{Posted, act, act_sure},
        frame::{Width, frame},
        show::show,
        tables::timestamp,
    },
    visit::{self, encoded},
    words::security::{Security, security},
};
use domain::{
    Role,
    account::{AccountState, Person},
};
use leptos::prelude::*;
use service::identity::person;

/// The users whose e-mail address contains the search text.
pub(crate) fn page() -> impl IntoView {
    let search = visit::query("search").unwrap_or_default();
    let after = visit::query("after").unwrap_or_default();
    show(|visit| async move {
        let words = security(visit::lang());
        let actor = visit.trader()?;
        let people = person::search_users(&visit.desk, actor, &search, &after).await?;
        let posted = Posted::read(&visit).await?.of("person-act");
        let more = people.last().filter(|_| people.len() == person::most()).map(|last| {
            let href = format!("/admin/people?search={}&after={}", encoded(&search), encoded(&last.email));
            view! { <a class="button" data-kind="quiet" href=href data-testid="more">{words.more}</a> }
        });
        let none = people.is_empty().then(|| view! { <p class="empty">{words.no_users}</p> });
        let body = view! {
            <h1>{words.users}</h1>
            <p class="lead">{words.people_lead}</p>
            <form method="get" action="/admin/people" class="filters" role="search">
                <label for="people-search">{words.search}</label>
                <input id="people-search" name="search" type="search" value=search.clone() autocomplete="off"/>
                <button type="submit" class="button">{words.search_button}</button>
            </form>
            {posted.message()}
            {none}
            <ul class="cards" data-testid="people">
                {people.into_iter().map(|person| card(words, person, &search)).collect_view()}
            </ul>
            <p class="row">{more}</p>
        };
        Ok(frame(&visit, words.users, Width::Wide, body))
    })
}

fn card(words: &'static Security, person: Person, search: &str) -> AnyView {
    let (state, mode) = match person.state {
        AccountState::Active => (words.active, "good"),
        AccountState::Frozen => (words.frozen, "warn"),
        AccountState::Suspended => (words.suspended, "bad"),
    };
    let admin = (person.role == Role::Admin).then(|| view! { <span class="badge">{words.admin}</span> });
    let counts = words.counts(
        &words.sessions(person.sessions),
        &words.api_clients(person.clients),
        &words.webhooks(person.webhooks),
    );
    let values = |step: &str| {
        [("id", person.id.to_string()), ("step", step.to_owned()), ("search", search.to_owned())]
    };
    let simple = |step, text, testid| act("person-act", &values(step), text, testid);
    let sure = |step, text, sure, testid| act_sure("person-act", &values(step), text, sure, testid);
    let suspension = match person.state {
        AccountState::Suspended => simple("unsuspend", words.unsuspend, "person-unsuspend"),
        _ => sure("suspend", words.suspend, words.suspend_sure, "person-suspend"),
    };
    let frozen = match person.state {
        AccountState::Frozen => simple("unfreeze", words.unfreeze, "person-unfreeze"),
        _ => ().rendered(),
    };
    let role = match person.role {
        Role::Admin => sure("trader", words.demote, words.demote_sure, "person-demote"),
        _ => sure("admin", words.promote, words.promote_sure, "person-promote"),
    };
    view! {
        <li class="panel" data-testid="person" data-email=person.email.clone()>
            <h2 class="panel-title">{person.email.clone()}</h2>
            <p><span class="badge" data-mode=mode data-testid="person-state">{state}</span>" "{admin}</p>
            <p class="hint">{words.since}" "{timestamp(person.created_at)}" · "{counts}</p>
            <div class="row">
                {suspension}
                {frozen}
                {simple("sign-out", words.sign_out, "person-sign-out")}
                {sure("revoke-programs", words.revoke_programs, words.revoke_programs_sure, "person-revoke")}
                {sure("end-webhooks", words.end_webhooks, words.end_webhooks_sure, "person-webhooks")}
                {role}
            </div>
        </li>
    }
    .rendered()
}
