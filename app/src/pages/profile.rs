//! `/settings/profile`: the user's name, country, language and time zone.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        countries::countries,
        form::{Field, Posted},
        frame::{Width, frame},
        show::show,
    },
    visit,
    words::personal::{Personal, personal},
};
use domain::profile::{Language, Profile};
use leptos::prelude::*;
use service::{identity::profile, platform::time_zone};

pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let words = personal(visit::lang());
        let profile = profile::get(&visit.desk, visit.trader()?).await?;
        let posted = Posted::read(&visit).await?;
        let body = view! {
            <h1>{words.profile}</h1>
            <p class="lead">{words.profile_lead}</p>
            {posted.message()}
            <section class="panel" aria-labelledby="profile-title">
                <h2 id="profile-title" class="panel-title">{words.edit}</h2>
                {form(words, &posted.of("profile-save"), profile.as_ref())}
            </section>
            <p class="hint">{words.theme_lead}" "<a href="/settings">{words.theme}</a></p>
        };
        Ok(frame(&visit, words.profile, Width::Narrow, body))
    })
}

fn form(words: &'static Personal, posted: &Posted, profile: Option<&Profile>) -> AnyView {
    let kept = |part: fn(&Profile) -> Option<&str>| profile.and_then(part).unwrap_or_default().to_owned();
    let name = |name, label, autocomplete| Field {
        name,
        label,
        autocomplete,
        scope: "profile",
        optional: true,
        ..Field::default()
    };
    let first = name("firstName", words.first_name, "given-name");
    let last = name("lastName", words.last_name, "family-name");
    view! {
        <form method="post" action="/api/profile-save" class="form" novalidate data-testid="profile">
            {first.show_with(posted, &kept(|p| p.first_name.as_deref()), "")}
            {last.show_with(posted, &kept(|p| p.last_name.as_deref()), "")}
            {choice("country", words.country, "")
                .select(posted, countries(("", words.unset)), &kept(|p| p.country.as_deref()), "")}
            {choice("language", words.language, words.language_hint)
                .select(posted, languages(words), &kept(|p| p.language.map(Language::word)), "")}
            {choice("timezone", words.zone, words.zone_hint)
                .select(posted, zones(words), &kept(|p| p.time_zone.as_deref()), "")}
            <button type="submit" class="button" data-kind="main">{words.save}</button>
        </form>
    }
    .rendered()
}

fn choice(name: &'static str, label: &'static str, hint: &'static str) -> Field {
    Field { name, label, hint, scope: "profile", optional: true, ..Field::default() }
}

type Options = Vec<(String, String)>;

fn unset_option(text: &str) -> std::iter::Once<(String, String)> {
    std::iter::once((String::new(), text.to_owned()))
}

fn languages(words: &'static Personal) -> Options {
    let named = |language: &Language| {
        let name = match language {
            Language::English => words.english,
            Language::Arabic => words.arabic,
        };
        (language.word().to_owned(), name.to_owned())
    };
    unset_option(words.unset).chain(Language::ALL.iter().map(named)).collect()
}

fn zones(words: &'static Personal) -> Options {
    let named = |name: String| {
        let shown = name.replace('_', " ");
        (name, shown)
    };
    unset_option(words.utc).chain(time_zone::zones().into_iter().map(named)).collect()
}
